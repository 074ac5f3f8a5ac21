"""People of a study for the tests of its figures, small and by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from registry.domain.course import read
from registry.domain.rulebook import RULEBOOK
from registry.domain.study_reading import Records, person
from registry.domain.study_safety import SIGNALS, Person, StudySafety

CUT = date(2026, 1, 31)
AS_OF = datetime(2026, 1, 31, 12, tzinfo=UTC)


def dose(starts: str, ends: str | None = None, **changes: Any) -> dict[str, Any]:
    usual = {"id": f"dose {starts}", "version": 1, "drug": "baricitinib", "formulation": "tablet", "mg_per_intake": 4,
             "intakes_per_day": 1, "weight_used": 35, "started_on": starts, "ended_on": ends}  # fmt: skip
    return usual | changes


def event(started_on: str, **changes: Any) -> dict[str, Any]:
    usual = {"id": f"event {started_on}", "version": 1, "term": "Words of the reporter", "grade": 2, "serious": False,
             "started_on": started_on, "outcome": "recovered", "causality": []}  # fmt: skip
    return usual | changes


def somebody(name: str = "A", *doses: dict[str, Any], events: tuple[dict[str, Any], ...] = (), **parts: Any) -> Person:
    """A girl, born in May 2014 unless told, with her doses and events; `parts` are other records, and what she is."""
    who = {"id": name, "version": 1, "code": f"P-{name}", "site_id": "s", "sex_at_birth": "female", "birth_year": 2014,
           "birth_month": 5}  # fmt: skip
    who |= {key: parts.pop(key) for key in ("birth_year", "birth_month") if key in parts}
    course = read({"participant": who, "visits": parts.pop("visits", []), "doses": doses, "adverse_events": events,
                   "concomitant_medications": []}, RULEBOOK, CUT)  # fmt: skip
    return person(Records(course=course, as_of=AS_OF, **parts), SIGNALS.constants)


def study(*people: Person) -> StudySafety:
    return StudySafety(study_id="study", as_of=AS_OF, people=people, rules=RULEBOOK)
