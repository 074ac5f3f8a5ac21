"""Serious events whose clocks run, and submissions that stop them; moments are given, so that nothing waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests import bodies
from tests.conftest import Person, World


def ago(**span: float) -> str:
    """Give a moment that is past by this much."""
    return (datetime.now(UTC) - timedelta(**span)).isoformat(timespec="microseconds")


def serious(world: World, *criteria: str, by: Person | None = None, **changes: Any) -> dict[str, Any]:
    """Record a serious event of a new participant; give the answer."""
    fatal = {"grade": 5, "outcome": "fatal"} if "death" in criteria else {}
    body = bodies.adverse_event(
        changes.pop("participant", None) or bodies.enrolled(world), serious=True, seriousness_criteria=list(criteria),
        **fatal, **changes)  # fmt: skip
    answer = (by or world.coordinator).post(f"/v1/studies/{world.study}/adverse-events", body)
    assert answer.status_code == 201, answer.text
    recorded: dict[str, Any] = answer.json
    return recorded


def amended(world: World, event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Amend an event by its newest version."""
    present = world.coordinator.get(f"/v1/adverse-events/{event['id']}").json
    answer = world.coordinator.put(
        f"/v1/adverse-events/{event['id']}", present | changes, version=present["version"], reason="A follow-up"
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def clocks(world: World, event: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the newest clock of each kind of an event."""
    answer = world.safety_officer.get(f"/v1/adverse-events/{event['id']}/reporting-clocks")
    assert answer.status_code == 200, answer.text
    return {clock["kind"]: clock for clock in sorted(answer.json, key=lambda one: one["event_version"])}


def submission(*clocks: dict[str, Any], **changes: Any) -> dict[str, Any]:
    usual = {
        "clock_ids": [clock["id"] for clock in clocks],
        "recipient": "sponsor",
        "recipient_name": "The sponsor",
        "submitted_at": ago(seconds=0),
        "reference": "SAE-001",
    }
    return usual | changes
