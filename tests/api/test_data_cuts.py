"""Data cuts: a moment with a name, never changed, and an extract that refers to it only while the data are as they were."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from registry.db.transaction import Database, from_json
from registry.publish import extracts
from registry.publish.extracts import ExtractRefused
from tests import bodies, signing
from tests.conftest import World, attribution


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


@pytest.mark.requirement("A10")
def test_no_extract_is_pulled_for_a_cut_after_what_decides_over_it_has_changed(world: World) -> None:
    """A document of consent, the time at a site, a withdrawal and a deviation change what the same data come to."""
    path, participant = f"/v1/studies/{world.study}", bodies.enrolled(world)
    site = world.administrator.get(f"/v1/sites/{world.site}").json
    document = bodies.consent_document(document_version="9.0")
    changes: list[Callable[[], TestResponse]] = [
        lambda: world.administrator.post(f"{path}/consent-documents", document),
        lambda: world.administrator.put(
            f"/v1/sites/{world.site}", site | {"time_zone": "America/Los_Angeles"}, version=1
        ),
        lambda: world.coordinator.post(f"{path}/withdrawals", bodies.withdrawal(participant, kind="data_use")),
        lambda: world.coordinator.post(f"{path}/protocol-deviations", bodies.protocol_deviation(participant)),
    ]
    for number, change in enumerate(changes):
        named = world.statistician.post(f"{path}/data-cuts", {"code": f"CUT-{number}", "name": "C"})
        assert named.status_code == 201, named.text
        assert change().status_code in (200, 201), number
        asked = {"study": world.study, "purpose": "The primary analysis", "cut": f"CUT-{number}"}
        refused = world.statistician.post("/v1/extracts", asked)
        assert (refused.status_code, bodies.problem(refused)) == (409, "study-changed-since-cut"), number


def test_consent_is_judged_at_the_moment_of_the_cut(shared_world: World) -> None:
    """Before the day on which it was given it covers nothing."""
    participant = bodies.enrolled(shared_world)
    with Database(shared_world.installation.service_url, size=1).apart() as tx:
        tx.attribute(attribution())
        for moment, covered in (("", True), ("2025-01-01T12:00:00Z", False), ("2025-02-01T12:00:00Z", True)):
            tx.run("select set_config('registry.covered_at', %s, true)", [moment])
            assert tx.one("select consent_covers(%s, 'registry') as covered", [participant]) == {"covered": covered}


def test_a_command_pulls_for_a_cut_and_writes_nothing_once_the_study_has_changed(world: World, tmp_path: Path) -> None:
    visit = bodies.visited(world)
    world.statistician.post(f"/v1/studies/{world.study}/data-cuts", {"code": "CUT-1", "name": "C"})
    service, views = Database(world.installation.service_url, size=1), Database(world.installation.extract_url, size=1)
    service.open()
    views.open()
    try:
        to = (service, views, service, attribution(), world.study)
        made = extracts.pull(*to, tmp_path / "first", key=b"k" * 32, cut="CUT-1")
        assert (made.cut or {})["code"] == "CUT-1"
        world.coordinator.put(f"/v1/visits/{visit['id']}", visit | {"mode": "remote"}, version=1)
        with pytest.raises(ExtractRefused, match="after the moment of the data cut"):
            extracts.pull(*to, tmp_path / "second", key=b"k" * 32, cut="CUT-1")
    finally:
        service.close()
        views.close()
    assert [folder.name for folder in tmp_path.iterdir() if folder.name in ("first", "second")] == ["first"]
