"""Extracts over HTTP: ordered by a statistician, read again by who may, downloaded in parts, each download in the audit."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import uuid
import zipfile
from typing import Any

import pytest
from psycopg import sql

from registry.domain.extract_kinds import KINDS
from registry.publish.extracts.released import EVERY_FILE
from tests import bodies
from tests.conftest import Person, World, attribution, person
from tests.extracting import fetched, ordered, pulled, worked

ASKED = {"study": "JAKI-JDM", "purpose": "Interim analysis"}
FEW = {"kinds": ["participant", "visit"]}


@pytest.fixture(scope="module")
def visit(shared_world: World) -> dict[str, Any]:
    return bodies.visited(shared_world)


@pytest.fixture(scope="module")
def extract(shared_world: World, visit: dict[str, Any]) -> dict[str, Any]:
    """An extract of everything, which no test changes."""
    return pulled(shared_world)[0]


@pytest.fixture
def few(shared_world: World, visit: dict[str, Any]) -> dict[str, Any]:
    """A small one of this test's own."""
    return pulled(shared_world, **FEW)[0]


def someone(world: World, role: str, site: str) -> Person:
    """Somebody new with one role, at one site or (for the wide roles) everywhere."""
    with world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        made = person(world.app, tx, role, site)
        tx.commit()
    return made


def regranted(world: World, somebody: Person, **granted: str) -> None:
    """Give somebody another role or site in place of the one held."""
    [(name, value)] = granted.items()
    change = sql.SQL("update access_grant set {} = %s, version = version + 1 where account_id = %s")
    with world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution(reason="Another task"))
        tx.run(change.format(sql.Identifier(name)), [value, somebody.account_id])
        tx.commit()


def test_an_order_is_queued_and_told_how_far_it_is_until_it_is_complete(
    shared_world: World, visit: dict[str, Any]
) -> None:
    answer = shared_world.statistician.post("/v1/extracts", ASKED | FEW)
    assert (answer.status_code, answer.json["state"]) == (202, "queued")
    path = answer.headers["Location"]
    assert path == f"/v1/extracts/{answer.json['id']}"
    waiting = shared_world.statistician.get(path)
    assert waiting.json["progress"] == {"step": "waiting", "done": 0, "total": 0}
    early = shared_world.statistician.get(f"{path}/download")
    assert (early.status_code, bodies.problem(early), early.json["state"]) == (409, "extract-not-ready", "queued")
    assert worked(shared_world, answer.json["id"]) == "complete"
    done = shared_world.statistician.get(path).json
    assert (done["state"], done["progress"], done["failure"]) == ("complete", None, None)
    assert done["finished_at"] < done["expires_at"]
    assert done["rows"]["visit"] >= 1
    assert done["risk"]
    assert (done["profile"], done["profile_version"], done["key_version"]) == ("internal", "1", 1)


def test_a_statistician_downloads_each_file(
    shared_world: World, extract: dict[str, Any], visit: dict[str, Any]
) -> None:
    assert (extract["sites"], extract["role"]) == (None, "statistician")
    assert extract["kinds"] == [kind for kind in KINDS if kind != "allocation"]
    names = [file["name"] for file in extract["files"]]
    assert names[: len(extract["kinds"])] == [f"{kind}.csv" for kind in extract["kinds"]]
    assert {"codebook.csv", "risk.json", "risk.md", "manifest.json", "extract.zip"} <= set(names)
    for file in extract["files"]:
        answer = shared_world.statistician.get(f"/v1/extracts/{extract['id']}/files/{file['name']}")
        assert answer.status_code == 200
        assert (len(answer.data), hashlib.sha256(answer.data).hexdigest()) == (file["bytes"], file["sha256"])
        assert visit["id"].encode() not in answer.data
        assert (answer.headers["Cache-Control"], answer.headers["ETag"]) == ("no-store", f'"{file["sha256"]}"')
    manifest = json.loads(fetched(shared_world.statistician, extract["id"])["manifest.json"])
    assert manifest["as_of"][:19] == extract["cut_at"][:19]


def test_the_kinds_that_can_be_asked_for_are_the_files_that_are_written() -> None:
    assert list(KINDS) == [file.name for file in EVERY_FILE]


def test_an_extract_is_downloaded_whole_as_a_zip_also_in_parts(shared_world: World, extract: dict[str, Any]) -> None:
    path = f"/v1/extracts/{extract['id']}/download"
    whole = shared_world.statistician.get(path)
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(whole.data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [file["name"] for file in extract["files"] if file["name"] != "extract.zip"]
    part = {"Range": "bytes=1000-", "If-Range": whole.headers["ETag"]}
    rest = shared_world.statistician.get(path, **part)
    assert (rest.status_code, rest.data) == (206, whole.data[1000:])
    other = shared_world.statistician.get(path, **part | {"If-Range": '"another"'})
    assert (other.status_code, other.data) == (200, whole.data)
    for beyond in (f"bytes={len(whole.data)}-", "bytes=-0"):
        assert shared_world.statistician.get(path, Range=beyond).status_code == 416
    assert shared_world.statistician.get(path, Range="Bytes=-7").data == whole.data[-7:]


@pytest.mark.parametrize(
    "asked", ["lines=1-2", "bytes", "bytes=9-5", "bytes=a-b", "bytes=0-1,5-6", f"bytes={'9' * 5000}-"]
)
def test_who_asks_for_a_part_as_nobody_can_give_it_is_sent_the_whole(
    shared_world: World, extract: dict[str, Any], asked: str
) -> None:
    answer = shared_world.statistician.get(f"/v1/extracts/{extract['id']}/files/risk.md", Range=asked)
    [size] = [file["bytes"] for file in extract["files"] if file["name"] == "risk.md"]
    assert (answer.status_code, len(answer.data)) == (200, size)


def test_an_extract_is_read_and_listed_by_who_ordered_it_and_by_an_auditor_only(
    shared_world: World, few: dict[str, Any]
) -> None:
    path = f"/v1/extracts/{few['id']}"
    colleague = someone(shared_world, "statistician", shared_world.site)
    for reader in (shared_world.statistician, shared_world.auditor):
        assert reader.get(path).json == few
        assert few | {"risk": None} in reader.get("/v1/extracts?limit=200").json
        assert reader.get(f"{path}/files/visit.csv").status_code == 200
    for reader in (colleague, shared_world.partner):
        assert few["id"] not in {one["id"] for one in reader.get("/v1/extracts?limit=200").json}
        for below in ("", "/files/visit.csv", "/download"):
            answer = reader.get(path + below)
            assert (answer.status_code, bodies.problem(answer)) == (404, "no-such-record")
        assert reader.post(f"{path}/cancellation", {}).status_code == 404


def test_an_auditor_and_a_data_manager_are_told_who_was_given_a_childs_data(
    shared_world: World, extract: dict[str, Any], visit: dict[str, Any]
) -> None:
    path = f"/v1/extracts?participant_id={visit['participant_id']}"
    for asking in (shared_world.auditor, shared_world.data_manager, shared_world.statistician):
        assert extract["id"] in {one["id"] for one in asking.get(path).json}
    assert shared_world.data_manager.get("/v1/extracts").json == []
    assert shared_world.monitor.get(path).json == []
    newcomer = bodies.enrolled(shared_world)
    assert shared_world.auditor.get(f"/v1/extracts?participant_id={newcomer}").json == []


def test_a_partner_of_one_site_gets_that_sites_participants_only(world: World) -> None:
    bodies.visited(world)
    people = ((world.coordinator, world.site), (world.neighbour, world.other_site))
    for somebody, site in people:
        base = f"/v1/studies/{world.study}"
        child = somebody.post(f"{base}/participants", bodies.participant(site)).json["id"]
        shared = bodies.consent(child, scopes=["registry", "partner_sharing"])
        assert somebody.post(f"{base}/consents", shared).status_code == 201
        assert somebody.post(f"{base}/visits", bodies.visit(child)).status_code == 201
    asked = ordered(world, world.partner, profile="limited", **FEW)
    assert (asked["sites"], asked["uses"]) == ([world.site], ["partner_sharing", "registry"])
    assert worked(world, asked["id"]) == "refused", "one child of one site is recognised"
    refused = world.partner.get(f"/v1/extracts/{asked['id']}").json
    assert refused["failure"]["type"] == "/problems/risk-above-threshold"
    assert refused["risk"]
    everything = pulled(world, **FEW)[0]
    assert (everything["rows"]["participant"], everything["uses"]) == (3, ["registry"])
    kept = world.auditor.get(f"/v1/audit?kind=extract_refused&record_id={asked['id']}").json
    assert [event["action"] for event in kept] == ["refuse"]
    told = {change["field"]: change["new"] for change in kept[0]["changes"]}
    assert told["/account_id"] == world.partner.account_id


def test_who_lost_a_site_loses_the_extracts_that_cover_it(world: World) -> None:
    extract = ordered(world, world.partner)
    regranted(world, world.partner, site_id=world.other_site)
    assert world.partner.get(f"/v1/extracts/{extract['id']}").status_code == 404
    assert world.partner.get("/v1/extracts").json == []


@pytest.mark.parametrize(
    ("held", "granted", "problem"),
    [
        ("statistician", "monitor", "profile-not-allowed"),
        ("statistician", "data_manager", None),
        ("statistician", "auditor", None),
    ],
)
def test_an_extract_is_not_sent_to_who_has_a_role_that_could_not_order_it(
    shared_world: World, visit: dict[str, Any], held: str, granted: str, problem: str | None
) -> None:
    somebody = someone(shared_world, held, shared_world.site)
    extract = pulled(shared_world, somebody, kinds=["participant"])[0]
    regranted(shared_world, somebody, role=granted)
    assert somebody.get(f"/v1/extracts/{extract['id']}").json["profile"] == "internal"
    for below in ("files/participant.csv", "download"):
        answer = somebody.get(f"/v1/extracts/{extract['id']}/{below}")
        assert (answer.status_code, bodies.problem(answer) if problem else None) == (403 if problem else 200, problem)
    kept = shared_world.auditor.get(f"/v1/audit?kind=extract_refused&record_id={extract['id']}").json
    assert [event["actor"] for event in kept] == (["The statistician"] * 2 if problem else [])


def test_an_auditor_is_not_sent_what_tells_the_treatment(shared_world: World, visit: dict[str, Any]) -> None:
    knowing = someone(shared_world, "unblinded_statistician", shared_world.site)
    extract = pulled(shared_world, knowing, kinds=["participant", "allocation"])[0]
    answer = shared_world.auditor.get(f"/v1/extracts/{extract['id']}/files/allocation.csv")
    assert (answer.status_code, bodies.problem(answer)) == (403, "profile-not-allowed")
    assert shared_world.auditor.get(f"/v1/extracts/{extract['id']}").json["files"] == extract["files"]


@pytest.mark.requirement("A10")
def test_orders_and_downloads_are_in_the_audit(shared_world: World, few: dict[str, Any]) -> None:
    path, statistician = f"/v1/extracts/{few['id']}", shared_world.statistician
    etag = statistician.get(f"{path}/files/visit.csv").headers["ETag"]
    assert statistician.get(f"{path}/files/visit.csv", **{"If-None-Match": etag}).status_code == 304
    assert statistician.get(f"{path}/download", Range="bytes=5-9").status_code == 206
    events = shared_world.auditor.get(f"/v1/audit?record_id={few['id']}").json
    assert [(event["action"], event["kind"], event["actor"]) for event in events] == [
        ("record", "extract", "The statistician"),
        ("amend", "extract", "registry worker"),
        ("amend", "extract", "registry worker"),
        ("download", "extract_download", "The statistician"),
        ("download", "extract_download", "The statistician"),
        ("download", "extract_download", "The statistician"),
    ]
    assert "/purpose" in {change["field"] for change in events[0]["changes"]}
    named = [change["new"] for event in events[3:] for change in event["changes"] if change["field"] == "/file"]
    assert named == ["extract.zip", "visit.csv", "extract.zip"]


def test_a_repeat_with_the_same_key_gives_the_same_order(shared_world: World) -> None:
    key = uuid.uuid4().hex
    first = shared_world.statistician.post("/v1/extracts", ASKED, key=key)
    again = shared_world.statistician.post("/v1/extracts", ASKED, key=key)
    assert (again.status_code, again.json) == (202, first.json)
    assert (again.headers["Idempotency-Replayed"], again.headers["Location"]) == ("true", first.headers["Location"])


def test_files_that_are_not_kept_any_more_are_gone(shared_world: World, few: dict[str, Any]) -> None:
    folder = shared_world.installation.home / "extracts" / few["id"]
    assert folder.stat().st_mode & 0o077 == 0, "the folder is its owner's alone"
    (folder / "visit.csv").write_bytes(b"cut short")
    for below in ("files/participant.csv", "files/visit.csv", "download"):
        answer = shared_world.statistician.get(f"/v1/extracts/{few['id']}/{below}")
        assert (answer.status_code, bodies.problem(answer)) == (410, "extract-gone")
    shutil.rmtree(folder)
    assert shared_world.statistician.get(f"/v1/extracts/{few['id']}/download").status_code == 410
    assert shared_world.statistician.get(f"/v1/extracts/{few['id']}").status_code == 200


@pytest.mark.parametrize("name", ["nothing.csv", "..%2F..%2Fsecret", "%2Fetc%2Fpasswd", "..", ".visit.csv"])
def test_a_file_that_is_not_of_the_extract_is_not_there(
    shared_world: World, extract: dict[str, Any], name: str
) -> None:
    assert shared_world.statistician.get(f"/v1/extracts/{extract['id']}/files/{name}").status_code == 404


@pytest.mark.parametrize("role", ["coordinator", "investigator", "auditor", "administrator", "safety_officer"])
def test_other_roles_order_no_extract(shared_world: World, role: str) -> None:
    assert shared_world.people[role].post("/v1/extracts", ASKED).status_code == 403
