"""Treatment at a visit: glucocorticoids and their weaning, and the exposure to JAK inhibitors with its dose band."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from registry.domain.course import Course, Input, Medication, Visit, order_of
from registry.domain.derivations.dose_basis import DOSE, WEIGHT, band_at, weight_at, weight_at_start
from registry.domain.derived import Derived, used
from registry.domain.glucocorticoid_course import (
    NO_RECORD,
    WHY_NO_RECORD,
    glucocorticoid_reduction,
    is_unrecorded,
    steroid_free_since,
)
from registry.domain.glucocorticoid_pulses import is_pulse, pulses_of
from registry.domain.glucocorticoid_taper import given_on, overlapping
from registry.domain.glucocorticoids import GLUCOCORTICOIDS, PULSE_ROUTE, in_force, prednisone_equivalent
from registry.domain.jak_exposure import Weight, is_systemic, jak_exposure, weight_of
from registry.domain.rules import Result

_MEDICATION = ("medication", "dose", "dose_unit", "frequency", "route", "started_on", "ended_on")


def of_visit(course: Course, visit: Visit) -> Iterator[Derived]:
    """Derive the treatment in force at a visit and what was given until then."""
    equivalent = equivalent_at(course, visit)
    yield equivalent
    baseline = course.baseline
    if baseline is not None and order_of(baseline) < order_of(visit):
        yield _reduction(course, _daily_once(course, baseline), _daily_once(course, visit))
    yield _steroid_free(course, visit, equivalent)
    yield exposure(course, visit.on, weight_at(course, visit))
    dose = course.dose_on(visit.on)
    if dose is not None:
        yield band_at(course, visit, dose)


def of_participant(course: Course) -> Iterator[Derived]:
    """Derive the exposure to JAK inhibitors up to today."""
    last = course.last_visit(course.today)
    known = weight_at(course, last) if last else None
    weight = (Weight(kg=known[0].kg, basis="earlier_visit"), known[1]) if known else None
    yield exposure(course, course.today, weight, growing=True)


def equivalent_at(course: Course, visit: Visit) -> Derived:
    """Derive the prednisone-equivalent at a visit, by its weight or the last one before; pulses count from baseline."""
    since = _pulses_from(course, visit)
    return daily_at(course, visit, [one for one in glucocorticoids_of(course) if is_pulse(one, since, visit.on)])


def _daily_once(course: Course, visit: Visit) -> Derived:
    return course.remembered("daily prednisone-equivalent", visit, lambda: daily_at(course, visit))


def daily_at(course: Course, visit: Visit, pulses: Iterable[Medication] = ()) -> Derived:
    """Derive the daily prednisone-equivalent at a visit, with some pulses beside it."""
    pulses, drugs = tuple(pulses), glucocorticoids_of(course)
    daily_ones = [one for one in drugs if in_force(one, visit.on) != "no" and one.image.get("route") != PULSE_ROUTE]
    weight, at = course.last_number("vital_signs", "weight", visit) or (None, None)
    rule = course.rules["prednisone-equivalent"]
    counted = pulses_of(pulses, visit.on, weight, rule, since=_pulses_from(course, visit))
    twice = overlapping(daily_ones, visit.on)
    result = prednisone_equivalent(given_on(daily_ones, visit.on), weight, counted, rule, twice)
    if at is not None and at.id != visit.id and result.value:
        result = _not_final(result, "weight", "The weight is that of an earlier visit: this one has none.")
    if are_unrecorded(course, visit.on):
        result = _not_final(result, NO_RECORD, WHY_NO_RECORD)
    records = map(_used, (*daily_ones, *pulses))
    return Derived(result, used(visit.used("visited_on"), _weight_of(at), *records, _prior(course)))


def exposure(course: Course, until: date, weight: tuple[Weight, Input] | None, *, growing: bool = False) -> Derived:
    """Derive the exposure to JAK inhibitors up to a day."""
    begun = [dose for dose in course.doses if dose.starts <= until]
    kg, of_weight = weight or (None, None)
    unweighed = [dose for dose in begun if is_systemic(dose) and weight_of(dose) is None]
    known = {dose.id: found for dose in unweighed if (found := weight_at_start(course, dose))}
    rule, bands = course.rules["jak-exposure"], course.rules["dose-band"]
    at_start = {one: found for one, (found, _) in known.items()}
    result = jak_exposure(begun, until, kg, growing=growing, at_start=at_start, rule=rule, bands=bands)
    weighed = (visit for _, visit in known.values())
    return Derived(result, used(of_weight, *weighed, *(dose.used(*DOSE) for dose in begun)))


def _reduction(course: Course, baseline: Derived, now: Derived) -> Derived:
    result = glucocorticoid_reduction(baseline.result, now.result, course.rules["glucocorticoid-reduction"])
    return Derived(result, used(*baseline.inputs, *now.inputs))


def _steroid_free(course: Course, visit: Visit, equivalent: Derived) -> Derived:
    drugs = glucocorticoids_of(course)
    unrecorded = are_unrecorded(course, visit.on)
    rule = course.rules["steroid-free-since"]
    result = steroid_free_since(drugs, visit.on, equivalent.result, rule, unrecorded=unrecorded)
    return Derived(result, used(visit.used("visited_on"), *map(_used, drugs), *equivalent.inputs))


def glucocorticoids_of(course: Course) -> list[Medication]:
    """Give every glucocorticoid recorded."""
    return [one for one in course.medications if one.image.get("medication") in GLUCOCORTICOIDS]


def _pulses_from(course: Course, visit: Visit) -> date | None:
    """From the baseline on, at and after it; from the beginning before it."""
    baseline = course.baseline
    return baseline.on if baseline is not None and order_of(baseline) <= order_of(visit) else None


def are_unrecorded(course: Course, on: date) -> bool:
    """Whether glucocorticoids given on a day may not be recorded: no medication is, or one only as a prior treatment."""
    if not course.medications:
        return True
    return is_unrecorded(_prior_treatments(course), glucocorticoids_of(course), on)


def _prior_treatments(course: Course) -> tuple[str, ...]:
    return tuple(course.participant.image.get("prior_treatments") or ())


def _prior(course: Course) -> Input | None:
    """The participant, where a prior treatment was a systemic glucocorticoid."""
    named = not GLUCOCORTICOIDS.isdisjoint(_prior_treatments(course))
    return course.participant.used("prior_treatments") if named else None


def _weight_of(visit: Visit | None) -> Input | None:
    return visit.used(WEIGHT) if visit else None


def _not_final(result: Result, missing: str, reason: str) -> Result:
    names = tuple(dict.fromkeys((missing, *result.missing)))
    return replace(result, final=False, missing=names, reason=result.reason or reason)


def _used(medication: Medication) -> Input:
    return medication.used(*_MEDICATION)
