"""The published doses of JAK inhibitors in children, by weight, and whether a dose lies outside them.

Source: domain reference 5. Every row names its own source and, where it was not read there, its certainty in percent
([MEM]). The published range of a drug at a weight runs from the lowest to the highest dose of the rows that cover it.
Rows that were not confirmed, and the limits of kidney function, are constants of the dose band: a study puts its own in
place of them. Baricitinib is halved at an eGFR of 30 to below 60 and not recommended below 30; while the eGFR is not
known, its range covers both. Programmes of the NIH that gave baricitinib in higher divided doses are left out, because
their amounts are uncertain and would widen a safety check: a study includes them knowingly. Rule of ours: they are then
for an eGFR of 60 and more, as no source gives their amounts below it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from registry.domain.dosing import TOPICAL_FORMULATIONS, resolve
from registry.domain.rules import ConstantRefused, ascending, constant

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


_REFERENCE = "Domain reference 5"
_JIA = "Label in juvenile idiopathic arthritis"
_SMPC = "Olumiant SmPC July 2024 and population pharmacokinetics in JIA"
_RENAL = "Olumiant SmPC July 2024, half the dose at reduced kidney function"
_DING = "Ding 2021, 25 patients with JDM: usual dose to largest dose, twice daily"
_NIH = "NIH interferonopathy and JDM programmes"

NIH_CHOICES: Mapping[str, str] = MappingProxyType(
    {"left_out": "Not a published dose here", "included": "A published dose"}
)


def _mg(**rows: str) -> Mapping[str, Decimal]:
    return {row: Decimal(mg) for row, mg in rows.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """Where published doses begin, the rows that a source did not confirm, mg a day, and the limits of the eGFR."""

    lowest_weight: Decimal = constant("Lowest weight with a published dose, kg", Decimal(10), source=_REFERENCE)
    tofacitinib: Mapping[str, Decimal] = constant(
        "Labelled dose of tofacitinib from each weight in kg, mg a day",
        _mg(from_10_kg="6.4", from_20_kg="8", from_40_kg="10"),
        source=f"{_REFERENCE}: {_JIA}",
        certainty=96,
        ordered="loosely",
    )
    upadacitinib_oral_solution: Mapping[str, Decimal] = constant(
        "Labelled dose of upadacitinib as a solution from each weight in kg, mg a day",
        _mg(from_10_kg="6", from_20_kg="8", from_30_kg="12"),
        source=f"{_REFERENCE}: {_JIA}",
        certainty=88,
        ordered="loosely",
    )
    upadacitinib_extended_release_tablet: Mapping[str, Decimal] = constant(
        "Labelled dose of upadacitinib as an extended release tablet from a weight in kg, mg a day",
        _mg(from_30_kg="15"),
        source=f"{_REFERENCE}: {_JIA}",
        certainty=88,
    )
    nih_baricitinib: str = constant(
        "Whether the divided higher doses of baricitinib count as published: left_out or included",
        "left_out",
        source=f"{_REFERENCE}: {_NIH}",
        certainty=70,
        one_of=NIH_CHOICES,
    )
    nih_baricitinib_doses: Mapping[str, Decimal] = constant(
        "Lowest and highest of these doses of baricitinib, mg a day",
        _mg(lowest="4", highest="12"),
        source=f"{_REFERENCE}: {_NIH}",
        certainty=70,
    )
    baricitinib_halved_below_egfr: Decimal = constant(
        "eGFR below which baricitinib is halved, mL/min/{1.73_m2}", Decimal(60), source=_REFERENCE
    )
    baricitinib_not_recommended_below_egfr: Decimal = constant(
        "eGFR below which baricitinib is not recommended, mL/min/{1.73_m2}", Decimal(30), source=_REFERENCE
    )

    def __post_init__(self) -> None:
        """Refuse limits in reverse."""
        limits = ("baricitinib_not_recommended_below_egfr", "baricitinib_halved_below_egfr")
        ascending(self, *limits, strictly=False)
        if self.nih_baricitinib_doses["lowest"] > self.nih_baricitinib_doses["highest"]:
            raise ConstantRefused("nih_baricitinib_doses", "lowest of nih_baricitinib_doses must not be above highest.")


def regimens_of(constants: Constants) -> tuple[Regimen, ...]:
    """The published doses with the constants in force."""
    tofacitinib, solution = constants.tofacitinib, constants.upadacitinib_oral_solution
    tablet = constants.upadacitinib_extended_release_tablet
    nih = (nih_baricitinib(constants),) if constants.nih_baricitinib == "included" else ()
    return (
        _label("tofacitinib", (10, 20), tofacitinib["from_10_kg"], 96),
        _label("tofacitinib", (20, 40), tofacitinib["from_20_kg"], 96),
        _label("tofacitinib", (40, None), tofacitinib["from_40_kg"], 96),
        _row("tofacitinib", (0, 25), ("5", "15"), _DING),
        _row("tofacitinib", (25, None), ("10", "15"), _DING),
        _row("ruxolitinib", (0, 25), ("5", "15"), _DING),
        _row("ruxolitinib", (25, None), ("10", "15"), _DING),
        *_by_kidney(_row("baricitinib", (10, 30), ("2", "2"), _SMPC), Decimal(1), constants),
        *_by_kidney(_row("baricitinib", (30, None), ("4", "4"), _SMPC), Decimal(2), constants),
        *nih,
        _label("upadacitinib", (10, 20), solution["from_10_kg"], 88, "oral_solution"),
        _label("upadacitinib", (20, 30), solution["from_20_kg"], 88, "oral_solution"),
        _label("upadacitinib", (30, None), solution["from_30_kg"], 88, "oral_solution"),
        _label("upadacitinib", (30, None), tablet["from_30_kg"], 88, "extended_release_tablet"),
    )


def nih_baricitinib(constants: Constants) -> Regimen:
    """Divided higher doses by weight and eGFR, about 4 to 8 (to 12) mg a day [MEM 70%]; by default not published."""
    doses = constants.nih_baricitinib_doses
    row = Regimen("baricitinib", Decimal(0), None, doses["lowest"], doses["highest"], _NIH, certainty=70)
    return replace(row, from_egfr=constants.baricitinib_halved_below_egfr)


def _label(drug: str, kg: tuple[int, int | None], mg: Decimal, certainty: int, *forms: str) -> Regimen:
    return replace(_row(drug, kg, ("0", "0"), _JIA, *forms, certainty=certainty), lowest=mg, highest=mg)


def _by_kidney(row: Regimen, half: Decimal, constants: Constants) -> tuple[Regimen, Regimen]:
    """The full dose from one eGFR, half of it from another to below that; below the other there is none."""
    limit, lowest = constants.baricitinib_halved_below_egfr, constants.baricitinib_not_recommended_below_egfr
    halved = replace(row, lowest=half, highest=half, source=_RENAL, from_egfr=lowest, below_egfr=limit)
    return replace(row, from_egfr=limit), halved


PUBLISHED_REGIMENS = regimens_of(Constants())
NIH_BARICITINIB = nih_baricitinib(Constants())


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
