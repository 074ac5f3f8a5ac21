"""States of disease at a visit: inactive disease, hMC, JDMAI, deterioration, complete clinical response."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import cast

from registry.domain import items
from registry.domain.clinically_inactive_disease import Measures as InactiveMeasures
from registry.domain.clinically_inactive_disease import State, clinically_inactive_disease
from registry.domain.complete_clinical_response import (
    Observation,
    Therapy,
    complete_clinical_response,
    period_start,
)
from registry.domain.course import Course, Input, Visit, order_of
from registry.domain.derivations import state_measures as read_from
from registry.domain.derivations.myositis_therapy import Given, given, therapy_within
from registry.domain.derivations.state_measures import Read, fields_of, unusable
from registry.domain.derived import Derived, used
from registry.domain.deterioration import NO_BASELINE, deterioration
from registry.domain.deterioration import Measures as CoreSet
from registry.domain.hybrid_measure import Measures as Strength
from registry.domain.hybrid_measure import hmc
from registry.domain.jdmai import SKIN, Components, jdmai
from registry.domain.rules import Result, undecided

OTHER_QUESTION = "The patient's or parent's global assessment asked another question than at baseline."
NOT_WELL_BEING = "The patient's or parent's global assessment asked another question than the JDMAI counts."
INACTIVE_RULES = ("clinically-inactive-disease", "clinically-inactive-disease-revised")


def of_visit(course: Course, visit: Visit) -> Iterator[Derived]:
    """Derive the states of disease; those that look back only after the baseline, or where there is none."""
    for rule in INACTIVE_RULES:
        yield _state_of(course, visit, rule)
    strength = _hmc(course, visit)
    yield strength
    for rule in SKIN:
        yield _jdmai(course, visit, rule, strength)
    if visit.day("visited_on") and (course.baseline is None or order_of(visit) > order_of(course.baseline)):
        yield _deterioration(course, visit)
        yield _response(course, visit)


def _state_of(course: Course, visit: Visit, rule: str) -> Derived:
    return course.remembered(rule, visit, lambda: _inactive(course, visit, rule))


def _inactive(course: Course, visit: Visit, rule: str) -> Derived:
    kinase, unit, comparator = read_from.creatine_kinase(visit)
    read = {
        "creatine_kinase": kinase,
        "cmas_total": read_from.total(visit, "muscle_strength", items.CMAS_TOTAL),
        "mmt8_total": read_from.mmt8_of_80(visit),
        "physician_global_activity": read_from.global_in_cm(visit, "physician"),
    }
    maximum = read_from.cmas_maximum(visit)
    measures = InactiveMeasures(
        **{name: one.value for name, one in read.items()},
        cmas_maximum=maximum.value,
        unit=unit,
        comparator=comparator,
        unusable=unusable(read),
    )
    result = clinically_inactive_disease(measures, course.rules[rule])
    return Derived(result, used(visit.used(*fields_of(read), *maximum.fields)))


def _hmc(course: Course, visit: Visit) -> Derived:
    cmas = ("cmas_head_elevation", "cmas_sit_ups", "cmas_floor_rise")
    read = {
        "mmt8_total": read_from.mmt8_of_80(visit),
        **{name: read_from.plain(visit, "muscle_strength", name) for name in cmas},
    }
    measures = Strength(**{name: one.value for name, one in read.items()}, unusable=unusable(read))
    return Derived(hmc(measures, course.rules["hmc"]), used(visit.used(*fields_of(read))))


def _jdmai(course: Course, visit: Visit, rule: str, strength: Derived) -> Derived:
    wording = course.rules[rule].constants.patient_global_wording
    read = {
        "physician_global_activity": read_from.global_in_cm(visit, "physician"),
        "patient_global_activity": read_from.patient_global(visit, wording, NOT_WELL_BEING),
        "hmc": Read(value=strength.result.value),
        "skin": _skin(visit, rule),
    }
    why = {**unusable(read), **({"muscle": strength.result.reason} if strength.result.reason else {})}
    components = Components(**{name: one.value for name, one in read.items()}, unusable=why)
    result = jdmai(components, course.rules[rule])
    return Derived(result, used(visit.used(*fields_of(read)), *strength.inputs))


def _skin(visit: Visit, rule: str) -> Read:
    if SKIN[rule] == items.DAS_SKIN_TOTAL:
        return read_from.total(visit, "skin_disease", items.DAS_SKIN_TOTAL)
    return read_from.plain(visit, "disease_activity", SKIN[rule])


def _deterioration(course: Course, visit: Visit) -> Derived:
    rule, baseline = course.rules["deterioration"], course.baseline
    if baseline is None:
        return Derived(undecided(rule, NO_BASELINE, "baseline"), used(visit.used()))
    before = [one for one in course.before(visit) if order_of(one) > order_of(baseline)]
    visits = (baseline, visit, *before[-1:])
    scale = _strength_scale(visits)
    measures, inputs = zip(*(_core_set(course, one, baseline, scale) for one in visits), strict=True)
    result = deterioration(measures[0], measures[1], measures[2] if before else None, rule)
    return Derived(result, used(*inputs))


def _strength_scale(visits: tuple[Visit, ...]) -> Decimal:
    """Give the maximum on which most of the visits have an MMT8: that of the baseline, the first of them, or 80."""
    unilateral = Decimal(items.MMT8_UNILATERAL_MAXIMUM)
    choices = dict.fromkeys((read_from.mmt8_maximum(visits[0]) or unilateral, unilateral))
    return max(choices, key=lambda scale: sum(read_from.mmt8_on(one, scale).value is not None for one in visits))


def _core_set(course: Course, visit: Visit, baseline: Visit, scale: Decimal) -> tuple[CoreSet, Input]:
    read = {
        "physician_global_activity": read_from.global_in_cm(visit, "physician"),
        "patient_global_activity": read_from.patient_global(visit, read_from.wording_of(baseline), OTHER_QUESTION),
        "mmt8_total": read_from.mmt8_on(visit, scale),
        "chaq_index": read_from.chaq(visit, course.rules["chaq"]),
        "extramuscular_global_activity": read_from.plain(visit, "disease_activity", "extramuscular_global_activity"),
    }
    measures = CoreSet(**{name: one.value for name, one in read.items()}, unusable=unusable(read))
    return measures, visit.used(*fields_of(read))


def _response(course: Course, visit: Visit) -> Derived:
    rule = course.rules["complete-clinical-response"]
    visits = course.until(visit)
    states = [_state_of(course, one, rule.constants.criterion) for one in visits]
    therapies = given(course)
    observations = [
        Observation(on=one.on, state=_state(state.result), therapy=_therapy(course, therapies, one.on, one.on))
        for one, state in zip(visits, states, strict=True)
    ]
    between = _therapy(course, therapies, period_start(visit.on, rule.constants), visit.on)
    result = complete_clinical_response(observations, rule, between)
    looked_at = [one for state in states for one in state.inputs]
    return Derived(result, used(*looked_at, *(one.record for one in therapies)))


def _therapy(course: Course, therapies: tuple[Given, ...], first: date, last: date) -> Therapy:
    """Tell whether therapy was given; where no medication is recorded at all, none recorded is not none given."""
    found = therapy_within(therapies, first, last)
    return "unknown" if found == "no" and not course.medications else found


def _state(result: Result) -> State:
    return cast(State, result.category or "indeterminate")
