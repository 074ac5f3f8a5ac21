"""A successful request for each route by which an extract is ordered or cancelled."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.test import TestResponse

from tests.conftest import World
from tests.extracting import ordered


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Give each request by its route."""
    order = {"study": world.study, "purpose": "A test"}
    return {
        "POST /v1/extracts": lambda: world.statistician.post("/v1/extracts", order),
        "POST /v1/extracts/<uuid:extract_id>/cancellation": lambda: world.statistician.post(
            f"/v1/extracts/{ordered(world)['id']}/cancellation", {}
        ),
    }
