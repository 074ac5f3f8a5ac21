"""The embedded PostgreSQL is ours alone while we run, gone when we stop, and whole after we were killed."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from registry.db import server_programs
from registry.db.server import EmbeddedServer
from registry.db.server_files import HomeInUse, HomeLock, holds_running_server
from registry.db.server_programs import EmbeddedServerMissing

FAST = {"fsync": "off", "shared_buffers": "16MB"}
HOLD = """
import sys, time
from pathlib import Path
from registry.db.server import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1]), {"shared_buffers": "16MB"}):
    print("up", flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that a server has run in: to prepare one takes longer than most tests here."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    with EmbeddedServer(home, FAST):
        return home


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Path:
    """A copy of the prepared home, of this test's own; not a folder deeper, for a socket's path is short."""
    subprocess.run(["cp", "--archive", f"{prepared}/.", str(tmp_path)], check=True)
    return tmp_path


@contextmanager
def another_process(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A process of its own that holds the home; Ctrl-C ends it with the block."""
    command = [sys.executable, "-c", HOLD, str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            yield process
        finally:
            process.send_signal(signal.SIGINT)


def write(server: EmbeddedServer, statement: str) -> None:
    with psycopg.connect(server.admin_url) as connection:
        connection.execute(statement)


def read(server: EmbeddedServer, query: str) -> object:
    with psycopg.connect(server.admin_url) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def test_data_stay_from_one_start_to_the_next(home: Path) -> None:
    with EmbeddedServer(home, FAST) as server:
        write(server, "create table kept as select 42 as answer")
    with EmbeddedServer(home, FAST) as server:
        assert read(server, "select answer from kept") == 42
        assert str(read(server, "show server_version")).startswith("18.")


def test_the_server_stops_with_its_block(home: Path) -> None:
    with EmbeddedServer(home, FAST) as server:
        assert holds_running_server(home / "postgresql")
    assert not holds_running_server(home / "postgresql")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.admin_url)


def test_a_home_made_for_it_is_closed_to_everybody_else(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "home", FAST):
        home, data = (stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("home", "home/postgresql"))
    assert home & 0o066 == 0
    assert data == 0o700


def test_a_second_process_is_refused_and_told_who_has_the_home(home: Path) -> None:
    with another_process(home) as first, pytest.raises(HomeInUse, match=f"already in use by process {first.pid};"):
        EmbeddedServer(home).__enter__()
    assert not holds_running_server(home / "postgresql"), "Ctrl-C stops PostgreSQL too"


def test_after_a_kill_the_data_are_there_and_nothing_is_left_running(home: Path) -> None:
    with another_process(home) as killed:
        write_through_socket(home, "create table kept as select 42 as answer")
        killed.kill()
        killed.wait()
    assert holds_running_server(home / "postgresql"), "PostgreSQL outlives the process that started it"
    with EmbeddedServer(home, FAST) as server:
        assert read(server, "select answer from kept") == 42
    assert not holds_running_server(home / "postgresql")


def write_through_socket(home: Path, statement: str) -> None:
    with psycopg.connect(f"host={home / 'postgresql'} user=postgres dbname=registry") as connection:
        connection.execute(statement)


def test_a_process_number_that_now_belongs_to_another_program_is_no_obstacle(home: Path) -> None:
    with EmbeddedServer(home, FAST):
        note = (home / "postgresql/postmaster.pid").read_text()
    lines = [str(os.getpid()), *note.splitlines()[1:]]
    (home / "postgresql/postmaster.pid").write_text("\n".join(lines) + "\n")
    with EmbeddedServer(home, FAST) as server:
        assert read(server, "select 1") == 1


def test_a_beginning_that_was_interrupted_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "postgresql.new").mkdir()
    (tmp_path / "postgresql.new/PG_VERSION").write_text("18\n")
    with EmbeddedServer(tmp_path, FAST) as server:
        assert read(server, "select 1") == 1


def test_a_home_with_a_long_name_and_a_space_works(tmp_path: Path) -> None:
    home = tmp_path / "a folder whose name is longer than any socket may be" / ("x" * 80)
    with EmbeddedServer(home, FAST) as server:
        assert read(server, "select 1") == 1


def test_a_log_holds_no_value_that_was_refused(home: Path) -> None:
    with EmbeddedServer(home, FAST) as server, pytest.raises(psycopg.errors.CheckViolation):
        write(server, "create table small (value text check (length(value) < 3)); insert into small values ('secret')")
    log = (home / "postgresql/server.log").read_text()
    assert "violates check constraint" in log
    assert "secret" not in log


def test_without_the_package_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_programs, "PACKAGE", "a_package_that_is_not_installed")
    with pytest.raises(EmbeddedServerMissing, match="set DATABASE_URL to a PostgreSQL 18"):
        EmbeddedServer(tmp_path).__enter__()
    HomeLock(tmp_path).take()  # and the home is free again
