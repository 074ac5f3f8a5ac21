"""A successful request for every route of expedited reporting that writes."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.test import TestResponse

from tests.conftest import World
from tests.reporting import clocks, serious, submission


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Give each request by its route."""
    event = serious(world, "hospitalisation")
    return {
        "POST /v1/adverse-events/<uuid:record_id>/submissions": lambda: world.coordinator.post(
            f"/v1/adverse-events/{event['id']}/submissions", submission(clocks(world, event)["site_to_sponsor"])),
    }  # fmt: skip


def known(world: World) -> dict[str, str]:
    """Give one record of each kind, by the first step of its path."""
    return {"reporting-clocks": clocks(world, serious(world, "hospitalisation"))["site_to_sponsor"]["id"]}
