"""Courses with laboratory results for the tests, and what is derived at their last visit."""

from datetime import date
from decimal import Decimal
from itertools import count

from registry.domain.analytes import CATALOGUE
from registry.domain.course import read
from registry.domain.derivations import interferon, laboratory
from registry.domain.rulebook import RULEBOOK

NUMBERS = count(1)
STABLE = {
    "disease_activity": {"physician_global_activity": 1, "physician_global_scale": "vas"},
    "muscle_strength": {"mmt8_total": 78, "mmt8_maximum": 80},
}


def kept(image):
    return {"id": f"0198c5a0-0000-7000-8000-{next(NUMBERS):012d}", "version": 1} | image


def lab(analyte, value, unit=None, **said):
    number = Decimal(str(value)) if value is not None else None
    image = {"analyte": analyte, "value": number, "unit": unit or CATALOGUE[analyte].standard_unit} | said
    return {name: kept_value for name, kept_value in image.items() if kept_value is not None}


def visit(on, *results, event="unscheduled", status="complete", **forms):
    image = {"event": event, "status": status, "laboratory_results": list(results), "forms": forms}
    return kept(image | ({"visited_on": on} if on else {}))


def course(*visits):
    child = kept({"birth_year": 2016, "birth_month": 5, "sex_at_birth": "female"})
    empty = {name: [] for name in ("doses", "concomitant_medications", "adverse_events")}
    return read({"participant": child, "visits": visits} | empty, RULEBOOK, date(2026, 6, 30))


def derived_at_last(*visits):
    made = course(*visits)
    last = made.visits[-1]
    return [*laboratory.of_visit(made, last), *interferon.of_visit(made, last)]


def told(derived, rule, subject=None):
    return [
        (one.result.value, one.result.category)
        for one in derived
        if one.result.rule.id == rule and (subject is None or one.result.subject == subject)
    ]


def keys(derived):
    return [
        (one.result.rule.id, one.result.subject, getattr(one.result.details, "result_number", None)) for one in derived
    ]
