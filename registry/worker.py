"""The worker: what time does by itself, and what takes long. However many run, each thing is done once.

Each minute it notes the reporting clocks that ran out; it writes the extracts that were ordered, and beside them, so that no
clock waits for an extract.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from typing import Any

import psycopg
import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from psycopg.conninfo import make_conninfo

from registry import extracting, serving
from registry.api import safety_watch
from registry.commands import by_command
from registry.db import events, reporting_clocks
from registry.db.transaction import Database
from registry.observing import log_to_standard_error
from registry.publish.extracts.workshop import Workshop
from registry.publish.extracts.writing import Sources
from registry.serving import Connections
from registry.settings import Settings

log = structlog.get_logger("registry")
SCHEMA = "procrastinate"
EVERY_MINUTE = "* * * * *"
STOPPING = (signal.SIGTERM, signal.SIGINT)
SECONDS_TO_STOP = 5
SECONDS_TO_END = SECONDS_TO_STOP + 2
"""The queue may lose a cancellation that reaches it while it begins; it is not waited for longer than this."""
SECONDS_BETWEEN_ATTEMPTS = 5
QUEUES = ("clocks", "extracts")
"""Each is worked on by itself, one job after the other."""
QUEUE_POOL = 5
"""For each queue one connection listens and one takes and finishes jobs; one is for the heartbeats."""
RETRIES = 2
"""At once, for connections that broke while nobody used them; after that the next minute comes."""
PAUSES = (1, 60)
"""Seconds before a worker that died is started again: from the first, twice as long each time, up to the second."""
SECONDS_BETWEEN_LOOKS = 0.2
STORED_BEFORE = "The event was stored before there were reporting clocks"
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


def catch_up(database: Database) -> int:
    """Start the clocks of serious events that have none, as of their own awareness, and give of how many events.

    Such events were stored before there were clocks. An event that cannot be read is logged and passed over.
    """
    with database.transaction() as tx:
        tx.attribute(by_command("worker", STORED_BEFORE))
        waiting = reporting_clocks.events_without_clock(tx)
    return sum(_caught_up(database, event_id) for event_id in waiting)


def _caught_up(database: Database, event_id: str) -> bool:
    try:
        with database.transaction() as tx:
            tx.attribute(by_command("worker", STORED_BEFORE))
            safety_watch.of_adverse_events(tx, [event_id])
            tx.commit()
    except (psycopg.IntegrityError, psycopg.DataError, LookupError, TypeError, ValueError) as error:
        log.error(  # noqa: TRY400 (a trace may hold a value)
            "event_without_clock", adverse_event_id=event_id, error=type(error).__name__
        )
        return False
    return True


def queue(url: str, shop: Workshop) -> App:
    """Give the queue with what is done each minute; of several workers that defer a minute's job, one succeeds."""
    connector = PsycopgConnector(
        conninfo=make_conninfo(url, options=f"-c search_path={SCHEMA}"), min_size=1, max_size=QUEUE_POOL
    )
    app = App(connector=connector)

    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name="note_overdue", queue="clocks", queueing_lock="note_overdue", retry=RETRIES)
    def minute(timestamp: int) -> None:
        note_overdue(shop.service, datetime.now(UTC))

    @app.periodic(cron=EVERY_MINUTE)
    @app.task(name="pick_up_extracts", queue="extracts", queueing_lock="pick_up_extracts")
    def pick_up(timestamp: int) -> None:
        extracting.pick_up(shop)

    @app.task(name="write_extract", queue="extracts")
    def write(extract_id: str) -> None:
        extracting.work(shop, extract_id)

    return app


async def work(app: App, stopped: threading.Event) -> None:
    """Do what is due until SIGINT or SIGTERM, which are heard from here on and end the work in good order.

    `stopped` is set then, for threads that work on what takes long.
    """
    asked, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop() -> None:
        stopped.set()
        asked.set()

    for one in STOPPING:
        loop.add_signal_handler(one, stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    working, stopping = asyncio.create_task(_work(app)), asyncio.create_task(asked.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not asked.is_set():
        stopping.cancel()
        return await working
    working.cancel()
    await asyncio.wait({working}, timeout=SECONDS_TO_END)
    return None


async def _work(app: App) -> None:
    """Remove the jobs that a worker left behind when it died, then do jobs until cancelled."""
    async with app.open_async():
        for job in await app.job_manager.get_stalled_jobs():
            await app.job_manager.finish_job(job=job, status=Status.FAILED, delete_job=True)
        workers = [asyncio.create_task(_work_on(app, name)) for name in QUEUES]
        try:
            await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in workers:
                one.cancel()  # once: a second time would cut its ending short, which then never comes
            ended = await asyncio.gather(*workers, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error


async def _work_on(app: App, queue_name: str) -> None:
    await app.run_worker_async(
        queues=[queue_name],
        name=queue_name,
        delete_jobs="always",
        shutdown_graceful_timeout=SECONDS_TO_STOP,
        install_signal_handlers=False,
    )


@contextmanager
def workshop(settings: Settings, found: Connections, stopped: threading.Event) -> Iterator[Workshop]:
    """Give what extracts are written with, its databases open for as long as this block."""
    with serving.opened(found.service) as service, serving.opened(found.extract) as views:
        yield Workshop(Sources(views, Database(found.whole, size=1)), service, settings, stopped.is_set)


def run(settings: Settings, found: Connections) -> None:
    """Work until SIGINT or SIGTERM, with the service's database; while that is away, ask for it again and again."""
    log_to_standard_error(settings.log_level)
    _hear_the_queue()
    while True:
        stopped = threading.Event()
        try:
            with _undisturbed(), workshop(settings, found, stopped) as shop:
                caught_up, noted = catch_up(shop.service), note_overdue(shop.service, datetime.now(UTC))
                log.info("worker_started", caught_up=caught_up, noted=noted)
                _run_to_its_end(work(queue(found.service, shop), stopped))
        except (psycopg.Error, ConnectorException) as error:
            serving.stop_on_signals()
            log.error("worker_lost_database", error=type(error).__name__)  # noqa: TRY400 (a trace may hold a value)
            time.sleep(SECONDS_BETWEEN_ATTEMPTS)
        else:
            log.info("worker_stopped")
            return


def _run_to_its_end(working: Coroutine[Any, Any, None]) -> None:
    """Run it, and no longer: `asyncio.run` would wait for tasks that are left over, one of which may never end."""
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(working)
    finally:
        loop.close()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let a signal to stop wait until it is heard: in the middle of a transaction it would leave things half done."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)


@contextmanager
def beside(settings: Settings, found: Connections) -> Iterator[None]:
    """Run a worker in a process of its own for as long as this block; one that dies is followed by another."""

    def spawned() -> BaseProcess:
        return multiprocessing.get_context("spawn").Process(target=_as_child, args=(settings, found, os.getpid()))

    log_to_standard_error(settings.log_level)
    stopping = threading.Event()
    keeper = threading.Thread(target=keep_alive, args=(spawned, stopping), name="worker-keeper")
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join()


def keep_alive(spawned: Callable[[], BaseProcess], stopping: threading.Event) -> None:
    """Start a worker, and another one each time it dies, until told to stop, which ends the last one.

    The thread lives as long as the workers do: Linux ends them with the thread that started them.
    """
    pause, longest = PAUSES
    while not stopping.is_set():
        began, process = time.monotonic(), spawned()
        process.start()
        while process.is_alive() and not stopping.is_set():
            process.join(SECONDS_BETWEEN_LOOKS)
        if stopping.is_set():
            return _end(process)
        pause = PAUSES[0] if time.monotonic() - began > longest else pause
        log.error("worker_died", exit_code=process.exitcode, again_in_seconds=pause)
        stopping.wait(pause)
        pause = min(2 * pause, longest)
    return None


def _end(process: BaseProcess) -> None:
    process.terminate()
    process.join(2 * SECONDS_TO_STOP)
    process.kill()


def _as_child(settings: Settings, found: Connections, parent: int) -> None:
    serving.end_with_parent(parent)
    serving.stop_on_signals()
    run(settings, found)


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
