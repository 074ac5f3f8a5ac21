"""A successful request for every route of special interest that writes: the words of a study, and judgements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import World

TERM = {"topic": "opportunistic_infection", "term": "Wombat fever"}
JUDGEMENT = {"decision": "confirm", "comment": "Seen at the visit"}


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Give each request by its route, to be made in this order."""
    terms = f"/v1/studies/{world.study}/special-interest-terms"
    kept = world.safety_officer.post(terms, TERM | {"term": "Bilby fever"}).json
    candidate = put_forward(world)
    return {
        "POST /v1/studies/<study>/special-interest-terms": lambda: world.safety_officer.post(terms, TERM),
        "PUT /v1/special-interest-terms/<uuid:record_id>": lambda: world.safety_officer.put(
            f"/v1/special-interest-terms/{kept['id']}", kept | {"retired": True}, version=1),
        "POST /v1/special-interest-candidates/<uuid:record_id>/judgement": lambda: world.investigator.post(
            f"/v1/special-interest-candidates/{candidate['id']}/judgement", JUDGEMENT),
    }  # fmt: skip


def put_forward(world: World) -> dict[str, Any]:
    """Record an event of special interest; give the candidate that it made."""
    base = f"/v1/studies/{world.study}"
    event = world.coordinator.post(f"{base}/adverse-events", bodies.adverse_event(bodies.enrolled(world)))
    assert event.status_code == 201, event.text
    path = f"{base}/special-interest-candidates?adverse_event_id={event.json['id']}"
    found: list[dict[str, Any]] = world.safety_officer.get(path).json
    return found[0]


def known(world: World) -> dict[str, str]:
    """Give one record of each kind, by the first step of its path."""
    terms = f"/v1/studies/{world.study}/special-interest-terms"
    kept = world.safety_officer.post(terms, TERM | {"term": "Numbat fever"})
    return {"special-interest-terms": kept.json["id"], "special-interest-candidates": put_forward(world)["id"]}
