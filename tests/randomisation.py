"""Randomised trials in a world of the tests, through the API: a study, its list, and participants who are ready for it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from werkzeug.test import TestResponse

from tests import bodies, protocols
from tests.conftest import Person, World

SEED = "0f6c1f0d9a7be3524c86d1e0a95b7f38c2d4"
LEVELS = [
    {"factor": "weight_band", "level": "below_30_kg"},
    {"factor": "disease_course", "level": "new_onset"},
]
STRATUM = "weight_band=below_30_kg|disease_course=new_onset"
_numbers = itertools.count(1)


def trial(world: World, **changes: Any) -> tuple[World, str]:
    """Give the world with a study of its own, randomised by the shipped protocol with changes; and its version's id."""
    code = f"RCT-{next(_numbers):03d}"
    study = {"code": code, "title": "A trial", "protocol_version": "1.0", "design": "randomised"}
    assert world.administrator.post("/v1/studies", study).status_code == 201
    own = replace(world, study=code)
    version = protocols.applied(own, "randomised", **({"eligibility": [], "assent_from_age": None} | changes))
    return own, version["id"]


def minimised(**changes: Any) -> dict[str, Any]:
    """Give what makes the shipped protocol one that minimises."""
    return {"randomisation": {"method": "minimisation", "by_site": True, "baseline_event": "week_0"} | changes}


BY_CHANCE = {"block_sizes": None, "probability": 0.8}
"""What a list for minimisation is asked with, beside the usual."""


def listed(world: World, version: str, **changes: Any) -> dict[str, Any]:
    """Make a list for the study; give what is told of it."""
    answer = asked(world, version, **changes)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json
    return told


def asked(world: World, version: str, *, key: str | None = None, **changes: Any) -> TestResponse:
    """Ask for a list from a seed of its own; give the answer."""
    usual: dict[str, Any] = {"protocol_version_id": version, "seed": f"{SEED}{next(_numbers)}", "slots_per_stratum": 12}
    if changes.get("rows") is None:
        usual["block_sizes"] = [4, 6]
    sent = {name: value for name, value in (usual | changes).items() if value is not None}
    return world.unblinded_statistician.post(path(world, "randomisation-lists"), sent, key=key)


def path(world: World, kind: str) -> str:
    return f"/v1/studies/{world.study}/{kind}"


def ready(world: World, **visit: Any) -> str:
    """Enrol a participant with all that allocation needs; give its id."""
    return made_ready(world, bodies.enrolled(world), **visit)


def made_ready(world: World, participant: str, **visit: Any) -> str:
    """Move a participant with a consent to the state enrolled, and record its baseline; give its id."""
    enrolment = world.coordinator.get(f"/v1/participants/{participant}/enrolment").json
    sent = enrolment | {"status": "enrolled", "status_on": "2025-02-01"}
    answer = world.coordinator.put(f"/v1/enrolments/{enrolment['id']}", sent, version=enrolment["version"])
    assert answer.status_code == 200, answer.text
    bodies.visited(world, participant, **visit)
    return participant


def allocated(
    world: World,
    participant: str,
    levels: list[dict[str, str]] | None = None,
    *,
    by: Person | None = None,
    key: str | None = None,
) -> TestResponse:
    """Ask to allocate a participant; give the answer."""
    sent = {"levels": LEVELS if levels is None else levels}
    return (by or world.coordinator).post(f"/v1/participants/{participant}/allocation", sent, key=key)
