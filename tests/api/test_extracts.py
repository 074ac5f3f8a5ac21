"""Extracts over HTTP: pulled by a statistician, read again by who may, each download in the audit."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import uuid
import zipfile
from typing import Any

import pytest

from registry.publish.columns import FILES
from tests import bodies
from tests.conftest import Person, World, attribution, person

ASKED = {"study": "JAKI-JDM", "purpose": "Interim analysis"}


def pulled(by: Person, **changes: Any) -> dict[str, Any]:
    answer = by.post("/v1/extracts", ASKED | changes)
    assert answer.status_code == 201, answer.text
    extract: dict[str, Any] = answer.json
    return extract


def someone(world: World, role: str, site: str) -> Person:
    """Somebody new with one role, at one site or (for the wide roles) everywhere."""
    with world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        made = person(world.app, tx, role, site)
        tx.commit()
    return made


def test_a_statistician_pulls_an_extract_and_downloads_each_file(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    extract = pulled(shared_world.statistician)
    assert (extract["version"], extract["profile"], extract["sites"]) == (1, "study_days", None)
    assert [file["name"] for file in extract["files"]] == [f"{file.name}.csv" for file in FILES] + [
        "derived.csv",
        "codebook.csv",
    ]
    for file in extract["files"]:
        answer = shared_world.statistician.get(f"/v1/extracts/{extract['id']}/files/{file['name']}")
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert (len(answer.data), hashlib.sha256(answer.data).hexdigest()) == (file["bytes"], file["sha256"])
        assert visit["id"].encode() not in answer.data
        assert answer.headers["Cache-Control"] == "no-store"
    manifest = shared_world.statistician.get(f"/v1/extracts/{extract['id']}/files/manifest.json")
    assert json.loads(manifest.data)["files"] == extract["files"]


def test_an_extract_is_downloaded_whole_as_a_zip(shared_world: World) -> None:
    bodies.visited(shared_world)
    extract = pulled(shared_world.statistician)
    answer = shared_world.statistician.get(f"/v1/extracts/{extract['id']}/download")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*(file["name"] for file in extract["files"]), "manifest.json"]
        lines = archive.read("visit.csv").decode().splitlines()
    assert "week_0" in {row["event"] for row in csv.DictReader(lines)}


def test_a_download_that_broke_off_is_resumed(shared_world: World) -> None:
    extract = pulled(shared_world.statistician)
    path = f"/v1/extracts/{extract['id']}/files/codebook.csv"
    whole = shared_world.statistician.get(path)
    rest = shared_world.statistician.get(path, **{"Range": "bytes=1000-", "If-Range": whole.headers["ETag"]})
    assert rest.status_code == 206
    assert rest.data == whole.data[1000:]


def test_an_extract_is_read_and_listed_by_who_pulled_it_and_by_an_auditor_only(shared_world: World) -> None:
    extract = pulled(shared_world.statistician)
    path = f"/v1/extracts/{extract['id']}"
    colleague = someone(shared_world, "statistician", shared_world.site)
    for reader in (shared_world.statistician, shared_world.auditor):
        assert reader.get(path).json == extract
        assert extract["id"] in {one["id"] for one in reader.get("/v1/extracts").json}
        assert reader.get(f"{path}/files/visit.csv").status_code == 200
    for reader in (colleague, shared_world.partner):
        assert extract["id"] not in {one["id"] for one in reader.get("/v1/extracts").json}
        for below in ("", "/files/visit.csv", "/download"):
            answer = reader.get(path + below)
            assert (answer.status_code, answer.json["type"]) == (404, "/problems/no-such-record")


def test_a_partner_of_one_site_gets_that_sites_participants_only(world: World) -> None:
    bodies.visited(world)
    people = ((world.coordinator, world.site), (world.neighbour, world.other_site))
    for somebody, site in people:
        base = f"/v1/studies/{world.study}"
        child = somebody.post(f"{base}/participants", bodies.participant(site)).json["id"]
        shared = bodies.consent(child, scopes=["registry", "partner_sharing"])
        assert somebody.post(f"{base}/consents", shared).status_code == 201
        assert somebody.post(f"{base}/visits", bodies.visit(child)).status_code == 201
    extract = pulled(world.partner)
    rows = {file["name"]: file["rows"] for file in extract["files"]}
    assert extract["sites"] == [world.site]
    assert (rows["participant.csv"], rows["visit.csv"]) == (1, 1)
    everything = pulled(world.statistician)
    assert everything["files"][0]["rows"] == 3
    assert (extract["uses"], everything["uses"]) == (["partner_sharing", "registry"], ["registry"])


def test_who_lost_a_site_loses_the_extracts_that_cover_it(world: World) -> None:
    extract = pulled(world.partner)
    with world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution(reason="Left the site"))
        tx.run(
            "update access_grant set site_id = %s, version = version + 1 where account_id = %s",
            [world.other_site, world.partner.account_id],
        )
        tx.commit()
    assert world.partner.get(f"/v1/extracts/{extract['id']}").status_code == 404
    assert world.partner.get("/v1/extracts").json == []


@pytest.mark.requirement("A10")
def test_pulls_and_downloads_are_in_the_audit(shared_world: World) -> None:
    extract = pulled(shared_world.statistician)
    shared_world.statistician.get(f"/v1/extracts/{extract['id']}/files/dose.csv")
    shared_world.statistician.get(f"/v1/extracts/{extract['id']}/download")
    events = shared_world.auditor.get(f"/v1/audit?record_id={extract['id']}").json
    assert [(event["action"], event["kind"]) for event in events] == [
        ("record", "extract"),
        ("download", "extract_download"),
        ("download", "extract_download"),
    ]
    assert {event["actor"] for event in events} == {"The statistician"}
    assert "/purpose" in {change["field"] for change in events[0]["changes"]}
    assert [change["new"] for change in events[1]["changes"] if change["field"] == "/file"] == ["dose.csv"]


def test_an_unknown_study_is_named_as_a_broken_rule(shared_world: World) -> None:
    answer = shared_world.statistician.post("/v1/extracts", ASKED | {"study": "NOWHERE"})
    assert answer.status_code == 422
    assert [(rule["pointer"], rule["code"]) for rule in answer.json["errors"]] == [("/study", "no_such_study")]


def test_a_repeat_with_the_same_key_gives_the_same_extract(shared_world: World) -> None:
    key = uuid.uuid4().hex
    first = shared_world.statistician.post("/v1/extracts", ASKED, key=key)
    again = shared_world.statistician.post("/v1/extracts", ASKED, key=key)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_files_that_are_not_kept_any_more_are_gone(shared_world: World) -> None:
    extract = pulled(shared_world.statistician)
    folder = shared_world.installation.home / "extracts" / extract["id"]
    (folder / "visit.csv").write_bytes(b"cut short")
    for below in ("files/dose.csv", "files/visit.csv", "download"):
        answer = shared_world.statistician.get(f"/v1/extracts/{extract['id']}/{below}")
        assert (answer.status_code, answer.json["type"]) == (410, "/problems/extract-gone")
    shutil.rmtree(folder)
    assert shared_world.statistician.get(f"/v1/extracts/{extract['id']}/download").status_code == 410
    assert shared_world.statistician.get(f"/v1/extracts/{extract['id']}").status_code == 200


@pytest.mark.parametrize("name", ["nothing.csv", "..%2F..%2Fsecret", "%2Fetc%2Fpasswd", "..", ".visit.csv"])
def test_a_file_that_is_not_of_the_extract_is_not_there(shared_world: World, name: str) -> None:
    extract = pulled(shared_world.statistician)
    assert shared_world.statistician.get(f"/v1/extracts/{extract['id']}/files/{name}").status_code == 404


@pytest.mark.parametrize("role", ["coordinator", "investigator", "monitor", "auditor", "administrator"])
def test_other_roles_pull_no_extract(shared_world: World, role: str) -> None:
    assert shared_world.people[role].post("/v1/extracts", ASKED).status_code == 403


def test_the_folder_of_an_extract_is_its_owners_alone(shared_world: World) -> None:
    extract = pulled(shared_world.statistician)
    folder = shared_world.installation.home / "extracts" / extract["id"]
    assert folder.stat().st_mode & 0o077 == 0
