"""Which autoantibodies leave: decided once, over all who are in the extract, for every column that tells of them.

Somebody whose group is left blank has no finding told, of any antibody, or the findings would tell the group. A finding that too
few of the others share leaves the whole column blank, so that no blank is one who has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.domain.suppression import rare_codes

GROUP, FINDING = "antibody_group", "autoantibody_"
"""The column of the group, and how those of the findings begin."""


def tells(column: str) -> bool:
    """Tell whether a column tells of an autoantibody."""
    return column.startswith(FINDING) or column.endswith(GROUP)


@dataclass(frozen=True, slots=True)
class Antibodies:
    """The groups that are left blank, with all findings of those in them, and the columns that are blank for everybody."""

    groups: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()


def decided(groups: Sequence[str], findings: Sequence[Mapping[str, str | None]], k: int) -> Antibodies:
    """Decide it from each participant's group and findings by antibody."""
    rare = rare_codes(Counter(groups), k, len(groups))
    told = [found for group, found in zip(groups, findings, strict=True) if group not in rare]
    held = Counter((code, finding) for found in told for code, finding in found.items() if finding is not None)
    return Antibodies(rare, frozenset(f"{FINDING}{code}" for (code, _), number in held.items() if number < k))
