"""Data cuts: a moment with a name, never changed, and an extract that refers to it only while the data are as they were."""

from __future__ import annotations

import io
import zipfile

import pytest

from registry.db.transaction import from_json
from tests import bodies, signing
from tests.conftest import World


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
def test_an_extract_for_a_cut_names_it_and_is_refused_once_the_study_has_changed(world: World) -> None:
    visit = bodies.visited(world)
    asked = {"study": world.study, "purpose": "The primary analysis", "cut": "LOCKED"}
    unknown = world.statistician.post("/v1/extracts", asked)
    assert bodies.said(unknown) == {"/cut": "no_such_cut"}
    cut = world.statistician.post(f"/v1/studies/{world.study}/data-cuts", {"code": "LOCKED", "name": "After the lock"})
    signing.signed(world, "visit", visit)  # work on the data is no change of them
    pulled = world.statistician.post("/v1/extracts", asked)
    assert (pulled.status_code, pulled.json["cut"]) == (201, "LOCKED"), pulled.text
    whole = world.statistician.get(f"/v1/extracts/{pulled.json['id']}/download").data
    with zipfile.ZipFile(io.BytesIO(whole)) as files:
        manifest = from_json(files.read("manifest.json"))
    assert manifest["cut"]["code"] == "LOCKED"
    assert manifest["cut"]["moment"][:19] == cut.json["moment"][:19]
    world.coordinator.put(f"/v1/visits/{visit['id']}", visit | {"mode": "remote"}, version=1)
    refused = world.statistician.post("/v1/extracts", asked)
    assert (refused.status_code, bodies.problem(refused)) == (409, "study-changed-since-cut")
    uncut = world.statistician.post("/v1/extracts", {name: asked[name] for name in ("study", "purpose")})
    assert (uncut.status_code, uncut.json["cut"]) == (201, None)
