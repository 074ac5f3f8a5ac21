"""A successful request for every route of review that writes: verification, signature, its password, lock and cut."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from werkzeug.test import TestResponse

from tests import bodies, signing
from tests.conftest import World


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Give each request by its route, to be made in this order."""
    study = f"/v1/studies/{world.study}"
    visit, locked = bodies.visited(world), bodies.visited(world)
    parts = {"visit_version": 1, "forms": ["header"]}
    verifying = f"/v1/visits/{visit['id']}/source-verifications"
    verified = world.monitor.post(verifying, parts).json["id"]
    lock = {"scope": "visit", "record_id": locked["id"], "state": "frozen", "reason": "Cleaning"}
    frozen = world.data_manager.post(f"{study}/data-locks", lock).json["id"]
    signer = signing.ready(world)
    password = f"/v1/accounts/{signer.account_id}/signing-password"
    changed = {"password": signing.PASSWORD, "current": signing.PASSWORD}

    def removed() -> TestResponse:
        version = world.administrator.get(password).json["version"]
        return world.administrator.put(f"{password}/removal", {}, version=version)

    return {
        "POST /v1/visits/<uuid:record_id>/source-verifications": lambda: world.monitor.post(
            verifying, parts | {"forms": ["vital_signs"]}),
        "PUT /v1/source-verifications/<uuid:record_id>/withdrawal": lambda: world.monitor.put(
            f"/v1/source-verifications/{verified}/withdrawal", {}, version=1),
        "POST /v1/signatures": lambda: signer.post("/v1/signatures", signing.signature("visit", visit)),
        "PUT /v1/me/signing-password": lambda: signing.put(signer, changed),
        "PUT /v1/accounts/<uuid:account_id>/signing-password/removal": removed,
        "POST /v1/studies/<study>/data-locks": lambda: world.data_manager.post(
            f"{study}/data-locks", lock | {"record_id": visit["id"]}),
        "PUT /v1/data-locks/<uuid:record_id>": lambda: world.data_manager.put(
            f"/v1/data-locks/{frozen}", {"state": "open"}, version=1),
        "POST /v1/studies/<study>/data-cuts": lambda: world.data_manager.post(
            f"{study}/data-cuts", {"code": f"W{uuid.uuid4().hex[:8].upper()}", "name": "A cut"}),
    }  # fmt: skip


def known(world: World, visit: str) -> dict[str, str]:
    """Give one record of each kind, by the first step of its path."""
    study = f"/v1/studies/{world.study}"
    verifying = world.monitor.post(
        f"/v1/visits/{visit}/source-verifications", {"visit_version": 1, "forms": ["header"]}
    )
    signer = signing.ready(world)
    other = bodies.visited(world)
    lock = {"scope": "visit", "record_id": other["id"], "state": "frozen", "reason": "Cleaning"}
    return {
        "source-verifications": verifying.json["id"],
        "signatures": signer.post("/v1/signatures", signing.signature("visit", other)).json["id"],
        "data-locks": world.data_manager.post(f"{study}/data-locks", lock).json["id"],
        "data-cuts": world.data_manager.post(f"{study}/data-cuts", {"code": "KNOWN", "name": "A cut"}).json["id"],
    }
