"""How often a submission goes to PostgreSQL and back, counted on the wire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.proxy import Proxy, between
from registry.app import create_app
from registry.db.transaction import Database
from tests import bodies
from tests.conftest import World

MOST_ROUND_TRIPS = 4
CHANGES = [("true", "in_person"), ("false", "remote")] * 3
"""Amendments by turns: what is sent while PostgreSQL already answers may count as one more, so the least count is compared."""
MOST_WITH_RESULTS = 5
"""One more: the course with the new visit and its alerts are read, together, before what they ask for is written."""


@pytest.fixture
def watched(shared_world: World, tmp_path: Path) -> Iterator[tuple[World, Proxy]]:
    """The shared world, reached through a proxy that counts."""
    url = shared_world.installation.service_url
    where = conninfo_to_dict(url)
    with between(tmp_path, Path(str(where["host"])) / f".s.PGSQL.{where['port']}") as proxy:
        service = Database(make_conninfo(url, host=str(tmp_path)), size=1)
        service.open()
        app = create_app(shared_world.installation.settings, service)
        people = {name: replace(person, client=app.test_client()) for name, person in shared_world.people.items()}
        yield replace(shared_world, app=app, people=people), proxy
        service.close()


def test_a_submission_makes_at_most_four_round_trips(watched: tuple[World, Proxy]) -> None:
    world, proxy = watched
    participant = bodies.enrolled(world)
    bodies.visited(world, participant)
    before = proxy.round_trips
    without = {"laboratory_results": [], "forms": {"functioning": {"chaq_index": 1}}}
    bodies.visited(world, participant, event="week_4", visited_on="2025-03-10", **without)
    assert 0 < proxy.round_trips - before <= MOST_ROUND_TRIPS


def test_a_submission_with_results_is_watched_over_at_the_cost_of_one_more(watched: tuple[World, Proxy]) -> None:
    world, proxy = watched
    participant = bodies.enrolled(world)
    bodies.visited(world, participant)
    before = proxy.round_trips
    harmful = [{"analyte": "NEUT", "value": 0.4, "unit": "10*9/L"}]
    bodies.visited(world, participant, event="week_4", visited_on="2025-03-10", laboratory_results=harmful)
    assert 0 < proxy.round_trips - before <= MOST_WITH_RESULTS


def test_derived_values_cost_one_round_trip_where_they_are_read_and_none_where_a_visit_is_written(
    watched: tuple[World, Proxy],
) -> None:
    world, proxy = watched
    visit = bodies.visited(world)
    bodies.visited(world)
    one, every = f"/v1/visits/{visit['id']}", f"/v1/studies/{world.study}/visits"

    def cost(path: str, asked: str) -> int:
        before = proxy.round_trips
        assert world.coordinator.get(f"{path}?derived={asked}").status_code == 200
        return proxy.round_trips - before

    def amending(version: int, asked: str, mode: str) -> int:
        before = proxy.round_trips
        changed = world.coordinator.put(f"{one}?derived={asked}", visit | {"mode": mode}, version=version)
        assert changed.status_code == 200, changed.text
        return proxy.round_trips - before

    for path in (one, every):
        assert cost(path, "true") - cost(path, "false") <= 1
    amending(1, "true", "remote")
    counted = [(told, amending(version, told, mode)) for version, (told, mode) in enumerate(CHANGES, 2)]
    least = {told: min(count for one, count in counted if one == told) for told in ("true", "false")}
    assert least["true"] == least["false"]
