"""The sponsor's causality beside the investigator's: where it is lower, somebody must say why, and nothing is overwritten.

The scales differ (WHO-UMC, and reasonable possibility or not); `RELATED` of `expedited_reporting` says which categories of
the first are a reasonable possibility.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain.expedited_reporting import RELATED

NO_POSSIBILITY = "no_reasonable_possibility"


@dataclass(frozen=True, slots=True)
class Compared:
    """What both said of one drug; the higher of the two decides."""

    drug: str
    investigator: str | None
    sponsor: str | None
    sponsor_is_lower: bool
    disagreement: str | None


def compared(event: Mapping[str, Any], drugs: list[Mapping[str, Any]]) -> Iterator[Compared]:
    """Compare what the investigator's event and the sponsor's list say of each drug that either of them names."""
    investigator = {one["drug"]: one["causality"] for one in event.get("causality") or []}
    sponsor = {one["drug"]: one for one in drugs}
    for drug in dict.fromkeys([*investigator, *sponsor]):
        said = sponsor.get(drug) or {}
        lower = is_lower(investigator.get(drug), said.get("causality"))
        yield Compared(drug, investigator.get(drug), said.get("causality"), lower, said.get("disagreement"))


def is_lower(investigator: str | None, sponsor: str | None) -> bool:
    """Tell whether the sponsor excludes what the investigator holds possible."""
    return investigator in RELATED and sponsor == NO_POSSIBILITY
