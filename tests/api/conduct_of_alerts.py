"""A successful request for the route by which a laboratory alert is acknowledged, and an alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import World


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Give each request by its route."""
    said = {"comment": "Repeated in three days", "alert_version": 1}
    return {
        "POST /v1/laboratory-alerts/<uuid:record_id>/acknowledgement": lambda: world.coordinator.post(
            f"/v1/laboratory-alerts/{known(world)['laboratory-alerts']}/acknowledgement", said
        )
    }


def known(world: World) -> dict[str, str]:
    """Give one record of each kind, by the first step of its path."""
    visit = bodies.visited(world, laboratory_results=[{"analyte": "NEUT", "value": 0.4, "unit": "10*9/L"}])
    path = f"/v1/studies/{world.study}/laboratory-alerts?visit_id={visit['id']}"
    answer: Any = world.coordinator.get(path).json
    return {"laboratory-alerts": answer[0]["id"]}
