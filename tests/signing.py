"""What tests of signatures share: an investigator with a signing password, and what is sent to sign."""

from __future__ import annotations

from typing import Any

from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from tests.conftest import Person, World

PASSWORD = "a winter coat of many pockets"
PASSWORD_PATH = "/v1/me/signing-password"


def cheaply_hashed(password: str) -> str:
    """Keep a password as the registry does, in a hundredth of the time."""
    return generate_password_hash(password, method="scrypt:256:8:1")


def ready(world: World) -> Person:
    """Give the investigator, with a signing password."""
    asked = world.investigator.get(PASSWORD_PATH)
    if asked.status_code == 404:
        put(world.investigator, {"password": PASSWORD})
    return world.investigator


def put(somebody: Person, body: dict[str, Any]) -> TestResponse:
    """Set a signing password."""
    return somebody.client.put(PASSWORD_PATH, json=body, headers={"Authorization": f"Bearer {somebody.token}"})


def signature(kind: str, record: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What is sent to sign a record as it was answered."""
    usual = {
        "kind": kind,
        "record_id": record["id"],
        "record_version": record["version"],
        "meaning": "approval",
        "signer": "The investigator",
        "password": PASSWORD,
    }
    read = {"records_sha256": "0" * 64} if kind == "participant" else {}
    return usual | read | changes


def review(world: World, participant_id: str) -> dict[str, Any]:
    """Read what a signature of a participant would cover."""
    answer = world.investigator.get(f"/v1/participants/{participant_id}/review")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def signed(world: World, kind: str, record: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Sign a record; give the answer."""
    read = {"records_sha256": review(world, record["id"])["records_sha256"]} if kind == "participant" else {}
    answer = ready(world).post("/v1/signatures", signature(kind, record, **(read | changes)))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found
