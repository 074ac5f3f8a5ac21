"""Prednisone-equivalent of systemic glucocorticoids: milligrams a day, and a day and kilogram.

Source: domain reference 2.8. The equivalents are the factors printed there, [MEM 97%]; for dexamethasone, betamethasone
and deflazacort it also gives the ratio that the factor rounds (0.75 mg, 0.6 mg and 6 mg are 5 mg of prednisone). What is
given intravenously is a pulse: told apart and never averaged into the daily dose. Rules of ours where the reference is
silent: skin, joint, lesion, nose, eye and rectum are not systemic and left out; a route that is not recorded counts as
systemic, and is then not final. The day on which one ends and another begins is counted by `glucocorticoid_taper`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from registry.domain.course import Medication, exact
from registry.domain.dosing import mg_per_kg_per_day, twelve_digits
from registry.domain.glucocorticoid_dose import INTAKES_PER_DAY, MG_PER_KG_IN, Given, InForce, mg_per_day
from registry.domain.medications import of_class
from registry.domain.rules import ConstantRefused, Result, Rule, constant, said, undecided

__all__ = [
    "GLUCOCORTICOIDS", "LOCAL_ROUTES", "MG_PER_KG_IN", "PREDNISONE_EQUIVALENT", "PULSE_ROUTE", "REFERENCE", "SYSTEMIC_ROUTES",
    "Constants", "Contribution", "Equivalent", "Given", "InForce", "Pulses", "contribution", "daily_equivalent", "given",
    "in_force", "per_kilogram", "prednisone_equivalent",
]  # fmt: skip

REFERENCE = "Domain reference 2.8"
PLACES = Decimal("0.01")

SYSTEMIC_ROUTES = frozenset({"oral", "subcutaneous", "intramuscular"})
LOCAL_ROUTES = frozenset(
    {"intralesional", "intra_articular", "intradermal", "nasal", "ophthalmic", "rectal", "topical"}
)
PULSE_ROUTE = "intravenous"

GLUCOCORTICOIDS = frozenset(drug.code for drug in of_class("glucocorticoid"))

Counted = Literal["daily", "pulse", "not_systemic", "not_computable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """What one milligram of each glucocorticoid is in prednisone."""

    equivalents: Mapping[str, Decimal] = constant(
        "Milligrams of prednisone that 1 mg equals (dexamethasone 0.75 mg, betamethasone 0.6 mg, deflazacort 6 mg are 5)",
        {
            "prednisone": Decimal(1),
            "prednisolone": Decimal(1),
            "methylprednisolone": Decimal("1.25"),
            "hydrocortisone": Decimal("0.25"),
            "cortisone": Decimal("0.2"),
            "dexamethasone": Decimal("6.67"),
            "betamethasone": Decimal("8.33"),
            "triamcinolone": Decimal("1.25"),
            "deflazacort": Decimal("0.833"),
        },
        source=REFERENCE,
        certainty=97,
    )

    def __post_init__(self) -> None:
        """Refuse an equivalent that is not above zero."""
        if any(one <= 0 for one in self.equivalents.values()):
            raise ConstantRefused("equivalents", "Every equivalent must be above zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one glucocorticoid adds to the daily dose, or why it adds nothing."""

    drug: str | None = said("Glucocorticoid")
    route: str | None = said("Route")
    in_force: Literal["certain", "possible", "no"] | None = said(
        "Whether it is in force, as far as its dates are known"
    )
    counted: Literal["daily", "pulse", "not_systemic", "not_computable"] | None = said("How it is counted")
    mg_per_day: Decimal | None = said("Dose of the drug itself", unit="mg/d")
    equivalent: Decimal | None = said("Milligrams of prednisone that 1 mg equals")
    prednisone_mg_per_day: Decimal | None = said("Prednisone-equivalent", unit="mg/d")
    prednisone_mg_per_kg_per_day: Decimal | None = said("Prednisone-equivalent for each kilogram", unit="mg/kg/d")
    missing: tuple[str, ...] = said("What is missing to count it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulses:
    """Intravenous pulses, counted apart from the daily dose; a sum is there where every record gives it."""

    courses: int | None = said("Records of intravenous glucocorticoid that may lie in the time")
    dates_certain: bool | None = said("Whether their dates say what of them lies in the time")
    infusions: int | None = said("Infusions")
    total_mg: Decimal | None = said("Sum of the infusions in milligrams of the drugs themselves", unit="mg")
    prednisone_mg: Decimal | None = said("Sum of the infusions in prednisone-equivalent", unit="mg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """The unrounded daily dose with what it is made of; `lowest` and `highest` bound it where it is not certain."""

    mg_per_day: Decimal | None = said("Prednisone-equivalent, unrounded", unit="mg/d")
    mg_per_kg_per_day: Decimal | None = said("Prednisone-equivalent for each kilogram, to 12 digits", unit="mg/kg/d")
    weight: Decimal | None = said("Body weight used", unit="kg")
    lowest_mg_per_day: Decimal | None = said("Sum of what is certainly given and can be counted", unit="mg/d")
    highest_mg_per_day: Decimal | None = said("That sum with what may be given; absent if unknown", unit="mg/d")
    drugs: tuple[Contribution, ...] = said("Every systemic or local glucocorticoid, in the order given")
    pulses: Pulses | None = said("Intravenous pulses, never averaged into the daily dose")
    overlapping: tuple[str, ...] = said("Drugs counted twice: two records of them overlap by more than one day")


PREDNISONE_EQUIVALENT = Rule(
    id="prednisone-equivalent",
    title="Prednisone-equivalent daily dose of systemic glucocorticoids",
    version="1",
    source=REFERENCE,
    certainty=97,
    unit="mg/d",
    constants=Constants(),
    details=Equivalent,
)


def in_force(medication: Medication, on: date) -> InForce:
    """Whether a medication is given on a day, both days included; a date known in part, or a missing start, may be.

    What is given once ends on the day it starts.
    """
    start, end = medication.partial("started_on"), medication.partial("ended_on")
    if medication.image.get("frequency") == "once":
        end = end or start
    if (start and start.is_certainly_after(on)) or (end and end.is_certainly_before(on)):
        return "no"
    starts = start is not None and start.latest <= on
    return "certain" if starts and (end is None or end.earliest >= on) else "possible"


def given(medication: Medication, on: date | None = None) -> Given:
    """A concomitant medication as a glucocorticoid that is given; without a day it counts as certainly in force."""
    image = medication.image
    return Given(
        drug=str(image["medication"]),
        route=image.get("route"),
        dose=exact(image.get("dose")),
        unit=image.get("dose_unit"),
        intakes_per_day=INTAKES_PER_DAY.get(image.get("frequency") or ""),
        in_force="certain" if on is None else in_force(medication, on),
    )


def daily_equivalent(
    medication: Medication, weight: Decimal | None, rule: Rule[Constants] = PREDNISONE_EQUIVALENT
) -> Contribution:
    """Count a concomitant medication, a glucocorticoid, by a weight in kg; its dates are not looked at.

    `counted` is `daily` with the doses filled in (a kilogram only with a weight), or says why there is no daily dose.
    """
    return contribution(given(medication), weight, rule)


def contribution(drug: Given, weight: Decimal | None, rule: Rule[Constants] = PREDNISONE_EQUIVALENT) -> Contribution:
    """Count one glucocorticoid by a weight in kg."""
    if drug.route == PULSE_ROUTE:
        return _uncounted(drug, "pulse")
    if drug.route in LOCAL_ROUTES:
        return _uncounted(drug, "not_systemic")
    factor = rule.constants.equivalents.get(drug.drug)
    daily = mg_per_day(drug, weight)
    if factor is None or isinstance(daily, tuple):
        return _uncounted(drug, "not_computable", *(daily if isinstance(daily, tuple) else ("drug",)))
    if drug.route is not None and drug.route not in SYSTEMIC_ROUTES:
        return _uncounted(drug, "not_computable", "route")
    equivalent = twelve_digits(daily * Fraction(factor))
    return Contribution(
        drug=drug.drug,
        route=drug.route,
        in_force=drug.in_force,
        counted="daily",
        mg_per_day=twelve_digits(daily),
        equivalent=factor,
        prednisone_mg_per_day=equivalent,
        prednisone_mg_per_kg_per_day=per_kilogram(equivalent, weight),
        missing=() if drug.route else ("route",),
    )


def prednisone_equivalent(
    drugs: Iterable[Given],
    weight: Decimal | None,
    pulses: Pulses | None = None,
    rule: Rule[Constants] = PREDNISONE_EQUIVALENT,
    overlapping: tuple[str, ...] = (),
) -> Result:
    """Give the daily prednisone-equivalent, to 0.01 mg, of what is given, with the dose a kilogram in the details.

    `overlapping` names drugs of which two records count though they overlap: they are added up, which is not final.
    """
    counted = tuple(contribution(drug, weight, rule) for drug in drugs if drug.in_force != "no")
    lowest, highest = _bounds(counted)
    settled = lowest == highest
    told = Equivalent(
        mg_per_day=lowest if settled else None,
        mg_per_kg_per_day=per_kilogram(lowest, weight) if settled else None,
        weight=weight,
        lowest_mg_per_day=lowest,
        highest_mg_per_day=highest,
        drugs=counted,
        pulses=pulses or _pulses(counted),
        overlapping=overlapping,
    )
    missing = _missing(counted, weight)
    if not settled:
        return undecided(rule, _why_unsettled(highest), *missing, details=told)
    why = _why_not_final(counted, told)
    return Result(
        rule=rule, value=lowest.quantize(PLACES), missing=missing, final=why is None, reason=why, details=told
    )


def per_kilogram(mg_a_day: Decimal, weight: Decimal | None) -> Decimal | None:
    """A daily dose for each kilogram, to 12 digits; nothing is nothing at any weight."""
    if not mg_a_day:
        return Decimal(0)
    return mg_per_kg_per_day(mg_a_day, weight) if weight else None


def _uncounted(drug: Given, counted: Counted, *missing: str) -> Contribution:
    return Contribution(drug=drug.drug, route=drug.route, in_force=drug.in_force, counted=counted, missing=missing)


def _bounds(counted: tuple[Contribution, ...]) -> tuple[Decimal, Decimal | None]:
    """The sum of what is certain, and the sum of all; None for the latter where something cannot be counted."""
    doses = [(one.prednisone_mg_per_day or Decimal(0), one.in_force) for one in counted if one.counted == "daily"]
    lowest = sum((dose for dose, how in doses if how == "certain"), Decimal(0))
    if any(one.counted == "not_computable" for one in counted):
        return lowest, None
    return lowest, sum((dose for dose, _ in doses), Decimal(0))


def _pulses(counted: tuple[Contribution, ...]) -> Pulses | None:
    courses = sum(one.counted == "pulse" for one in counted)
    return Pulses(courses=courses) if courses else None


def _missing(counted: tuple[Contribution, ...], weight: Decimal | None) -> tuple[str, ...]:
    of_drugs = [
        name if name == "weight" else f"drugs/{place}/{name}"
        for place, one in enumerate(counted)
        for name in one.missing
    ]
    lacks_weight = not weight and any(one.prednisone_mg_per_day for one in counted)
    return tuple(dict.fromkeys((*(("weight",) if lacks_weight else ()), *of_drugs)))


def _why_unsettled(highest: Decimal | None) -> str:
    if highest is None:
        return "A systemic glucocorticoid has no daily dose: its dose, unit, frequency or route does not give one."
    return "The dates of a glucocorticoid are known in part, so it may or may not be given on this day."


def _why_not_final(counted: tuple[Contribution, ...], told: Equivalent) -> str | None:
    if any(one.in_force != "certain" or one.missing for one in counted if one.counted == "daily"):
        return "The route or the dates of a glucocorticoid are not certain; without a route it counts as systemic."
    if told.overlapping:
        return "Two records of the same glucocorticoid overlap by more than one day; both are counted."
    if told.pulses is not None and told.pulses.dates_certain is False:
        return "The dates of an intravenous pulse do not say what of it lies between the baseline and this day."
    return "The dose for each kilogram needs a weight." if told.mg_per_kg_per_day is None else None
