"""Courses of treatment for the tests: images as the registry keeps them, with what a test does not say left out."""

from datetime import date
from decimal import Decimal
from itertools import count

from registry.domain.course import Kept, Medication, read
from registry.domain.rulebook import RULEBOOK

TODAY = date(2026, 6, 30)
_NUMBERS = count(1)


def _kept(image):
    return {"id": f"0198c5a0-0000-7000-8000-{next(_NUMBERS):012d}", "version": 1} | image


def glucocorticoid(**said):
    usual = {"medication": "prednisolone", "dose_unit": "mg", "frequency": "daily", "route": "oral"}
    image = usual | {"dose": 10, "started_on": "2026-01-01"} | said
    return _kept({name: value for name, value in image.items() if value is not None})


def medication(**said):
    return Medication(glucocorticoid(**said))


def visit(on, event="unscheduled", results=(), **vital_signs):
    signs = {name: Decimal(str(value)) for name, value in vital_signs.items()}
    image = {"visited_on": on, "event": event, "status": "complete", "laboratory_results": list(results)}
    return _kept(image | {"forms": {"vital_signs": signs} if signs else {}})


def dose(started_on, **said):
    usual = {"drug": "baricitinib", "formulation": "tablet", "mg_per_intake": 2, "intakes_per_day": 2}
    return _kept(usual | {"started_on": started_on} | said)


def event(image):
    return Kept(_kept(image))


def course(visits=(), medications=(), doses=(), today=TODAY, **participant):
    child = _kept({"birth_year": 2016, "birth_month": 5, "sex_at_birth": "female"} | participant)
    images = {"participant": child, "visits": visits, "doses": doses, "concomitant_medications": medications}
    return read(images | {"adverse_events": []}, RULEBOOK, today)


def results(derived, *, rule):
    return [one.result for one in derived if one.result.rule.id == rule]


def result(derived, *, rule):
    (only,) = results(derived, rule=rule)
    return only
