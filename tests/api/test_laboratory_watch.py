"""Laboratory alerts when much happens at once, and when what was acknowledged, or the baseline, changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from registry.api import bulk
from registry.api.alert_keeping import watched
from registry.db import laboratory_alerts, visits
from tests import bodies
from tests.api.test_bulk import answers, uploaded
from tests.api.test_laboratory_alerts import LOW, acknowledged, alerts, amended, asked_of, result
from tests.conftest import Person, World


def open_now(world: World, visit: dict[str, Any]) -> list[tuple[str, str | None, float | None]]:
    return [(one["kind"], one["analyte"], one["measured"]) for one in alerts(world, visit_id=visit["id"])]


def elsewhere(world: World, person: Person) -> Person:
    """The same person, at another machine."""
    return Person(world.app.test_client(), person.token, person.account_id)


def filtration(rate: float) -> list[dict[str, Any]]:
    return [result("EGFR", rate, "mL/min/{1.73_m2}")]


# --- much at once -------------------------------------------------------------------------------------------------


def test_two_imports_of_the_same_participants_in_another_order_are_both_kept(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each import has recorded its first line before either records its second."""
    world = shared_world
    both, recorded = threading.Barrier(2), visits.record

    def in_step(*given: Any) -> None:
        recorded(*given)
        both.wait(5)

    monkeypatch.setattr(bulk, "CHUNK", 1)
    monkeypatch.setattr(visits, "record", in_step)
    pair = [bodies.enrolled(world), bodies.enrolled(world)]
    lines = [
        [bodies.visit(one, event="unscheduled", visited_on=day, laboratory_results=LOW) for one in order]
        for day, order in (("2025-03-01", pair), ("2025-03-02", pair[::-1]))
    ]
    with ThreadPoolExecutor(2) as pool:
        sent = [
            pool.submit(uploaded, world, body, "?atomic=true", by=elsewhere(world, world.coordinator)) for body in lines
        ]
        told = [answers(one.result()) for one in sent]
    assert [[line["status"] for line in each] for each in told] == [[201, 201]] * 2
    assert [len(alerts(world, participant_id=one)) for one in pair] == [2, 2]


def test_a_worse_result_that_comes_during_an_acknowledgement_is_asked_about(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The acknowledgement has read the alert; the amendment has a moment to read it too, if it does not wait."""
    world = shared_world
    visit = bodies.visited(world, laboratory_results=LOW)
    [alert] = alerts(world, visit_id=visit["id"])
    read, read_too = threading.Event(), threading.Event()
    monkeypatch.setattr(laboratory_alerts, "held", after(laboratory_alerts.held, read.set, lambda: read_too.wait(0.3)))
    monkeypatch.setattr(laboratory_alerts, "of_participants", after(laboratory_alerts.of_participants, read_too.set))
    worse = visit | {"laboratory_results": [result("NEUT", 0.2, lower_limit=1.5)]}
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(acknowledged, elsewhere(world, world.safety_officer), alert)
        assert read.wait(5)
        assert world.coordinator.put(f"/v1/visits/{visit['id']}", worse, version=1).status_code == 200
        assert done.result().status_code == 200
    assert asked_of(world, visit) == [("hold", "NEUT", 4)]
    assert asked_of(world, visit, status="acknowledged") == [("hold", "NEUT", 3)]


def after(work: Callable[..., Any], *then: Callable[[], Any]) -> Callable[..., Any]:
    def done(*given: Any) -> Any:
        found = work(*given)
        for one in then:
            one()
        return found

    return done


# --- what was acknowledged, and what results are compared with ----------------------------------------------------


def test_much_worse_values_than_those_acknowledged_are_asked_about_again(shared_world: World) -> None:
    world = shared_world
    seen = [result("HGB", 7.9, "g/dL", lower_limit=11), *filtration(58), result("BKVPLASMA", 600, "{copies}/mL")]
    worse = [result("HGB", 30, "g/L", lower_limit=110), *filtration(9), result("BKVPLASMA", 900000000, "{copies}/mL")]
    visit = bodies.visited(world, laboratory_results=seen)
    for alert in alerts(world, visit_id=visit["id"]):
        acknowledged(world.coordinator, alert)
    assert open_now(world, visit) == []
    amended(world, visit, laboratory_results=worse)
    assert {one[2] for one in open_now(world, visit)} == {30, 9, 900000000}
    assert len(alerts(world, visit_id=visit["id"], status="acknowledged")) == 3


def test_of_several_results_at_a_visit_the_worst_is_told(shared_world: World) -> None:
    """Whichever was collected last: a low rate is told though a later one was not low."""
    early, late = {"collected_at": "2025-02-10T08:00:00Z"}, {"collected_at": "2025-02-10T18:00:00Z"}
    results = [
        *(result("HGB", value, "g/dL", lower_limit=11) | at for value, at in ((7.9, early), (4, late))),
        *(result("BKVPLASMA", value, "{copies}/mL") | at for value, at in ((600, early), (60000000, late))),
        *(filtration(value)[0] | at for value, at in ((9, early), (95, late))),
    ]
    visit = bodies.visited(shared_world, laboratory_results=results)
    told = {("hold", "HGB", 4), ("virus", "BKVPLASMA", 60000000), ("renal", "EGFR", 9)}
    assert set(open_now(shared_world, visit)) == told


def test_a_baseline_without_results_changes_what_later_visits_ask(shared_world: World) -> None:
    world = shared_world
    bare: dict[str, Any] = {"forms": {}, "laboratory_results": []}
    participant = bodies.enrolled(world)
    days = {"2025-02-01": 120, "2025-03-10": 70}
    first, later = (
        bodies.visited(
            world, participant, event="unscheduled", visited_on=day, forms={}, laboratory_results=filtration(rate)
        )
        for day, rate in days.items()
    )
    assert asked_of(world, later) == []
    baseline = bodies.visited(world, participant, visited_on="2025-02-10", **bare)
    assert asked_of(world, later) == [("renal", "EGFR", None)]
    for changes, asked in (
        ({"visited_on": "2025-03-20"}, []),
        ({"visited_on": "2025-02-10"}, [("renal", "EGFR", None)]),
        ({"entered_in_error": True}, []),
    ):
        baseline = amended(world, baseline, **changes)
        assert asked_of(world, later) == asked
    assert asked_of(world, first) == []


def test_a_visit_of_no_concern_is_not_watched() -> None:
    visit = {"event": "week_4", "status": "complete", "visited_on": "2025-03-10", "forms": {"damage": {}}}
    assert not watched(visit)
    assert not watched(visit | {"visited_on": date(2025, 3, 10)}, visit | {"entered_in_error": False})
    for changed in ({"status": "draft"}, {"visited_on": "2025-03-11"}, {"entered_in_error": True}, {"event": "week_0"}):
        assert watched(visit, visit | changed)
