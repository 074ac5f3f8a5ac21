"""The worker: a clock that ran out is noted once, by however many workers, also after one died, and in time to stop."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from procrastinate.periodic import PeriodicDeferrer
from prometheus_client.parser import text_string_to_metric_families
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from registry import worker
from registry.api import clock_counts
from registry.app import create_app
from registry.commands import by_command
from registry.db import reporting_clocks
from registry.db.transaction import Database
from registry.extracting import Workshop
from registry.publish.extracts.writing import Sources
from tests.conftest import SECRET, World
from tests.reporting import ago, clocks, serious
from tests.system.test_commands import environment, registry, select_a_moment

PATIENCE = 60


@contextmanager
def connected(world: World) -> Iterator[Database]:
    database = Database(world.installation.service_url, size=2)
    database.open()
    yield database
    database.close()


def overdue(world: World) -> dict[str, Any]:
    """Give the clock of a site that has had a day and an hour."""
    event = serious(world, "hospitalisation", site_aware_at=ago(hours=25))
    return clocks(world, event)["site_to_sponsor"]


def newest(world: World, clock: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = world.auditor.get(f"/v1/reporting-clocks/{clock['id']}").json
    return found


def test_a_clock_that_ran_out_is_noted_once_with_who_and_why(shared_world: World) -> None:
    clock, now = overdue(shared_world), datetime.now(UTC)
    with connected(shared_world) as database:
        assert (worker.note_overdue(database, now), worker.note_overdue(database, now)) == (1, 0)
    noted = newest(shared_world, clock)
    assert (noted["version"], noted["status"], datetime.fromisoformat(noted["overdue_at"])) == (2, "running", now)
    [_, entry] = shared_world.auditor.get(f"/v1/reporting-clocks/{clock['id']}/history").json
    assert (entry["actor"], entry["reason"]) == ("registry worker", worker.RAN_OUT)
    assert [change["field"] for change in entry["changes"]] == ["/overdue_at"]
    events = shared_world.auditor.get("/v1/audit?kind=reporting&limit=200").json
    assert [event["changes"][0]["new"] for event in events if event["action"] == "overdue"] == [[clock["id"]]]


def test_a_clock_that_is_exactly_due_is_not_noted(shared_world: World) -> None:
    due = datetime.fromisoformat(overdue(shared_world)["due_at"])
    with connected(shared_world) as database:
        assert worker.note_overdue(database, due) == 0
        assert worker.note_overdue(database, due + timedelta(microseconds=1)) == 1


def test_a_clock_that_stopped_is_not_noted(shared_world: World) -> None:
    clock = overdue(shared_world)
    event = shared_world.coordinator.get(f"/v1/adverse-events/{clock['adverse_event_id']}").json
    error = event | {"entered_in_error": True}
    assert shared_world.coordinator.put(f"/v1/adverse-events/{event['id']}", error, version=1).status_code == 200
    with connected(shared_world) as database:
        assert worker.note_overdue(database, datetime.now(UTC)) == 0


def test_workers_at_the_same_moment_note_a_clock_once(shared_world: World) -> None:
    clock, now, start = overdue(shared_world), datetime.now(UTC), threading.Barrier(4)

    def fire(database: Database) -> int:
        start.wait()
        return worker.note_overdue(database, now)

    with connected(shared_world) as one, connected(shared_world) as other, ThreadPoolExecutor(4) as pool:
        fired = [pool.submit(fire, database) for database in (one, other, one, other)]
        assert sum(each.result() for each in fired) == 1
    assert newest(shared_world, clock)["version"] == 2


def die_in_the_middle(world: World, dying: Database, second: Callable[[], int], now: datetime) -> None:
    """Note what ran out, let another worker come second, and lose the connection before the commit."""
    with dying.transaction() as tx:
        tx.attribute(by_command("worker", worker.RAN_OUT))
        assert (len(reporting_clocks.note_overdue(tx, now)), second()) == (1, 0)
        with psycopg.connect(world.installation.admin_url, autocommit=True) as admin:
            admin.execute("select pg_terminate_backend(%s)", [tx.connection.info.backend_pid])
        tx.commit()


def test_what_a_worker_leaves_half_done_when_it_dies_is_done_by_the_next(shared_world: World) -> None:
    clock, now = overdue(shared_world), datetime.now(UTC)
    with connected(shared_world) as dying, connected(shared_world) as other:
        with pytest.raises(psycopg.OperationalError):
            die_in_the_middle(shared_world, dying, lambda: worker.note_overdue(other, now), now)
        assert newest(shared_world, clock)["overdue_at"] is None
        assert worker.note_overdue(other, now) == 1


def test_of_two_workers_one_queues_the_job_of_a_minute(shared_world: World) -> None:
    url, jobs = shared_world.installation.service_url, "procrastinate_jobs"
    owners = make_conninfo(shared_world.installation.admin_url, options="-c search_path=procrastinate")

    async def deferred(database: Database) -> None:
        app = worker.queue(url, Workshop(Sources(database, database), database, shared_world.installation.settings))
        deferrer = PeriodicDeferrer(registry=app.periodic_registry)
        async with app.open_async():
            await deferrer.defer_jobs(deferrer.get_previous_tasks(at=1_800_000_030))

    with (
        connected(shared_world) as database,
        psycopg.connect(owners, autocommit=True) as admin,
    ):
        asyncio.run(deferred(database))
        assert admin.execute(f"delete from {jobs} returning task_name").fetchall() == [
            ("note_overdue",),
            ("pick_up_extracts",),
        ]
        asyncio.run(deferred(database))
        assert admin.execute(f"select from {jobs}").fetchall() == []


def test_the_metrics_tell_how_many_clocks_run_and_are_overdue(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\nregistry_worker_heartbeat_seconds " not in shared_world.app.test_client().get("/metrics").text

    def gauges(world_or_app: Any) -> dict[str, float]:
        text = world_or_app.test_client().get("/metrics").text
        return {sample.labels["status"]: sample.value for family in text_string_to_metric_families(text)
                for sample in family.samples if sample.name == "registry_reporting_clocks"}  # fmt: skip

    before = gauges(shared_world.app)
    overdue(shared_world)
    after = gauges(shared_world.app)
    with psycopg.connect(shared_world.installation.admin_url) as admin:
        admin.execute(
            "insert into procrastinate.procrastinate_workers (last_heartbeat) values (now() - interval '90 s')"
        )
    told = shared_world.app.test_client().get("/metrics").text.partition("\nregistry_worker_heartbeat_seconds ")[2]
    assert 90 <= float(told.split()[0]) < 90 + PATIENCE
    assert (after["running"] - before["running"], after["overdue"] - before["overdue"]) == (2, 1)
    monkeypatch.setattr(clock_counts, "SECONDS_TO_WAIT", 0.01)
    away = Database("host=/nowhere", size=1)
    assert gauges(create_app(shared_world.installation.settings, away)) == {}


def test_a_serious_event_that_was_stored_before_there_were_clocks_gets_them_from_its_own_awareness(
    shared_world: World,
) -> None:
    event = serious(shared_world, "hospitalisation", site_aware_at=ago(hours=25))
    with psycopg.connect(shared_world.installation.admin_url) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute("delete from reporting_clock where adverse_event_id = %s", [event["id"]])
    with connected(shared_world) as database:
        assert (worker.catch_up(database), worker.catch_up(database)) == (1, 0)
    found = clocks(shared_world, event)
    assert found.keys() == {"site_to_sponsor", "serious_unexpected"}
    assert found["site_to_sponsor"]["overdue"] is True
    assert found["site_to_sponsor"]["started_at"][:19] == event["site_aware_at"][:19]


class Dying:
    """Stands for the process of a worker: the first two die at once, the third lives until it is ended."""

    began = 0

    def __init__(self) -> None:
        self.exitcode, self.ended = 1, threading.Event()

    def start(self) -> None:
        Dying.began += 1
        if Dying.began < 3:
            self.ended.set()

    def is_alive(self) -> bool:
        return not self.ended.is_set()

    def join(self, timeout: float) -> None:
        self.ended.wait(timeout)

    def terminate(self) -> None:
        self.ended.set()

    kill = terminate


def test_a_worker_beside_the_service_that_dies_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSES", (0.01, 0.02))
    monkeypatch.setattr(worker, "SECONDS_BETWEEN_LOOKS", 0.01)
    stopping, started = threading.Event(), []

    def spawned() -> Any:
        started.append(Dying())
        return started[-1]

    keeper = threading.Thread(target=worker.keep_alive, args=(spawned, stopping))
    keeper.start()
    deadline = time.monotonic() + PATIENCE
    while Dying.began < 3 and time.monotonic() < deadline:
        stopping.wait(0.01)
    stopping.set()
    keeper.join(PATIENCE)
    assert (Dying.began, [one.is_alive() for one in started]) == (3, [False, False, False])


def as_url(connection: str) -> str:
    parts = conninfo_to_dict(connection)
    query = urlencode({name: parts[name] for name in ("host", "port") if parts.get(name)})
    return f"postgresql://{parts['user']}:{parts['password']}@/{parts['dbname']}?{query}"


def test_the_command_notes_what_ran_out_while_no_worker_ran_and_ends_when_it_is_told_to(shared_world: World) -> None:
    clock = overdue(shared_world)
    told = {"DATABASE_SERVICE_URL": as_url(shared_world.installation.service_url), "REGISTRY_SECRET": SECRET}
    process = subprocess.Popen(
        registry("worker"), env=environment(shared_world.installation.home, **told), stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + PATIENCE
    while newest(shared_world, clock)["overdue_at"] is None and process.poll() is None and time.monotonic() < deadline:
        select_a_moment(process)
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=10)
    assert process.returncode in (0, 128 + signal.SIGTERM), log
    assert newest(shared_world, clock)["overdue_at"], log
    assert '"event": "reporting_clock_overdue"' in log
    assert all(line.startswith("{") for line in log.splitlines())
