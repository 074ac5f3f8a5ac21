"""A registry that is really served: the command that people type, over HTTP, on a database of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict

from tests.conftest import SECRET, World

STARTS_WITHIN_SECONDS = 30
DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"


@cache
def read(document: bytes) -> Any:
    """Read YAML once, by libyaml: the reader in Python takes seconds."""
    return yaml.load(document, Loader=yaml.CSafeLoader)


def published() -> Any:
    """The committed document."""
    return read(DOCUMENT.read_bytes())


@dataclass(frozen=True)
class Live:
    """A served registry: its address, and a token for each role."""

    url: str
    world: World

    @property
    def tokens(self) -> dict[str, str]:
        return {role: person.token for role, person in self.world.people.items()}


@pytest.fixture(scope="module")
def live(shared_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Serve the shared world of the file until its tests are done."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": as_url(shared_world.installation.admin_url),
        "REGISTRY_HOME": str(shared_world.installation.home),
        "REGISTRY_SECRET": SECRET,
        "PORT": str(port),
        "LOG_LEVEL": "warning",
    }
    log = tmp_path_factory.mktemp("log") / "served.log"
    with log.open("wb") as file:
        command = [str(Path(sys.executable).with_name("registry")), "serve"]
        served = subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", served, log)
        yield Live(f"http://127.0.0.1:{port}", shared_world)
    finally:
        served.terminate()
        served.wait(timeout=STARTS_WITHIN_SECONDS)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def as_url(conninfo: str) -> str:
    """Write a connection string as the URL that an installation is configured with."""
    parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    account = ":".join(quote(parts.pop(name), safe="") for name in ("user", "password") if name in parts)
    return f"postgresql://{account}@/{parts.pop('dbname')}?{urlencode(parts)}"


def wait_until_ready(url: str, served: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until and served.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    served.kill()
    pytest.fail(f"The registry was not ready in time:\n{log.read_text()}")
