"""Requests about the schedule that succeed, for the tests that go through every route."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.test import TestResponse

from tests.api.expecting import begun, expecting
from tests.conftest import World


def known(world: World) -> dict[str, str]:
    """Give one record of each kind, by the first step of its path."""
    return {"skipped-visits": _skipped(expecting(world), "week_4").json["id"]}


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Give a successful request for every route that writes."""
    study = expecting(world)
    kept = _skipped(study, "week_4").json
    detect = f"/v1/studies/{study.study}/protocol-deviations:detect"
    return {
        "POST /v1/studies/<study>/skipped-visits": lambda: _skipped(study, "week_12"),
        "PUT /v1/skipped-visits/<uuid:record_id>": lambda: study.coordinator.put(
            f"/v1/skipped-visits/{kept['id']}", kept | {"reason": "travel"}, version=1
        ),
        "POST /v1/studies/<study>/protocol-deviations:detect": lambda: study.people["monitor"].post(detect, {}),
    }


def _skipped(study: World, event: str) -> TestResponse:
    body = {"participant_id": begun(study, 50), "event": event, "reason": "illness"}
    return study.coordinator.post(f"/v1/studies/{study.study}/skipped-visits", body)
