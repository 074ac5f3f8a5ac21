"""Source data verification: per form, kept with the version, stale once that form changes, withdrawn with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests import bodies
from tests.conftest import Person, World


def verified(world: World, visit: dict[str, Any], *forms: str, version: int | None = None) -> Any:
    body = {"visit_version": version or visit["version"], "forms": list(forms)}
    return world.monitor.post(f"/v1/visits/{visit['id']}/source-verifications", body)


def states(world: World, visit: dict[str, Any]) -> dict[str, str]:
    review = world.coordinator.get(f"/v1/visits/{visit['id']}/review").json
    return {part["form"]: part["state"] for part in review["parts"]}


def amended(world: World, visit: dict[str, Any], **changes: Any) -> dict[str, Any]:
    answer = world.coordinator.put(f"/v1/visits/{visit['id']}", visit | changes, version=visit["version"])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


@pytest.mark.requirement("A10")
def test_a_form_stays_verified_until_that_form_changes(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    due = f"/v1/studies/{shared_world.study}/verifications-due?participant_id={visit['participant_id']}"
    assert states(shared_world, visit) == dict.fromkeys(
        ("header", "vital_signs", "disease_activity", "muscle_strength", "laboratory_results"), "none"
    )
    first = verified(shared_world, visit, "header", "vital_signs", "laboratory_results")
    assert (first.status_code, first.json["verified_by"], first.json["state"]) == (201, "The monitor", "standing")
    forms = {**visit["forms"], "muscle_strength": {"cmas_total": 40, "cmas_maximum": 52}}
    visit = amended(shared_world, visit, forms=forms)
    assert states(shared_world, visit) == {
        "header": "verified", "vital_signs": "verified", "laboratory_results": "verified", "disease_activity": "none",
        "muscle_strength": "none",
    }  # fmt: skip
    visit = amended(shared_world, visit, forms={**forms, "vital_signs": {"height": 129, "weight": 27.4}})
    assert states(shared_world, visit)["vital_signs"] == "stale"
    [one] = shared_world.monitor.get(due).json
    assert one["forms"] == ["vital_signs", "disease_activity", "muscle_strength"]
    verified(shared_world, visit, *one["forms"])
    assert set(states(shared_world, visit).values()) == {"verified"}
    assert shared_world.monitor.get(due).json == []
    visit = amended(shared_world, visit, mode="remote", laboratory_results=[])
    assert states(shared_world, visit) | {"header": "stale", "laboratory_results": "stale"} == states(
        shared_world, visit
    )


@pytest.mark.requirement("P2")
def test_who_wrote_a_visit_does_not_verify_it(shared_world: World) -> None:
    grants = [{"role": role, "site_id": shared_world.site} for role in ("coordinator", "monitor")]
    body = {"name": "Both", "organisation": "Berlin site", "grants": grants}
    account = shared_world.administrator.post("/v1/accounts", body).json["id"]
    wanted = {"account_id": account, "label": "tests", "expires_at": "2099-01-01T00:00:00Z"}
    token = shared_world.administrator.post("/v1/tokens", wanted).json["token"]
    both = replace(
        shared_world, people=shared_world.people | {"monitor": Person(shared_world.app.test_client(), token)}
    )
    visit = bodies.visited(shared_world)
    assert verified(both, visit, "header").status_code == 201
    visit = amended(replace(both, people=both.people | {"coordinator": both.monitor}), visit, mode="remote")
    refused = verified(both, visit, "header")
    assert (refused.status_code, bodies.problem(refused)) == (409, "second-person-needed")
    assert verified(shared_world, visit, "header").status_code == 201


def test_the_review_tells_who_verified_which_version_when(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    made = verified(shared_world, visit, "header").json
    [header] = [
        part
        for part in shared_world.investigator.get(f"/v1/visits/{visit['id']}/review").json["parts"]
        if part["form"] == "header"
    ]
    assert header == {
        "form": "header", "state": "verified", "verification_id": made["id"], "verified_by": "The monitor",
        "verified_at": made["recorded_at"], "verified_version": 1,
    }  # fmt: skip


@pytest.mark.requirement("P5")
def test_a_verification_is_withdrawn_once_and_with_a_reason(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    made = verified(shared_world, visit, "header", "vital_signs").json
    path = f"/v1/source-verifications/{made['id']}"
    silent = shared_world.monitor.put(f"{path}/withdrawal", {}, version=1, reason="")
    stale = shared_world.monitor.put(f"{path}/withdrawal", {}, version=2)
    done = shared_world.monitor.put(f"{path}/withdrawal", {}, version=1, reason="The wrong chart was compared")
    again = shared_world.monitor.put(f"{path}/withdrawal", {}, version=2)
    assert [answer.status_code for answer in (silent, stale, done, again)] == [422, 412, 200, 409]
    assert (again.json["state"], again.json["allowed"]) == ("withdrawn", [])
    assert states(shared_world, visit)["header"] == "none"
    assert shared_world.monitor.get(f"{path}/history").json[-1]["reason"] == "The wrong chart was compared"
    listed = f"/v1/studies/{shared_world.study}/source-verifications?visit_id={visit['id']}"
    assert [one["id"] for one in shared_world.auditor.get(listed).json] == [made["id"]]
    assert shared_world.auditor.get(f"{listed}&state=standing").json == []


def test_what_cannot_be_verified_is_refused_with_its_reason(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    draft = bodies.visited(shared_world, status="draft")
    for answer, status, slug in (
        (verified(shared_world, visit, "header", version=2), 412, "version-stale"),
        (verified(shared_world, draft, "header"), 409, "visit-not-complete"),
        (verified(shared_world, visit, "header", "damage"), 422, "rules-broken"),
        (verified(shared_world, visit, "header", "header"), 422, "rules-broken"),
        (verified(shared_world, visit, "hand_writing"), 422, "rules-broken"),
        (verified(shared_world, visit), 422, "rules-broken"),
        (verified(shared_world, {"id": shared_world.site, "version": 1}, "header"), 404, "no-such-record"),
    ):
        assert (answer.status_code, bodies.problem(answer)) == (status, slug)
    assert bodies.said(verified(shared_world, visit, "header", "damage")) == {"/forms/1": "not_filled_in"}
    by_site = shared_world.coordinator.post(
        f"/v1/visits/{visit['id']}/source-verifications", {"visit_version": 1, "forms": ["header"]}
    )
    assert by_site.status_code == 403
