"""Run the service: find its database, prepare it, and hold granian's workers until they are told to stop."""

from __future__ import annotations

import ctypes
import functools
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import FrameType

import psycopg
import structlog
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from psycopg.conninfo import conninfo_to_dict

from registry import keys
from registry.db import provision, randomisation_lists
from registry.db.server import EmbeddedServer, running_admin_url
from registry.db.server_files import HomeInUse
from registry.db.transaction import Database
from registry.observing import log_to_standard_error
from registry.settings import Settings

log = structlog.get_logger("registry")
PR_SET_PDEATHSIG = 1
SECONDS_TO_STOP = 5
"""A worker that has not stopped by then is killed; what it had not committed is rolled back."""


@dataclass(frozen=True, slots=True)
class Connections:
    """Where the database is, for each role; `owner` is None where this process may not migrate.

    `whole` is the service's on the server of `extract`, which may be a replica: both read there in one snapshot.
    """

    owner: str | None = field(repr=False)
    service: str = field(repr=False)
    extract: str = field(repr=False)
    whole: str = field(repr=False)


@contextmanager
def connections(settings: Settings, *, join: bool = False) -> Iterator[Connections]:
    """Give the connections: of your PostgreSQL, or of the embedded one, which runs as long as this block.

    With `join`, an embedded server that another process runs in this home is used as it is.
    """
    secret = keys.installation_secret(settings)
    with ExitStack() as stack:
        configured = settings.database_service_url or settings.database_url
        owner = settings.database_url
        if configured is None:
            configured = owner = _embedded(stack, settings, join)
        service = _service_url(settings, configured, secret)
        read = settings.database_read_url
        whole = provision.role_url(read, provision.SERVICE, secret) if read else service
        yield Connections(owner, service, provision.role_url(read or configured, provision.EXTRACT, secret), whole)


def _embedded(stack: ExitStack, settings: Settings, join: bool) -> str:
    try:
        return stack.enter_context(EmbeddedServer(settings.home)).admin_url
    except HomeInUse:
        running = running_admin_url(settings.home) if join else None
        if running is None:
            raise
        return running


def _service_url(settings: Settings, configured: str, secret: bytes) -> str:
    given = settings.database_service_url
    if given is not None and conninfo_to_dict(given).get("password"):
        return given
    return provision.role_url(configured, provision.SERVICE, secret)


@contextmanager
def opened(url: str, size: int = 2) -> Iterator[Database]:
    """Give a database as one role, open for as long as this block."""
    database = Database(url, size=size)
    database.open()
    try:
        yield database
    finally:
        database.close()


def application(settings: Settings, found: Connections, parent: int, _target: str = "") -> Flask:
    """Make the application of one worker process, with pools of its own."""
    from registry.app import create_app  # noqa: PLC0415 (a command that serves nothing starts in half the time)

    end_with_parent(parent)
    log_to_standard_error(settings.log_level)
    service = Database(found.service, size=settings.threads)
    service.open()
    app = create_app(settings, service)
    app.extensions["registry"].broken_lists = broken_lists(service)
    return app


def broken_lists(service: Database) -> tuple[str, ...]:
    """Verify every randomisation list and name in the log those that are not as sealed; nobody is allocated from them."""
    try:
        with service.transaction() as tx:
            broken = tuple(randomisation_lists.broken(tx))
    except psycopg.Error as error:
        log.error(  # noqa: TRY400 (a trace may hold a value)
            "randomisation_lists_not_verified", error=type(error).__name__
        )
        return ()
    for list_id in broken:
        log.error("randomisation_list_broken", list_id=list_id)
    return broken


class PortInUse(Exception):
    """Another program listens where this one should; the message says what to do."""


def check_port(settings: Settings) -> None:
    """Refuse an address that is taken: granian would share it, and requests would land on either service.

    Raises:
        PortInUse: something listens there already.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((settings.host, settings.port))
        except OSError:
            raise PortInUse(
                f"Port {settings.port} of {settings.host} is in use; stop what listens there or choose another PORT."
            ) from None


def end_with_parent(parent: int) -> None:
    """Ask Linux to end this worker when the process that started it dies, even by SIGKILL, or end at once if it has died."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


def serve(settings: Settings, found: Connections) -> None:
    """Serve until SIGINT or SIGTERM."""
    Granian(
        "registry",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        backpressure=settings.threads * 16,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_STOP,
    ).serve(target_loader=functools.partial(application, settings, found, os.getpid()))


def stop_on_signals() -> None:
    """Turn a signal to end into a normal exit, so that the embedded server is stopped too."""

    def stop(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, stop)
