"""The worker: what time does by itself. Each minute it notes the reporting clocks that ran out, once, however many run."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import psycopg
import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from psycopg.conninfo import make_conninfo

from registry import serving
from registry.commands import by_command
from registry.db import events, reporting_clocks
from registry.db.transaction import Database
from registry.observing import log_to_standard_error
from registry.settings import Settings

log = structlog.get_logger("registry")
SCHEMA = "procrastinate"
EVERY_MINUTE = "* * * * *"
STOPPING = (signal.SIGTERM, signal.SIGINT)
SECONDS_TO_STOP = 5
SECONDS_BETWEEN_ATTEMPTS = 5
QUEUE_POOL = 3
"""One connection listens, one takes and finishes jobs, one is for the heartbeat."""
RETRIES = 2
"""At once, for connections that broke while nobody used them; after that the next minute comes."""
RAN_OUT = "The clock ran out before a submission was recorded"


def note_overdue(database: Database, now: datetime) -> int:
    """Note each clock that has run out by now and was not noted before, and give how many; all in one transaction.

    Of several workers at once each clock is noted by one: who comes second passes it over.
    """
    with database.transaction() as tx:
        tx.attribute(by_command("worker", RAN_OUT))
        noted = reporting_clocks.note_overdue(tx, now)
        if noted:
            events.note(tx, "overdue", "reporting", {"clocks": [clock["id"] for clock in noted]})
            tx.commit()
    for clock in noted:
        log.warning("reporting_clock_overdue", clock_id=clock["id"], kind=clock["kind"], site_id=clock["site_id"])
    return len(noted)


def queue(url: str, database: Database) -> App:
    """Give the queue with what is done each minute; of several workers that defer a minute's job, one succeeds."""
    connector = PsycopgConnector(
        conninfo=make_conninfo(url, options=f"-c search_path={SCHEMA}"), min_size=1, max_size=QUEUE_POOL
    )
    app = App(connector=connector)

    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name="note_overdue", queue="clocks", queueing_lock="note_overdue", retry=RETRIES)
    def minute(timestamp: int) -> None:
        note_overdue(database, datetime.now(UTC))

    return app


async def work(app: App) -> None:
    """Do what is due until SIGINT or SIGTERM, which are heard from here on and end the work in good order."""
    asked, loop = asyncio.Event(), asyncio.get_running_loop()
    for one in STOPPING:
        loop.add_signal_handler(one, asked.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    working, stopping = asyncio.create_task(_work(app)), asyncio.create_task(asked.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    (working if asked.is_set() else stopping).cancel()
    with suppress(asyncio.CancelledError):
        await working


async def _work(app: App) -> None:
    """Remove the jobs that a worker left behind when it died, then do jobs until cancelled."""
    async with app.open_async():
        for job in await app.job_manager.get_stalled_jobs():
            await app.job_manager.finish_job(job=job, status=Status.FAILED, delete_job=True)
        await app.run_worker_async(
            delete_jobs="always", shutdown_graceful_timeout=SECONDS_TO_STOP, install_signal_handlers=False
        )


def run(settings: Settings, url: str) -> None:
    """Work until SIGINT or SIGTERM, with the service's database; while that is away, ask for it again and again."""
    log_to_standard_error(settings.log_level)
    _hear_the_queue()
    while True:
        try:
            with _undisturbed(), serving.opened(url) as database:
                log.info("worker_started", noted=note_overdue(database, datetime.now(UTC)))
                asyncio.run(work(queue(url, database)))
        except (psycopg.Error, ConnectorException) as error:
            serving.stop_on_signals()
            log.error("worker_lost_database", error=type(error).__name__)  # noqa: TRY400 (a trace may hold a value)
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)
        else:
            log.info("worker_stopped")
            return


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let a signal to stop wait until it is heard: in the middle of a transaction it would leave things half done."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)


@contextmanager
def beside(settings: Settings, url: str) -> Iterator[None]:
    """Run a worker in a process of its own for as long as this block."""
    spawned = multiprocessing.get_context("spawn").Process(target=_as_child, args=(settings, url, os.getpid()))
    spawned.start()
    try:
        yield
    finally:
        spawned.terminate()
        spawned.join(2 * SECONDS_TO_STOP)
        spawned.kill()


def _as_child(settings: Settings, url: str, parent: int) -> None:
    serving.end_with_parent(parent)
    serving.stop_on_signals()
    run(settings, url)


# --- the log ------------------------------------------------------------------------------------------------------


class QueueLog(logging.Handler):
    """Tells in our log what the queue and its connections say: which act and which error, never a message with values."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        log.log(record.levelno, "queue", source=record.name, action=getattr(record, "action", None), error=error)


def _hear_the_queue() -> None:
    for source in ("procrastinate", "psycopg"):
        heard = logging.getLogger(source)
        heard.handlers, heard.propagate = [QueueLog()], False
        heard.setLevel(logging.WARNING)
