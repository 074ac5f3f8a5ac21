"""An extract that is read from a streaming replica: its views and its whole records in one snapshot of that server."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from registry import serving
from registry.app import create_app
from registry.cli import by_command
from registry.db.server import EmbeddedServer
from registry.db.server_files import ServerUser
from registry.db.server_programs import Programs, installed_package
from registry.db.transaction import Database
from registry.publish import extracts
from registry.settings import Settings
from tests import bodies
from tests.conftest import SECRET, World

KEY = b"k" * 32
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


def test_an_extract_is_read_from_the_replica_alone(world: World, replica: str, tmp_path: Path) -> None:
    bodies.visited(world)
    caught_up(world, make_conninfo(world.installation.admin_url, host=replica))
    with (
        serving.connections(read_from(world, replica)) as found,
        serving.opened(found.service) as service,
        serving.opened(found.extract) as views,
    ):
        assert {conninfo_to_dict(one)["host"] for one in (found.extract, found.whole)} == {replica}
        whole = Database(found.whole, size=1)
        manifest = extracts.pull(service, views, whole, by_command("extract"), world.study, tmp_path / "out", key=KEY)
        rows = {file.name: file.rows for file in manifest.files}
        assert (rows["visit.csv"], rows["derived.csv"] > 0) == (1, True)
        app = create_app(read_from(world, replica), service, views, whole)
        statistician = replace(world.statistician, client=app.test_client())
        answer = statistician.post("/v1/extracts", {"study": world.study, "purpose": "Interim analysis"})
        assert answer.status_code == 201, answer.text


def test_the_service_reads_whole_records_where_it_writes_them_unless_told_otherwise(world: World) -> None:
    settings = replace(world.installation.settings, database_url=url(world.installation.admin_url))
    with serving.connections(settings) as found:
        assert found.whole == found.service
        assert SECRET not in repr(found)
