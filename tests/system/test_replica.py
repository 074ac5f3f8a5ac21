"""An extract that is read from a streaming replica: its views and its whole records in one snapshot of that server."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from registry import extracting, keys, serving
from registry.db.server import EmbeddedServer
from registry.db.server_files import ServerUser
from registry.db.server_programs import Programs, installed_package
from registry.db.transaction import Database
from registry.publish.extracts import writing
from registry.publish.extracts.workshop import Workshop, nobody_looks
from registry.publish.extracts.writing import Sources
from registry.settings import Settings
from tests import bodies
from tests.conftest import SECRET, World

CAUGHT_UP = "select pg_last_wal_replay_lsn() >= %s::pg_lsn as so"


@pytest.fixture(scope="module")
def replica(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The socket folder of a hot standby of the tests' server."""
    package, primary = installed_package(), conninfo_to_dict(postgres.admin_url)
    user = ServerUser.of(Path(str(primary["host"])))
    programs = Programs.opened_for(user, package)
    folder = Path(tempfile.mkdtemp(prefix="replica-"))
    user.own(folder)
    data = folder / "data"
    source = make_conninfo(host=primary["host"], port=primary["port"], user=primary["user"])
    copy = [str(Path(str(package.__file__)).parent / "pginstall" / "bin" / "pg_basebackup"), "--write-recovery-conf",
            "--checkpoint=fast", "--no-sync", f"--pgdata={data}", f"--dbname={source}"]  # fmt: skip
    as_user = {} if user.is_ourselves else {"user": user.uid, "group": user.gid, "extra_groups": []}
    subprocess.run(copy, check=True, cwd=folder, **as_user)
    options = shlex.join(
        [f"-cunix_socket_directories={folder}", "-clisten_addresses=", "-cfsync=off", f"-cport={primary['port']}"]
    )
    programs.pg_ctl(["--wait", f"--log={folder / 'log'}", f"--options={options}", "start"], data)
    yield str(folder)
    programs.pg_ctl(["--wait", "--mode=immediate", "stop"], data)
    shutil.rmtree(folder)


def caught_up(world: World, url: str) -> None:
    """Wait until the replica has what the primary has, this database among it."""
    with psycopg.connect(world.installation.admin_url) as primary:
        row = primary.execute("select pg_logical_emit_message(false, 'tests', 'caught up', true)").fetchone()
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as standby:
        while standby.execute(CAUGHT_UP, row).fetchone() != (True,):
            standby.execute("select pg_sleep(0.01)")


def url(settings: str, **changes: str) -> str:
    """A connection as a URL, as a setting must be."""
    parts = conninfo_to_dict(settings) | changes
    return f"postgresql://{parts['user']}@/{parts['dbname']}?host={parts['host']}&port={parts['port']}"


def read_from(world: World, replica: str) -> Settings:
    given = world.installation.settings
    admin = world.installation.admin_url
    return replace(given, database_url=url(admin), database_read_url=url(admin, host=replica))


@dataclass(frozen=True)
class Reading:
    """A registry whose extracts are written from the replica, and the replica's administrator, who can hold it back."""

    world: World
    visit: dict[str, Any]
    shop: Workshop
    administrator: psycopg.Connection[tuple[Any, ...]]

    def ordered(self, **asked: Any) -> str:
        """Order an extract; give its id."""
        body = {"study": self.world.study, "purpose": "Interim analysis", **asked}
        answer = self.world.statistician.post("/v1/extracts", body)
        assert answer.status_code == 202, answer.text
        return str(answer.json["id"])

    def told(self, extract_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.world.statistician.get(f"/v1/extracts/{extract_id}").json
        return answer

    def hold(self) -> None:
        self.administrator.execute("select pg_wal_replay_pause()")
        while self.administrator.execute("select pg_get_wal_replay_pause_state()").fetchone() != ("paused",):
            self.administrator.execute("select pg_sleep(0.01)")

    def go_on(self) -> None:
        self.administrator.execute("select pg_wal_replay_resume()")


@pytest.fixture
def reading(world: World, replica: str) -> Iterator[Reading]:
    visit = bodies.visited(world)
    admin = make_conninfo(world.installation.admin_url, host=replica)
    caught_up(world, admin)
    settings = read_from(world, replica)
    with (
        serving.connections(settings) as found,
        serving.opened(found.service) as service,
        serving.opened(found.extract) as views,
        psycopg.connect(make_conninfo(admin, dbname="postgres"), autocommit=True) as administrator,
    ):
        assert {conninfo_to_dict(one)["host"] for one in (found.extract, found.whole)} == {replica}
        shop = Workshop(Sources(views, Database(found.whole, size=1)), service, settings)
        yield Reading(world, visit, shop, administrator)
        administrator.execute("select pg_wal_replay_resume()")


def hashes(files: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {file["name"]: file["sha256"] for file in files}


def test_an_order_is_written_from_the_replica_as_the_primary_would_now_and_after_an_amendment(
    reading: Reading, tmp_path: Path
) -> None:
    extract_id = reading.ordered()
    assert extracting.work(reading.shop, extract_id) == "complete"
    told = reading.told(extract_id)
    assert (told["rows"]["visit"], told["rows"]["derived"] > 0) == (1, True)
    changed = reading.visit | {"mode": "remote"}
    amended = reading.world.coordinator.put(f"/v1/visits/{reading.visit['id']}", changed, version=1)
    assert amended.status_code == 200, amended.text
    again = reading.ordered(as_of=told["cut_at"])
    assert extracting.work(reading.shop, again) == "complete", "of the past, read from the audit on the replica"
    with serving.opened(reading.world.installation.extract_url) as views:
        sources = Sources(views, reading.shop.service)
        of_primary = extracting.order_of(reading.told(again))
        written = writing.write(
            sources, of_primary, tmp_path / "out", keys=keys.pseudonym_keys(reading.shop.settings),
            held_before=None, still_agree=frozenset, progress=nobody_looks,
        )  # fmt: skip
    given = hashes(told["files"])
    assert hashes(reading.told(again)["files"]) == given == hashes(map(asdict, written.files))


def test_a_replica_that_is_behind_is_waited_for_and_a_worker_that_gives_up_leaves_the_order_to_the_next(
    reading: Reading,
) -> None:
    reading.hold()
    extract_id = reading.ordered()
    impatient = replace(reading.shop, sources=replace(reading.shop.sources, patience=0.01))
    for _ in range(extracting.MOST_BEGINNINGS + 1):
        assert extracting.work(impatient, extract_id) == "writing"
    extracting.pick_up(impatient)
    told = reading.told(extract_id)
    assert (told["state"], told["progress"]["step"]) == ("writing", writing.WAITING)
    threading.Timer(0.3, reading.go_on).start()
    extracting.pick_up(reading.shop)
    told = reading.told(extract_id)
    assert (told["state"], told["rows"]["visit"]) == ("complete", 1)


def test_the_service_reads_whole_records_where_it_writes_them_unless_told_otherwise(world: World) -> None:
    settings = replace(world.installation.settings, database_url=url(world.installation.admin_url))
    with serving.connections(settings) as found:
        assert found.whole == found.service
        assert SECRET not in repr(found)
