"""The published doses of JAK inhibitors in children, by weight, and whether a dose lies outside them.

Source: domain reference 5. Every row names its own source and, where it was not read there, its certainty in percent
([MEM]). The published range of a drug at a weight runs from the lowest to the highest dose of the rows that cover it.
The rows are a versioned constant; a study passes its own. Baricitinib
is halved at an eGFR of 30 to below 60 and not recommended below 30; while the eGFR is not known, its range covers both.
Programmes of the NIH that gave baricitinib in higher divided
doses are a row apart, because their amounts are uncertain and would widen a safety check: a study adds it knowingly.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from registry.domain.dosing import TOPICAL_FORMULATIONS, resolve

VERSION = "1"


@dataclass(frozen=True, slots=True)
class Regimen:
    """A published dose, mg a day, for weights from `from_kg` (included) to `below_kg` (excluded; None: no limit).

    Where kidney function matters, it is for an eGFR from `from_egfr` (included) to `below_egfr` (excluded).
    """

    drug: str
    from_kg: Decimal
    below_kg: Decimal | None
    lowest: Decimal
    highest: Decimal
    source: str
    formulations: tuple[str, ...] = ()
    certainty: int = 100
    from_egfr: Decimal | None = None
    below_egfr: Decimal | None = None

    def covers(self, formulation: str | None, weight: Decimal | None, egfr: Decimal | None = None) -> bool:
        """Whether it is for the formulation, the weight and the eGFR; what is not known leaves nothing out."""
        if formulation is not None and self.formulations and formulation not in self.formulations:
            return False
        return _lies(weight, self.from_kg, self.below_kg) and _lies(egfr, self.from_egfr, self.below_egfr)


def _lies(value: Decimal | None, start: Decimal | None, below: Decimal | None) -> bool:
    """Whether a value lies from the start (included) to the end (excluded); one that is not known does."""
    return value is None or ((start is None or start <= value) and (below is None or value < below))


@dataclass(frozen=True, slots=True)
class Range:
    """The lowest and highest published dose, mg a day."""

    lowest: Decimal
    highest: Decimal


def _row(
    drug: str, kg: tuple[int, int | None], mg: tuple[str, str], source: str, *forms: str, certainty: int = 100
) -> Regimen:
    below = None if kg[1] is None else Decimal(kg[1])
    return Regimen(drug, Decimal(kg[0]), below, Decimal(mg[0]), Decimal(mg[1]), source, forms, certainty)


_HALF_DOSE_FROM, _FULL_DOSE_FROM = Decimal(30), Decimal(60)


def _by_kidney(row: Regimen, half: str) -> tuple[Regimen, Regimen]:
    """The full dose from an eGFR of 60, and half of it from 30 to below 60; below 30 there is none."""
    full = replace(row, from_egfr=_FULL_DOSE_FROM)
    mg = Decimal(half)
    renal = replace(row, lowest=mg, highest=mg, source=_RENAL, from_egfr=_HALF_DOSE_FROM, below_egfr=_FULL_DOSE_FROM)
    return full, renal


_JIA = "Label in juvenile idiopathic arthritis"
_SMPC = "Olumiant SmPC July 2024 and population pharmacokinetics in JIA"
_RENAL = "Olumiant SmPC July 2024, half the dose at eGFR 30 to below 60"
_DING = "Ding 2021, 25 patients with JDM: usual dose to largest dose, twice daily"

PUBLISHED_REGIMENS: tuple[Regimen, ...] = (
    _row("tofacitinib", (10, 20), ("6.4", "6.4"), _JIA, certainty=96),
    _row("tofacitinib", (20, 40), ("8", "8"), _JIA, certainty=96),
    _row("tofacitinib", (40, None), ("10", "10"), _JIA, certainty=96),
    _row("tofacitinib", (0, 25), ("5", "15"), _DING),
    _row("tofacitinib", (25, None), ("10", "15"), _DING),
    _row("ruxolitinib", (0, 25), ("5", "15"), _DING),
    _row("ruxolitinib", (25, None), ("10", "15"), _DING),
    *_by_kidney(_row("baricitinib", (10, 30), ("2", "2"), _SMPC), half="1"),
    *_by_kidney(_row("baricitinib", (30, None), ("4", "4"), _SMPC), half="2"),
    _row("upadacitinib", (10, 20), ("6", "6"), _JIA, "oral_solution", certainty=88),
    _row("upadacitinib", (20, 30), ("8", "8"), _JIA, "oral_solution", certainty=88),
    _row("upadacitinib", (30, None), ("12", "12"), _JIA, "oral_solution", certainty=88),
    _row("upadacitinib", (30, None), ("15", "15"), _JIA, "extended_release_tablet", certainty=88),
)

NIH_BARICITINIB = _row("baricitinib", (0, None), ("4", "12"), "NIH interferonopathy and JDM programmes", certainty=70)
"""Divided higher doses by weight and eGFR, about 4 to 8 (to 12) mg a day [MEM 70%]; not part of the default."""


def published_range(
    drug: str, formulation: str | None, weight: Decimal | None, regimens: Iterable[Regimen] = PUBLISHED_REGIMENS
) -> Range | None:
    """The published range of a drug (code) for a formulation and a weight in kg; None where nothing is published."""
    rows = [row for row in regimens if row.drug == drug and row.covers(formulation, weight)]
    if not rows:
        return None
    return Range(min(row.lowest for row in rows), max(row.highest for row in rows))


def dose_outside_published_range(
    drug: str,
    formulation: str | None,
    mg_a_day: Decimal,
    weight: Decimal | None,
    regimens: Iterable[Regimen] = PUBLISHED_REGIMENS,
) -> str | None:
    """Say that a dose lies outside the published range, with its limits; None where it lies within or none exists.

    `drug` is a name or an ATC code; raises UnknownDrug. A limit belongs to the range. Topical doses have no range.
    """
    known = resolve(drug)
    rows = [row for row in regimens if row.drug == known.code]
    if not rows or formulation in TOPICAL_FORMULATIONS:
        return None
    limits = published_range(known.code, formulation, weight, rows)
    if limits is None:
        return f"No dose of {known.code} is published for this formulation and weight."
    if limits.lowest <= mg_a_day <= limits.highest:
        return None
    between = f"{limits.lowest} and {limits.highest} mg a day"
    return f"The published dose of {known.code} for this formulation and weight lies between {between}."
