"""What the dose of a JAK inhibitor is judged by at a visit: the weight and the eGFR, and where each is from.

Source: domain reference 5. Rules of ours where it is silent: the weight is that of the visit, else the last one before,
else the one the dose was chosen by. The eGFR is that of the visit: made from its creatinine and height, else reported,
else made from its creatinine and the last height before; else the last one like that since the first day of the dose;
else the one the dose was chosen by. A censored eGFR, or one in another unit, is not taken.
"""

from dataclasses import dataclass
from decimal import Decimal

from registry.domain.analytes import named
from registry.domain.course import Course, Dose, Input, Visit, exact
from registry.domain.derivations.growth import kidney_function
from registry.domain.derived import Derived, used
from registry.domain.dose_band import Basis, Daily, dose_band
from registry.domain.jak_exposure import Weight, daily, weight_of
from registry.domain.renal_function import EGFR, Filtration
from registry.domain.rules import Result
from registry.domain.units import UnknownUnit, convert

WEIGHT = "/forms/vital_signs/weight"
DOSE = (
    "drug",
    "formulation",
    "mg_per_intake",
    "intakes_per_day",
    "weight_used",
    "egfr_used",
    "started_on",
    "ended_on",
)
_REPORTED = "EGFR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kidneys:
    """An eGFR, where it and the height that it was made from are from, and the records it was made from."""

    rate: Decimal
    basis: Basis
    height_basis: Basis | None = None
    inputs: tuple[Input, ...] = ()


def band_at(course: Course, visit: Visit, dose: Dose) -> Derived:
    """Derive the band of a dose in force at a visit."""
    known = weight_at(course, visit)
    weight, at = known or (weight_of(dose), None)
    kidneys = kidneys_at(course, visit, dose)
    judged = Daily(
        drug=str(dose.image["drug"]),
        formulation=dose.image.get("formulation"),
        mg_per_day=daily(dose),
        weight=weight.kg if weight else None,
        weight_basis=weight.basis if weight else None,
        egfr=kidneys.rate if kidneys else None,
        egfr_basis=kidneys.basis if kidneys else None,
        height_basis=kidneys.height_basis if kidneys else None,
    )
    result = dose_band(judged, course.rules["dose-band"])
    return Derived(result, used(dose.used(*DOSE), at, *(kidneys.inputs if kidneys else ())))


def weight_at(course: Course, visit: Visit) -> tuple[Weight, Input] | None:
    """The weight of a visit, else the last one before, with the visit it is from."""
    known = course.last_number("vital_signs", "weight", visit)
    if known is None:
        return None
    kg, at = known
    return Weight(kg=kg, basis="visit" if at.id == visit.id else "earlier_visit"), at.used(WEIGHT)


def weight_at_start(course: Course, dose: Dose) -> tuple[Weight, Input] | None:
    """The last weight measured at or before the start of a dose, with the visit it is from."""
    for visit in reversed(course.complete):
        kg = visit.measured("vital_signs", "weight") if visit.on <= dose.starts else None
        if kg is not None:
            return Weight(kg=kg, basis="earlier_visit"), visit.used(WEIGHT)
    return None


def kidneys_at(course: Course, visit: Visit, dose: Dose) -> Kidneys | None:
    """The eGFR by which a dose is judged at a visit; None where none is known."""
    for one in reversed(course.until(visit)):
        basis: Basis = "visit" if one.id == visit.id else "earlier_visit"
        found = _of_visit(course, one, basis) if basis == "visit" or one.on >= dose.starts else None
        if found is not None:
            return found
    rate = dose.number("egfr_used")
    return Kidneys(rate=rate, basis="dose") if rate is not None else None


def _of_visit(course: Course, visit: Visit, basis: Basis) -> Kidneys | None:
    made = kidney_function(course, visit)
    rate = _unrounded(made.result)
    if rate is not None and made.result.final:
        return Kidneys(rate=rate, basis=basis, inputs=made.inputs)
    reported = _reported(visit)
    if reported is not None:
        where = used(visit.used(f"/laboratory_results/{_REPORTED}"))
        return Kidneys(rate=reported, basis=basis, inputs=where)
    if rate is None:
        return None
    return Kidneys(rate=rate, basis=basis, height_basis="earlier_visit", inputs=made.inputs)


def _unrounded(result: Result) -> Decimal | None:
    return result.details.unrounded if isinstance(result.details, Filtration) else None


def _reported(visit: Visit) -> Decimal | None:
    """The eGFR that was reported at a visit, in the unit of the rule."""
    result = visit.counting(_REPORTED) or {}
    value = exact(result.get("value"))
    if value is None or value <= 0 or result.get("comparator"):
        return None
    try:
        return convert(named(_REPORTED), value, str(result.get("unit")), str(EGFR.unit))
    except UnknownUnit:
        return None
