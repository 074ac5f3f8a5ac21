"""The commands that people type, on one home and its embedded server; the service, and a refusal, in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner, Result

from registry import cli, cli_extract, serving

PATIENCE = 90
FEW = """
from registry.cli import main
from registry.demo import loading
loading.load.__kwdefaults__ |= {"participants": 9, "sites": 2}
main()"""
"""The command with a small demo: nobody looks at its sixty participants here."""


@dataclass
class Running:
    """A service that was started with `registry serve --demo`."""

    home: Path
    url: str
    process: subprocess.Popen[str]

    def command(self, *words: str) -> Result:
        return command(self.home, *words)


def registry(*words: str) -> list[str]:
    return [str(Path(sys.executable).with_name("registry")), *words]


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {"REGISTRY_HOME": str(home)} | more


def command(home: Path, *words: str, **more: str) -> Result:
    """Type a command, in this process: a process of its own would read every module anew."""
    with (
        mock.patch.dict(os.environ, environment(home, **more), clear=True),
        mock.patch.multiple(serving, stop_on_signals=mock.DEFAULT, serve=mock.DEFAULT),
        mock.patch.object(cli_extract, "log_to_standard_error"),
    ):
        return CliRunner().invoke(cli.main, words)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(url: str, process: subprocess.Popen[str]) -> bool:
    """Ask until the service is ready; it tells itself when it gives up."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=5) as answer:
                return bool(json.load(answer)["ready"])
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            select_a_moment(process)
    return False


def select_a_moment(process: subprocess.Popen[str]) -> None:
    """Wait for the process to end, a tenth of a second at most."""
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return


def started(home: Path, port: int, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, env=environment(home, PORT=str(port)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home, port = tmp_path_factory.mktemp("serve") / "home", free_port()
    running = Running(
        home, f"http://127.0.0.1:{port}", started(home, port, sys.executable, "-c", FEW, "serve", "--demo")
    )
    assert answers(running.url, running.process), "the service did not become ready"
    yield running
    running.process.send_signal(signal.SIGINT)
    running.process.wait(PATIENCE)
    assert not (home / "postgresql" / "postmaster.pid").exists(), "PostgreSQL was left running"


def test_serve_loads_the_demo_and_keeps_its_tokens_to_their_owner(running: Running) -> None:
    path = running.home / "demo-tokens.json"
    assert path.stat().st_mode & 0o777 == 0o600
    token = json.loads(path.read_text())["coordinator"]
    asked = urllib.request.Request(
        f"{running.url}/v1/studies/JAKI-JDM/participants?limit=3", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert len(json.load(answer)) == 3


def test_a_second_service_on_the_same_home_is_refused_with_a_sentence(running: Running) -> None:
    second = running.command("serve")
    assert second.exit_code == 2
    assert "already in use by process" in second.stderr


def test_an_extract_is_written_beside_a_running_service(running: Running, tmp_path: Path) -> None:
    asked = ("--study", "JAKI-JDM", "--purpose", "A test", "--kind", "participant", "--kind", "visit")
    done = running.command("extract", *asked, "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert {"participant.csv", "visit.csv", "codebook.csv"} <= {file["name"] for file in manifest["files"]}
    again = running.command("extract", *asked, "--out", str(tmp_path / "out"))
    assert again.exit_code == 2
    assert "not an empty folder" in again.stderr


def test_an_extract_for_an_unknown_cut_is_refused_with_a_sentence(running: Running, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = ("--study", "JAKI-JDM", "--purpose", "A test", "--cut", "NONE-1", "--out", str(out))
    refused = running.command("extract", *asked)
    assert refused.exit_code == 2
    assert "The study has no data cut with this code." in refused.stderr
    assert not out.exists()


def test_a_token_made_by_command_works_at_once(running: Running) -> None:
    made = running.command("token", "--role", "auditor", "--name", "An auditor", "--organisation", "Tests")
    assert made.exit_code == 0, made.output
    asked = urllib.request.Request(
        f"{running.url}/v1/audit?kind=api_token&limit=200", headers={"Authorization": f"Bearer {made.stdout.strip()}"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert any(event["client"] == "registry token" for event in json.load(answer))


@pytest.mark.requirement("A12")
def test_the_audit_is_exported_whole(running: Running, tmp_path: Path) -> None:
    done = running.command("audit", "--out", str(tmp_path / "audit.ndjson"))
    assert done.exit_code == 0, done.output
    kinds = {json.loads(line)["kind"] for line in (tmp_path / "audit.ndjson").read_text().splitlines()}
    assert {"participant", "visit", "dose", "api_token"} <= kinds


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
def test_a_backup_holds_the_audit_too(running: Running, tmp_path: Path) -> None:
    done = running.command("backup", "--out", str(tmp_path / "backup.dump"))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "backup.dump").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "backup.dump").read_bytes()[:5] == b"PGDMP"


def test_bad_settings_are_said_in_a_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        registry("migrate"), env=environment(tmp_path, PORT="many"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unreachable_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere"
    done = command(tmp_path, "migrate", DATABASE_URL=url)
    assert done.exit_code == 2
    assert "not reached" in done.stderr


def test_a_port_that_is_taken_is_refused_with_a_sentence(running: Running, tmp_path: Path) -> None:
    other = command(tmp_path, "serve", PORT=running.url.rsplit(":", 1)[1])
    assert other.exit_code == 2
    assert "in use" in other.stderr
    assert "PORT" in other.stderr


def falls_silent(url: str) -> bool:
    """Ask until nothing answers any more: Linux ends the workers soon after the process that started them."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/health/live", timeout=10).close()
        except (urllib.error.URLError, OSError):
            return True
        time.sleep(0.1)
    return False


def test_after_a_kill_no_worker_goes_on_serving(running: Running) -> None:
    """The home is served again; what is started here, as the last test, the fixture ends."""
    killed = running.url
    running.process.kill()
    running.process.wait(PATIENCE)
    port = free_port()
    running.url, running.process = f"http://127.0.0.1:{port}", started(running.home, port, *registry("serve"))
    assert falls_silent(killed)
    assert answers(running.url, running.process)
