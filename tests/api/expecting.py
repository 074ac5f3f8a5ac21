"""Studies with a small schedule of their own, for tests of what is expected, skipped, late and missed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests import bodies, protocols
from tests.conftest import World

_numbers = itertools.count(1)
BERLIN = "Europe/Berlin"


def planned(event: str, target_day: int, window: int = 7, **changes: Any) -> dict[str, Any]:
    usual = {"anchor": "baseline", "window_before": window, "window_after": window}
    return {"event": event, "target_day": target_day} | usual | changes


SCHEDULE = [
    planned("week_0", 0, window_before=0, required_forms=["vital_signs", "damage"], required_analytes=["CK", "ALT"]),
    planned("week_4", 28),
    planned("week_12", 84),
]


def definition(schedule: list[dict[str, Any]] = SCHEDULE, **changes: Any) -> dict[str, Any]:
    """Give the content of a protocol version that asks for nothing but its schedule."""
    bare = {"schedule": schedule, "eligibility": [], "consent_documents": [], "assent_from_age": None}
    return bare | changes


def expecting(world: World, schedule: list[dict[str, Any]] = SCHEDULE) -> World:
    """Give the world with another study, whose schedule is in force everywhere from 2025-01-01."""
    code = f"SCHED-{next(_numbers)}"
    body = {"code": code, "title": "A study", "protocol_version": "0", "design": "single_arm"}
    assert world.administrator.post("/v1/studies", body).status_code == 201
    study = replace(world, study=code)
    protocols.applied(study, **definition(schedule))
    return study


def today(zone: str = BERLIN) -> date:
    return datetime.now(ZoneInfo(zone)).date()


def ago(days: int, zone: str = BERLIN) -> str:
    return (today(zone) - timedelta(days=days)).isoformat()


def begun(world: World, days: int, **changes: Any) -> str:
    """Enrol a participant whose baseline was so many days ago; give its id."""
    participant = bodies.enrolled(world)
    bodies.visited(world, participant, visited_on=ago(days), laboratory_results=[], **changes)
    return participant


def stood(world: World, participant: str, status: str, days: int, reason: str | None = None) -> None:
    """Move a participant to a state since so many days."""
    enrolment = world.coordinator.get(f"/v1/participants/{participant}/enrolment").json
    sent = enrolment | {"status": status, "status_on": ago(days), "reason": reason}
    answer = world.coordinator.put(f"/v1/enrolments/{enrolment['id']}", sent, version=enrolment["version"])
    assert answer.status_code == 200, answer.text


def schedule_of(world: World, participant: str) -> dict[str, dict[str, Any]]:
    """Read the whole schedule of a participant, by event."""
    answer = world.coordinator.get(f"/v1/participants/{participant}/schedule")
    assert answer.status_code == 200, answer.text
    return {row["event"]: row for row in answer.json}


def deviations(world: World, participant: str) -> list[tuple[str, str]]:
    """Read category and event of each deviation of a participant."""
    path = f"/v1/studies/{world.study}/protocol-deviations?participant_id={participant}"
    answer = world.coordinator.get(path)
    assert answer.status_code == 200, answer.text
    return sorted((one["category"], one["event"]) for one in answer.json)
