"""A successful request for every route of randomisation that writes: lists, their retirement, and allocations."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.test import TestResponse

from tests import randomisation
from tests.conftest import World


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Give each request by its route, to be made in this order."""
    own, version = randomisation.trial(world)
    made = randomisation.listed(own, version)
    other, unlisted = randomisation.trial(world)
    participant = randomisation.ready(own)
    return {
        "POST /v1/studies/<study>/randomisation-lists": lambda: randomisation.asked(other, unlisted),
        "POST /v1/participants/<uuid:record_id>/allocation": lambda: randomisation.allocated(own, participant),
        "PUT /v1/randomisation-lists/<uuid:record_id>": lambda: world.unblinded_statistician.put(
            f"/v1/randomisation-lists/{made['id']}", {"status": "retired"}, version=1),
    }  # fmt: skip


def known(world: World) -> dict[str, str]:
    """Give one record of each kind, by the first step of its path."""
    own, version = randomisation.trial(world)
    made = randomisation.listed(own, version)
    allocated = randomisation.allocated(own, randomisation.ready(own))
    return {"randomisation-lists": made["id"], "allocations": allocated.json["id"]}
