"""Reading the past waits for what is being committed, keeps no writer waiting, and no event appears behind a page."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest

from registry.db import events, records
from registry.db.transaction import Database, Transaction
from tests import bodies
from tests.conftest import World, attribution

PATIENCE = 10


@pytest.fixture
def slow(world: World) -> Iterator[Transaction]:
    """A transaction that has stamped an event and is not committed yet."""
    service = Database(world.installation.service_url, size=1)
    service.open()
    with service.transaction() as tx:
        tx.attribute(attribution())
        records.record(tx, "site", {"code": "SLOW", "country": "DE", "time_zone": "Europe/Berlin"})
        yield tx
    service.close()


def begun(world: World, read: Callable[[Transaction], object]) -> threading.Thread:
    """Read in a thread of its own; give it once PostgreSQL says that it waits in audit.settled()."""

    def work() -> None:
        with world.app.extensions["registry"].database.transaction() as tx:
            tx.attribute(attribution())
            read(tx)

    reader = threading.Thread(target=work)
    reader.start()
    with psycopg.connect(world.installation.admin_url, autocommit=True) as watch:
        while reader.is_alive() and not waits(watch, world.installation.name):
            reader.join(0.01)
    return reader


def waits(watch: psycopg.Connection, database: str) -> bool:
    query = "select from pg_stat_activity where datname = %s and wait_event = 'PgSleep'"
    return watch.execute(query, [database]).fetchone() is not None


def test_a_reader_of_the_past_keeps_no_writer_waiting(world: World, slow: Transaction) -> None:
    reader = begun(world, records.settle)
    bodies.enrolled(world)
    assert reader.is_alive()
    slow.commit()
    reader.join(PATIENCE)
    assert not reader.is_alive()


def test_an_event_that_is_committed_late_is_not_left_out_of_the_pages(world: World, slow: Transaction) -> None:
    bodies.enrolled(world)
    seen: list[str | None] = []
    reader = begun(world, lambda tx: seen.extend(event["after"].get("code") for event in events.every(tx, {})))
    assert reader.is_alive()
    slow.commit()
    reader.join(PATIENCE)
    assert "SLOW" in seen


def test_what_is_stamped_while_a_page_is_waited_for_comes_on_a_later_page(world: World, slow: Transaction) -> None:
    page: list[int] = []
    reader = begun(world, lambda tx: page.extend(event["id"] for event in events.page(tx, {}, 0, 1000)))
    bodies.enrolled(world)
    slow.commit()
    reader.join(PATIENCE)
    with world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        later = [event["kind"] for event in events.page(tx, {}, page[-1], 1000)]
    assert later == ["participant", "enrolment", "consent"]
