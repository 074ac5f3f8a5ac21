"""Visits without active disease for the tests of states, except where their forms say otherwise."""

from decimal import Decimal

from registry.domain.derivations.states import of_visit
from registry.domain.rulebook import RULEBOOK
from tests.domain import treatment_course as kept

VAS = {"physician_global_scale": "vas", "patient_global_scale": "vas"}
WELL = {"patient_global_wording": "overall_well_being"}


def numbers(form):
    return {
        name: Decimal(str(value)) if isinstance(value, float) else value
        for name, value in form.items()
        if value is not None
    }


def activity(**said):
    usual = {"physician_global_activity": 0, "patient_global_activity": 1, "extramuscular_global_activity": 0}
    return numbers(usual | {"mdaat_cutaneous": 0.5} | VAS | WELL | said)


def strength(**said):
    usual = {"mmt8_total": 80, "mmt8_maximum": 80, "cmas_total": 50, "cmas_maximum": 52}
    return numbers(usual | {"cmas_head_elevation": 5, "cmas_sit_ups": 6, "cmas_floor_rise": 4} | said)


def visit(on, event="unscheduled", status="complete", ck=100, **forms):
    """A visit without active disease, except where its forms say otherwise."""
    usual = {
        "disease_activity": activity(),
        "muscle_strength": strength(),
        "skin_disease": {"das_skin_total": 0},
        "functioning": {"chaq_index": Decimal("0.25")},
    }
    results = [] if ck is None else [{"analyte": "CK", "value": ck, "unit": "U/L"}]
    image = kept.visit(on, event, results) | {"status": status, "forms": usual | forms}
    return {name: value for name, value in image.items() if value is not None}


def derived(*visits, rules=RULEBOOK, at=-1, **records):
    course = kept.course(visits, **records)
    course = type(course)(**{**vars_of(course), "rules": rules})
    return {one.result.rule.id: one for one in of_visit(course, course.visits[at])}


def vars_of(course):
    return {name: getattr(course, name) for name in course.__dataclass_fields__}


def result(rule, *visits, **given):
    return derived(*visits, **given)[rule].result
