"""Treatment at a visit: glucocorticoids and their weaning, and the exposure to JAK inhibitors with its dose band."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from registry.domain.course import Course, Dose, Input, Medication, Visit, order_of
from registry.domain.derivations.growth import kidney_function
from registry.domain.derived import Derived, used
from registry.domain.dose_band import Daily, dose_band
from registry.domain.glucocorticoid_course import glucocorticoid_reduction, steroid_free_since
from registry.domain.glucocorticoid_pulses import is_pulse, pulses_of
from registry.domain.glucocorticoids import GLUCOCORTICOIDS, PULSE_ROUTE, given, in_force, prednisone_equivalent
from registry.domain.jak_exposure import Weight, daily, jak_exposure
from registry.domain.renal_function import Filtration
from registry.domain.rules import Result

_WEIGHT = "/forms/vital_signs/weight"
_MEDICATION = ("medication", "dose", "dose_unit", "frequency", "route", "started_on", "ended_on")
_DOSE = (
    "drug",
    "formulation",
    "mg_per_intake",
    "intakes_per_day",
    "weight_used",
    "egfr_used",
    "started_on",
    "ended_on",
)


def of_visit(course: Course, visit: Visit) -> Iterator[Derived]:
    """Derive the treatment in force at a visit and what was given until then."""
    equivalent = equivalent_at(course, visit)
    yield equivalent
    baseline = course.baseline
    if baseline is not None and order_of(baseline) < order_of(visit):
        yield _reduction(course, equivalent_at(course, baseline), equivalent)
    yield _steroid_free(course, visit, equivalent)
    yield exposure(course, visit.on, _weight_at(course, visit))
    dose = course.dose_on(visit.on)
    if dose is not None:
        yield _band(course, visit, dose)


def of_participant(course: Course) -> Iterator[Derived]:
    """Derive the exposure to JAK inhibitors up to today."""
    last = course.last_visit(course.today)
    known = _weight_at(course, last) if last else None
    weight = (Weight(kg=known[0].kg, basis="earlier_visit"), known[1]) if known else None
    yield exposure(course, course.today, weight, growing=True)


def equivalent_at(course: Course, visit: Visit) -> Derived:
    """Derive the prednisone-equivalent at a visit, by its weight or the last one before; pulses count from baseline."""
    drugs = _glucocorticoids(course)
    daily_ones = [one for one in drugs if in_force(one, visit.on) != "no" and one.image.get("route") != PULSE_ROUTE]
    pulses = [one for one in drugs if is_pulse(one, _pulses_from(course, visit), visit.on)]
    known = course.last_number("vital_signs", "weight", visit)
    weight, at = known or (None, None)
    rule = course.rules["prednisone-equivalent"]
    counted = pulses_of(pulses, visit.on, weight, rule)
    result = prednisone_equivalent((given(one, visit.on) for one in daily_ones), weight, counted, rule)
    if at is not None and at.id != visit.id and result.value:
        result = _not_final(result, "weight", "The weight is that of an earlier visit: this one has none.")
    return Derived(result, used(visit.used("visited_on"), _weight_of(at), *map(_used, (*daily_ones, *pulses))))


def exposure(course: Course, until: date, weight: tuple[Weight, Input] | None, *, growing: bool = False) -> Derived:
    """Derive the exposure to JAK inhibitors up to a day."""
    begun = [dose for dose in course.doses if dose.starts <= until]
    kg, of_weight = weight or (None, None)
    rule, bands = course.rules["jak-exposure"], course.rules["dose-band"]
    result = jak_exposure(begun, until, kg, growing=growing, rule=rule, bands=bands)
    return Derived(result, used(of_weight, *(dose.used(*_DOSE) for dose in begun)))


def _reduction(course: Course, baseline: Derived, now: Derived) -> Derived:
    result = glucocorticoid_reduction(baseline.result, now.result, course.rules["glucocorticoid-reduction"])
    return Derived(result, used(*baseline.inputs, *now.inputs))


def _steroid_free(course: Course, visit: Visit, equivalent: Derived) -> Derived:
    drugs = _glucocorticoids(course)
    result = steroid_free_since(drugs, visit.on, equivalent.result, course.rules["steroid-free-since"])
    return Derived(result, used(visit.used("visited_on"), *map(_used, drugs), *equivalent.inputs))


def _band(course: Course, visit: Visit, dose: Dose) -> Derived:
    """The dose in force by the weight at the visit, or the one used, and the eGFR used, or that of the visit."""
    known = course.last_number("vital_signs", "weight", visit)
    weight, at = known or (dose.number("weight_used"), None)
    kidneys = kidney_function(course, visit) if dose.number("egfr_used") is None else None
    measured = kidneys.result.details if kidneys else None
    rate: Decimal | None = measured.unrounded if isinstance(measured, Filtration) else dose.number("egfr_used")
    judged = Daily(
        drug=str(dose.image["drug"]),
        formulation=dose.image.get("formulation"),
        mg_per_day=daily(dose),
        weight=weight,
        egfr=rate,
    )
    result = dose_band(judged, course.rules["dose-band"])
    if kidneys is not None and rate is not None and not kidneys.result.final:
        result = _not_final(
            result, "height", "The eGFR is made from the height of an earlier visit: this one has none."
        )
    return Derived(result, used(dose.used(*_DOSE), _weight_of(at), *(kidneys.inputs if kidneys else ())))


def _glucocorticoids(course: Course) -> list[Medication]:
    return [one for one in course.medications if one.image.get("medication") in GLUCOCORTICOIDS]


def _pulses_from(course: Course, visit: Visit) -> date | None:
    """From the baseline on, at and after it; from the beginning before it."""
    baseline = course.baseline
    return baseline.on if baseline is not None and order_of(baseline) <= order_of(visit) else None


def _weight_at(course: Course, visit: Visit) -> tuple[Weight, Input] | None:
    known = course.last_number("vital_signs", "weight", visit)
    if known is None:
        return None
    kg, at = known
    return Weight(kg=kg, basis="visit" if at.id == visit.id else "earlier_visit"), at.used(_WEIGHT)


def _weight_of(visit: Visit | None) -> Input | None:
    return visit.used(_WEIGHT) if visit else None


def _not_final(result: Result, missing: str, reason: str) -> Result:
    names = tuple(dict.fromkeys((missing, *result.missing)))
    return replace(result, final=False, missing=names, reason=result.reason or reason)


def _used(medication: Medication) -> Input:
    return medication.used(*_MEDICATION)
