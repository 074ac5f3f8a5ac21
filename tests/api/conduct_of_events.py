"""A successful request for every route of the sponsor's assessments and of reference safety information that writes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import World

AWARE = {"sponsor_aware_at": "2025-05-02T09:00:00Z"}


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Give each request by its route."""
    first, second = _event(world), _event(world)
    assessment = _assessed(world, first)
    return {
        "POST /v1/adverse-events/<uuid:record_id>/sponsor-assessment": lambda: world.safety_officer.post(
            f"/v1/adverse-events/{second}/sponsor-assessment", AWARE),
        "PUT /v1/sponsor-assessments/<uuid:record_id>": lambda: world.safety_officer.put(
            f"/v1/sponsor-assessments/{assessment}", AWARE | {"comment": "Asked the site"}, version=1),
        "POST /v1/studies/<study>/reference-safety-information": lambda: world.safety_officer.post(
            f"/v1/studies/{world.study}/reference-safety-information", document()),
    }  # fmt: skip


def known(world: World) -> dict[str, str]:
    """Give one record of each kind, by the first step of its path."""
    path = f"/v1/studies/{world.study}/reference-safety-information"
    return {
        "sponsor-assessments": _assessed(world, _event(world)),
        "reference-safety-information": world.safety_officer.post(path, document()).json["id"],
    }


def document() -> dict[str, Any]:
    """Give an edition with a day of its own."""
    day = date(1991, 1, 1) + timedelta(days=uuid.uuid4().int % 9000)
    return {"drug": "ruxolitinib", "document": "Brochure", "effective_from": day.isoformat()}


def _event(world: World) -> str:
    body = bodies.adverse_event(bodies.enrolled(world))
    found: str = world.coordinator.post(f"/v1/studies/{world.study}/adverse-events", body).json["id"]
    return found


def _assessed(world: World, event: str) -> str:
    answer = world.safety_officer.post(f"/v1/adverse-events/{event}/sponsor-assessment", AWARE)
    found: str = answer.json["id"]
    return found
