"""Data cuts: a moment with a name, never changed, and extracts of it, which are as the data were then."""

from __future__ import annotations

import pytest

from registry.db.transaction import Database
from tests import bodies
from tests.conftest import World, attribution
from tests.extracting import pulled


def test_a_cut_is_named_once_at_a_past_moment_or_now(shared_world: World) -> None:
    path = f"/v1/studies/{shared_world.study}/data-cuts"
    visit = bodies.visited(shared_world)
    now = shared_world.data_manager.post(path, {"code": "INTERIM-1", "name": "First interim analysis"})
    then = shared_world.statistician.post(path, {"code": "EARLIER", "name": "E", "moment": "2026-01-01T00:00:00+01:00"})
    assert (now.status_code, then.status_code) == (201, 201)
    assert now.json["moment"] > visit["changed_at"]
    assert then.json["moment"] == "2025-12-31T23:00:00Z"
    twice = shared_world.data_manager.post(path, {"code": "INTERIM-1", "name": "Another"})
    later = shared_world.data_manager.post(path, {"code": "LATER", "name": "L", "moment": "2090-01-01T00:00:00Z"})
    wrong = shared_world.data_manager.post(path, {"code": "no blanks", "name": "L"})
    assert [(answer.status_code, bodies.problem(answer)) for answer in (twice, later, wrong)] == [
        (409, "already-recorded"), (422, "moment-in-the-future"), (422, "rules-broken"),
    ]  # fmt: skip
    assert shared_world.auditor.get(path).json == [now.json, then.json]
    assert shared_world.statistician.get(f"/v1/data-cuts/{now.json['id']}").json == now.json
    assert shared_world.coordinator.post(path, {"code": "MINE", "name": "M"}).status_code == 403


@pytest.mark.requirement("A10")
def test_an_extract_of_a_cut_is_as_the_study_was_then(world: World) -> None:
    visit = bodies.visited(world, mode="in_person")
    asked = {"kinds": ["visit"], "cut": "LOCKED"}
    unknown = world.statistician.post("/v1/extracts", {"study": world.study, "purpose": "A test", **asked})
    assert bodies.said(unknown) == {"/cut": "no_such_cut"}
    cut = world.statistician.post(f"/v1/studies/{world.study}/data-cuts", {"code": "LOCKED", "name": "After the lock"})
    first, files = pulled(world, **asked)
    assert (first["cut"], first["cut_at"]) == ("LOCKED", cut.json["moment"])
    assert b"in_person" in files["visit.csv"]
    amended = world.coordinator.put(f"/v1/visits/{visit['id']}", visit | {"mode": "remote"}, version=1)
    assert amended.status_code == 200
    assert pulled(world, kinds=["visit"], as_of=first["cut_at"])[1] == files, "however the moment is named"
    now, changed = pulled(world, kinds=["visit"])
    assert (now["cut"], b"in_person" in changed["visit.csv"], b"remote" in changed["visit.csv"]) == (None, False, True)


def test_consent_is_judged_at_the_moment_of_the_cut(shared_world: World) -> None:
    """Before the day on which it was given it covers nothing."""
    participant = bodies.enrolled(shared_world)
    with Database(shared_world.installation.service_url, size=1).apart() as tx:
        tx.attribute(attribution())
        for moment, covered in (("", True), ("2025-01-01T12:00:00Z", False), ("2025-02-01T12:00:00Z", True)):
            tx.run("select set_config('registry.covered_at', %s, true)", [moment])
            assert tx.one("select consent_covers(%s, 'registry') as covered", [participant]) == {"covered": covered}
