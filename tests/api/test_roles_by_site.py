"""Roles count at the site where they are held: for a freeze, for the audit, and for what a record says of who made it."""

from __future__ import annotations

import pytest

from tests import bodies
from tests.conftest import Person, World


def of_two_sites(world: World) -> Person:
    """Somebody who is coordinator at the first site and data manager at the other."""
    grants = [{"role": "coordinator", "site_id": world.site}, {"role": "data_manager", "site_id": world.other_site}]
    body = {"name": "Of two sites", "organisation": "O", "grants": grants}
    account = world.administrator.post("/v1/accounts", body).json["id"]
    wanted = {"account_id": account, "label": "x", "expires_at": "2099-01-01T00:00:00Z"}
    return Person(world.app.test_client(), world.administrator.post("/v1/tokens", wanted).json["token"], account)


def frozen(world: World, scope: str, record_id: str) -> None:
    body = {"scope": scope, "record_id": record_id, "state": "frozen", "reason": "Cleaning"}
    assert world.data_manager.post(f"/v1/studies/{world.study}/data-locks", body).status_code == 201


@pytest.mark.requirement("P1", "P5")
def test_a_data_manager_of_another_site_does_not_write_what_is_frozen_here(shared_world: World) -> None:
    somebody, visit = of_two_sites(shared_world), bodies.visited(shared_world)
    frozen(shared_world, "participant", visit["participant_id"])
    refused = somebody.put(f"/v1/visits/{visit['id']}", visit | {"mode": "remote"}, version=1)
    assert (refused.status_code, bodies.problem(refused)) == (409, "record-locked")
    there = shared_world.neighbour.post(
        f"/v1/studies/{shared_world.study}/participants", bodies.participant(shared_world.other_site)
    ).json
    frozen(shared_world, "participant", there["id"])
    path = f"/v1/participants/{there['id']}"
    assert somebody.put(path, there | {"birth_month": 7}, version=1).status_code == 200
    [_, event] = shared_world.auditor.get(f"{path}/history").json
    assert event["role"] == "data_manager"


@pytest.mark.requirement("A1")
def test_the_audit_names_the_roles_held_at_the_site_of_the_record(shared_world: World) -> None:
    somebody, visit = of_two_sites(shared_world), bodies.visited(shared_world)
    changed = somebody.put(f"/v1/visits/{visit['id']}", visit | {"mode": "remote"}, version=1)
    assert changed.status_code == 200, changed.text
    [_, event] = shared_world.auditor.get(f"/v1/visits/{visit['id']}/history").json
    assert (event["actor"], event["role"]) == ("Of two sites", "coordinator")
    study = f"/v1/studies/{shared_world.study}"
    deviation = somebody.post(f"{study}/protocol-deviations", bodies.protocol_deviation(visit["participant_id"]))
    assert (deviation.status_code, deviation.json["origin"]) == (201, "site")
