"""Shipped protocols in a world of the tests, through the API."""

from __future__ import annotations

import json
import uuid
from typing import Any

from registry.db.transaction import as_json
from registry.schemas import study_files
from tests.conftest import World


def definition(name: str = "observational", **changes: Any) -> dict[str, Any]:
    """Give the body of a shipped protocol with changes, as it is sent."""
    sent: dict[str, Any] = json.loads(as_json(study_files.parsed(study_files.shipped(name))["protocol"]))
    return sent | changes


def defined(world: World, name: str = "observational", **changes: Any) -> dict[str, Any]:
    """Define a shipped protocol as a version of the world's study; give the version."""
    answer = world.administrator.post(f"/v1/studies/{world.study}/protocol-versions", definition(name, **changes))
    assert answer.status_code == 201, answer.text
    version: dict[str, Any] = answer.json
    return version


def activated(world: World, version_id: str, **changes: Any) -> dict[str, Any]:
    """Put a version in force everywhere from 2025-01-01, unless changed; give the activation."""
    body = {"protocol_version_id": version_id, "site_id": None, "effective_from": "2025-01-01"} | changes
    answer = world.administrator.post(f"/v1/studies/{world.study}/protocol-activations", body)
    assert answer.status_code == 201, answer.text
    activation: dict[str, Any] = answer.json
    return activation


def applied(world: World, name: str = "observational", **changes: Any) -> dict[str, Any]:
    """Define a shipped protocol, with changes, and put it in force everywhere from 2025-01-01; give the version."""
    version = defined(world, name, **changes)
    activated(world, version["id"])
    return version


def with_criteria(world: World, criteria: list[dict[str, Any]], effective_from: str) -> dict[str, Any]:
    """Put a version in force everywhere that asks for these criteria of eligibility and nothing else; give the version."""
    nothing: dict[str, Any] = {"arms": [], "schedule": [], "consent_documents": [], "double_entry_forms": []}
    number = uuid.uuid4().hex[:8]
    version = defined(world, number=number, eligibility=criteria, assent_from_age=None, **nothing)
    activated(world, version["id"], effective_from=effective_from)
    return version
