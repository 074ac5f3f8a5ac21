"""Exposure to JAK inhibitors up to a day: days and cumulative dose by drug, days by dose band, and the dose in force.

Source: domain reference 5 (exposure record). Rules of ours where it is silent: the first and the last day count; a dose
that goes on counts up to the day asked for; the cumulative dose is the dose prescribed, whatever the adherence; the
weight of a dose in force is that of the visit, else the last one before, else the one the dose was chosen for; the band
of an interval is by the weight and eGFR that it was chosen for, or without such a weight by the last one measured at or
before its start, else by that of the visit: the details tell the days of each. A cream is not systemic: its days are
told apart. `final` is said of the days of exposure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from registry.domain.course import Dose
from registry.domain.dose_band import DOSE_BAND, Basis, Daily, dose_band
from registry.domain.dose_ranges import Constants
from registry.domain.dosing import TOPICAL_FORMULATIONS, mg_per_day, mg_per_kg_per_day
from registry.domain.rules import NoConstants, Result, Rule, said

_REFERENCE = "Domain reference 5"
UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """A body weight in kg and where it is from."""

    kg: Decimal
    basis: Basis


NO_WEIGHTS: Mapping[str, Weight] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The dose in force on the day."""

    drug: str | None = said("JAK inhibitor")
    formulation: str | None = said("Formulation")
    systemic: bool | None = said("Whether it is given systemically; a cream is not")
    mg_per_day: Decimal | None = said("Dose a day", unit="mg/d")
    mg_per_kg_per_day: Decimal | None = said("Dose a day for each kilogram; absent for a cream", unit="mg/kg/d")
    weight: Decimal | None = said("Body weight used", unit="kg")
    weight_basis: Basis | None = said("Where that weight is from")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Exposure up to the day asked for, that day included."""

    until: str | None = said("Day up to which exposure is counted")
    in_force: InForce | None = said("Dose in force on that day")
    days_by_drug: Mapping[str, Decimal] | None = said("Days of systemic exposure by drug", unit="d")
    mg_by_drug: Mapping[str, Decimal] | None = said("Cumulative systemic dose by drug", unit="mg")
    days_by_band: Mapping[str, Decimal] | None = said("Days of systemic exposure by dose band", unit="d")
    days_by_weight_basis: Mapping[str, Decimal] | None = said(
        "Days of systemic exposure by where the weight of their dose band is from: dose, earlier_visit, visit or none",
        unit="d",
    )
    topical_days: int | None = said("Days of a cream, which are not systemic exposure", unit="d")


JAK_EXPOSURE = Rule(
    id="jak-exposure",
    title="Days of systemic exposure to JAK inhibitors",
    version="1",
    source=_REFERENCE,
    unit="d",
    constants=NoConstants(),
    details=Exposure,
)


def daily(dose: Dose) -> Decimal | None:
    """Milligrams a day of a dose."""
    amount, intakes = dose.number("mg_per_intake"), dose.number("intakes_per_day")
    return None if amount is None or intakes is None else mg_per_day(amount, intakes)


def is_systemic(dose: Dose) -> bool:
    """Whether a dose is systemic exposure."""
    return dose.image.get("formulation") not in TOPICAL_FORMULATIONS


def days_until(dose: Dose, until: date) -> int:
    """Days of a dose up to a day, its first and its last day included."""
    last = until if dose.ends is None else min(dose.ends, until)
    return max((last - dose.starts).days + 1, 0)


def jak_exposure(
    doses: Iterable[Dose],
    until: date,
    weight: Weight | None,
    *,
    growing: bool = False,
    at_start: Mapping[str, Weight] = NO_WEIGHTS,
    rule: Rule[NoConstants] = JAK_EXPOSURE,
    bands: Rule[Constants] = DOSE_BAND,
) -> Result:
    """Count the exposure of doses up to a day; `growing` says that a later day may be asked for, as with today.

    `at_start` has, by the id of a dose, the last weight measured at or before its start.
    """
    begun = [dose for dose in doses if dose.starts <= until]
    systemic = [dose for dose in begun if is_systemic(dose)]
    current = next((dose for dose in begun if dose.covers(until)), None)
    goes_on = growing and current is not None
    by = {dose.id: weight_of(dose) or at_start.get(dose.id) or weight for dose in systemic}
    details = Exposure(
        until=until.isoformat(),
        in_force=_in_force(current, weight) if current else None,
        days_by_drug=_sums((str(dose.image["drug"]), Decimal(days_until(dose, until))) for dose in systemic),
        mg_by_drug=_sums(
            (str(dose.image["drug"]), (daily(dose) or Decimal(0)) * days_until(dose, until)) for dose in systemic
        ),
        days_by_band=_sums((band_of(dose, by[dose.id], bands), Decimal(days_until(dose, until))) for dose in systemic),
        days_by_weight_basis=_sums((_basis(by[dose.id]), Decimal(days_until(dose, until))) for dose in systemic),
        topical_days=sum(days_until(dose, until) for dose in begun if not is_systemic(dose)),
    )
    return Result(
        rule=rule,
        value=Decimal(sum(days_until(dose, until) for dose in systemic)),
        final=not goes_on,
        reason="A JAK inhibitor is still being given, so the exposure grows." if goes_on else None,
        details=details,
    )


def weight_of(dose: Dose) -> Weight | None:
    """The weight that a dose was chosen for."""
    used = dose.number("weight_used")
    return Weight(kg=used, basis="dose") if used else None


def band_of(dose: Dose, weight: Weight | None, bands: Rule[Constants] = DOSE_BAND) -> str:
    """The dose band of an interval by a weight, and by the eGFR that the dose was chosen for."""
    given = Daily(
        drug=str(dose.image["drug"]),
        formulation=dose.image.get("formulation"),
        mg_per_day=daily(dose),
        weight=weight.kg if weight else None,
        egfr=dose.number("egfr_used"),
    )
    return dose_band(given, bands).category or UNDECIDED


def _in_force(dose: Dose, weight: Weight | None) -> InForce:
    by = weight or weight_of(dose)
    a_day, systemic = daily(dose), is_systemic(dose)
    by_weight = by if systemic else None
    return InForce(
        drug=str(dose.image["drug"]),
        formulation=dose.image.get("formulation"),
        systemic=systemic,
        mg_per_day=a_day,
        mg_per_kg_per_day=mg_per_kg_per_day(a_day, by_weight.kg) if a_day is not None and by_weight else None,
        weight=by_weight.kg if by_weight else None,
        weight_basis=by_weight.basis if by_weight else None,
    )


def _basis(weight: Weight | None) -> str:
    return weight.basis if weight else "none"


def _sums(parts: Iterable[tuple[str, Decimal]]) -> Mapping[str, Decimal]:
    total: dict[str, Decimal] = {}
    for name, number in parts:
        total[name] = total.get(name, Decimal(0)) + number
    return MappingProxyType(total)
