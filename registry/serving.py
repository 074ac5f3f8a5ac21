"""Run the service: find its database, prepare it, and hold granian's workers until they are told to stop."""

from __future__ import annotations

import functools
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import FrameType

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from psycopg.conninfo import conninfo_to_dict

from registry import keys
from registry.app import create_app
from registry.db import provision
from registry.db.server import EmbeddedServer, running_admin_url
from registry.db.server_files import HomeInUse
from registry.db.transaction import Database
from registry.observing import log_to_standard_error
from registry.settings import Settings


@dataclass(frozen=True, slots=True)
class Connections:
    """Where the database is, for each role; `owner` is None where this process may not migrate."""

    owner: str | None = field(repr=False)
    service: str = field(repr=False)
    extract: str = field(repr=False)


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
        yield Connections(owner, _service_url(settings, configured, secret), _extract_url(settings, configured, secret))


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


def _extract_url(settings: Settings, configured: str, secret: bytes) -> str:
    return provision.role_url(settings.database_read_url or configured, provision.EXTRACT, secret)


@contextmanager
def opened(url: str, size: int = 2) -> Iterator[Database]:
    """Give a database as one role, open for as long as this block."""
    database = Database(url, size=size)
    database.open()
    try:
        yield database
    finally:
        database.close()


def application(settings: Settings, found: Connections, _target: str = "") -> Flask:
    """Make the application of one worker process, with pools of its own."""
    log_to_standard_error(settings.log_level)
    service = Database(found.service, size=settings.threads)
    extracts = Database(found.extract, size=2)
    service.open()
    extracts.open()
    return create_app(settings, service, extracts)


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
    ).serve(target_loader=functools.partial(application, settings, found))


def stop_on_signals() -> None:
    """Turn a signal to end into a normal exit, so that the embedded server is stopped too."""

    def stop(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, stop)
