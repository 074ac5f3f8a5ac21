"""Reading the past waits for what is being committed, keeps no writer waiting, and no event appears behind a page."""

from __future__ import annotations

import threading

from registry.db import events, records
from registry.db.transaction import Database
from tests import bodies
from tests.conftest import World, attribution


def renamed(code: str) -> dict[str, str]:
    return {"code": code, "country": "DE", "time_zone": "Europe/Berlin"}


def test_a_writer_is_not_kept_waiting_by_a_reader_of_the_past(world: World) -> None:
    service = Database(world.installation.service_url, size=3)
    service.open()
    with service.transaction() as slow:
        slow.attribute(attribution())
        records.record(slow, "site", renamed("SLOW"))
        reading = threading.Thread(target=read_the_past, args=(world,))
        reading.start()
        bodies.enrolled(world)
        assert reading.is_alive()
        slow.commit()
    reading.join(10)
    assert not reading.is_alive()
    service.close()


def read_the_past(world: World) -> None:
    with database_of(world).transaction() as tx:
        tx.attribute(attribution())
        records.settle(tx)


def database_of(world: World) -> Database:
    database: Database = world.app.extensions["registry"].database
    return database


def test_an_event_that_is_committed_late_is_on_a_later_page(world: World) -> None:
    service = Database(world.installation.service_url, size=3)
    service.open()
    with service.transaction() as late:
        late.attribute(attribution())
        records.record(late, "site", renamed("LATE"))
        bodies.enrolled(world)
        seen: list[int] = []
        reading = threading.Thread(target=lambda: seen.extend(every_event(world)))
        reading.start()
        late.commit()
        reading.join(10)
    assert seen == sorted(seen)
    assert set(seen) == set(every_event(world)) & set(range(seen[-1] + 1))
    service.close()


def every_event(world: World) -> list[int]:
    with database_of(world).transaction() as tx:
        tx.attribute(attribution())
        return [event["id"] for event in events.every(tx, {})]
