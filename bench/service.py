"""The service under test: granian in processes of its own, as `registry serve` runs it."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psutil

from bench.ground import SECRET, Ground
from registry import serving
from registry.serving import Connections
from registry.settings import Settings

SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Service:
    """Where the service answers, and its processes."""

    port: int
    pid: int

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.pid).children(recursive=True)


@contextmanager
def running(ground: Ground, service_url: str | None = None, **changes: int) -> Iterator[Service]:
    """Serve the ground's database on a free port of 127.0.0.1 until the block ends."""
    usual = Settings(home=ground.home, secret=SECRET, port=free_port(), log_level="info")
    settings = replace(usual, **changes)
    found = Connections(None, service_url or ground.service_url, ground.extract_url, ground.service_url)
    process = SPAWN.Process(target=serve, args=(settings, found))
    process.start()
    try:
        wait_until_it_answers(settings.port)
        yield Service(settings.port, process.pid or 0)
    finally:
        os.kill(process.pid or 0, signal.SIGTERM)
        process.join(20)


def serve(settings: Settings, found: Connections) -> None:
    """Serve with the log where it costs as usual and is not seen."""
    os.dup2(os.open(settings.home / "service.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    serving.serve(settings, found)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_until_it_answers(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/live")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the service does not answer")
