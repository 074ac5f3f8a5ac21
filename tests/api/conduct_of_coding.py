"""A successful request for every route of coding that writes."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.test import TestResponse

from tests import dictionaries
from tests.conftest import World


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Give each request by its route, to be made in this order."""
    own = dictionaries.coded(world)
    coding = own.coding(own.event("A howl at night"))
    chosen = own.term_id(0, "Emu cough")
    return {
        "PUT /v1/codings/<uuid:record_id>": lambda: own.decide(coding, chosen),
        "POST /v1/studies/<study>/dictionary": lambda: own.use(1),
    }


def known(world: World) -> dict[str, str]:
    """Give one record of each kind, by the first step of its path."""
    own = dictionaries.coded(world)
    return {"codings": own.coding(own.event("A howl at night"))["id"], "dictionaries": own.versions[0]["id"]}
