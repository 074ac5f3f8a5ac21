"""Requests about protocol versions that succeed, for the tests that go through every route; in studies of their own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from tests import protocols
from tests.conftest import World

FAR = "2099-01-01"


def known(world: World) -> dict[str, str]:
    """Give one record of each kind, by the first step of its path."""
    path = _study(world)
    version = world.administrator.post(f"{path}/protocol-versions", protocols.definition()).json["id"]
    return {"protocol-versions": version, "protocol-activations": _activated(world, path, version).json["id"]}


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Give a successful request for every route that writes."""
    path = _study(world)
    version = world.administrator.post(f"{path}/protocol-versions", protocols.definition()).json["id"]
    planned = _activated(world, path, version).json
    return {
        "POST /v1/studies/<study>/protocol-versions": lambda: world.data_manager.post(
            f"{path}/protocol-versions", protocols.definition(number="2.0", assent_from_age=9)
        ),
        "POST /v1/studies/<study>/protocol-activations": lambda: _activated(world, path, version, site_id=world.site),
        "PUT /v1/protocol-activations/<uuid:record_id>": lambda: world.data_manager.put(
            f"/v1/protocol-activations/{planned['id']}", planned | {"effective_from": "2099-02-01"}, version=1
        ),
    }


def _study(world: World) -> str:
    code = f"PROTOCOL-{uuid.uuid4().hex[:8].upper()}"
    body = {"code": code, "title": "A trial", "protocol_version": "0", "design": "single_arm"}
    assert world.administrator.post("/v1/studies", body).status_code == 201
    return f"/v1/studies/{code}"


def _activated(world: World, path: str, version: str, **changes: Any) -> TestResponse:
    body = {"protocol_version_id": version, "effective_from": FAR} | changes
    return world.administrator.post(f"{path}/protocol-activations", body)
