"""A successful request for every route that writes queries or enters a form twice."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from werkzeug.test import TestResponse

from tests import bodies, protocols
from tests.conftest import World

FORM = "disease_activity"


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Give each request by its route; what it needs is there already, in a study of its own."""
    code = f"D{uuid.uuid4().hex[:8].upper()}"
    new = {"code": code, "title": "Double entry", "protocol_version": "1", "design": "single_arm"}
    assert world.administrator.post("/v1/studies", new).status_code == 201
    doubled = replace(world, study=code)
    protocols.applied(doubled, double_entry_forms=[FORM])
    visit = bodies.visited(doubled, forms={})
    differing = bodies.visited(doubled, forms={})
    sent = {
        "record_kind": "visit",
        "record_id": visit["id"],
        "record_version": 1,
        "field": "/mode",
        "text": "By phone?",
    }
    queries = [world.monitor.post(f"/v1/studies/{code}/queries", sent).json["id"] for _ in range(4)]
    asked = {"record_kind": "visit", "field": "/forms/damage", "missing": True}

    def act(who: str, query: int, name: str) -> TestResponse:
        return world.people[who].post(f"/v1/queries/{queries[query]}/{name}", {"text": "As told"})

    def entered(who: str, pain: int, visit: dict[str, Any] = visit) -> TestResponse:
        return world.people[who].post(
            f"/v1/visits/{visit['id']}/form-entries", {"form": FORM, "values": {"pain": pain}}
        )

    entered("coordinator", 1, differing)
    entered("investigator", 2, differing)
    decided = {"form": FORM, "choices": {"pain": 2}, "reason": "As in the source"}
    act("coordinator", 1, "answers")
    act("coordinator", 2, "answers")
    one = "POST /v1/queries/<uuid:record_id>"
    return {
        "POST /v1/studies/<study>/queries": lambda: world.monitor.post(f"/v1/studies/{code}/queries", sent),
        "POST /v1/studies/<study>/queries:bulk": lambda: world.monitor.post(
            f"/v1/studies/{code}/queries:bulk", {"filter": asked, "text": "Please fill it in."}
        ),
        f"{one}/answers": lambda: act("coordinator", 0, "answers"),
        f"{one}/closures": lambda: act("monitor", 1, "closures"),
        f"{one}/reopenings": lambda: act("monitor", 2, "reopenings"),
        f"{one}/withdrawals": lambda: act("monitor", 3, "withdrawals"),
        f"{one}/comments": lambda: act("coordinator", 0, "comments"),
        "POST /v1/visits/<uuid:record_id>/form-entries": lambda: entered("coordinator", 3),
        "POST /v1/visits/<uuid:record_id>/reconciliations": lambda: world.data_manager.post(
            f"/v1/visits/{differing['id']}/reconciliations", decided
        ),
    }
