"""Double entry is asked from a day on: a visit that is moved over that day does not go around it."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies, protocols
from tests.conftest import World
from tests.double_entry import FORM, NEEDED, VALUES, entering, read, told

BEFORE, AFTER = "2025-01-31", "2025-02-10"


@pytest.fixture(scope="module")
def later(shared_world: World) -> World:
    """A study whose protocol asks for two entries of a form from the first of February on."""
    version = protocols.defined(shared_world, double_entry_forms=[FORM])
    protocols.activated(shared_world, version["id"], effective_from="2025-02-01")
    return shared_world


def put(world: World, visit: dict[str, Any], who: str = "coordinator", **changes: Any) -> TestResponse:
    return world.people[who].put(f"/v1/visits/{visit['id']}", visit | changes, version=visit["version"])


def written(world: World, day: str) -> dict[str, Any]:
    """A visit with the form, entered once before that was too few, or by two."""
    visit = bodies.visited(world, forms={} if day == AFTER else {FORM: VALUES}, visited_on=day)
    if day == AFTER:
        for who in ("coordinator", "investigator"):
            assert entering(world, visit, who, **VALUES).status_code == 201
    return read(world, visit)


@pytest.mark.parametrize("forms", [{FORM: VALUES | {"pain": 9}}, {}])
def test_a_form_that_two_entered_is_not_changed_while_the_visit_is_moved_away(later: World, forms: Any) -> None:
    visit = written(later, AFTER)
    assert bodies.said(put(later, visit, visited_on=BEFORE, forms=forms)) == NEEDED
    assert put(later, visit, visited_on=BEFORE).status_code == 200


def test_a_form_that_was_entered_once_does_not_come_onto_a_day_that_asks_for_two(later: World) -> None:
    empty = bodies.visited(later, forms={}, visited_on=AFTER)
    assert bodies.said(put(later, empty, visited_on=BEFORE, forms={FORM: VALUES})) == NEEDED
    away = put(later, empty, visited_on=BEFORE).json
    alone = put(later, away, forms={FORM: VALUES}).json
    for forms in ({FORM: VALUES}, {FORM: VALUES | {"pain": 9}}):
        assert bodies.said(put(later, alone, visited_on=AFTER, forms=forms)) == NEEDED


def test_a_visit_comes_onto_such_a_day_without_the_form_which_two_then_enter(later: World) -> None:
    moved = put(later, written(later, BEFORE), visited_on=AFTER, forms={})
    assert moved.status_code == 200, moved.text
    assert told(later, moved.json)["state"] == "none"
    for who in ("coordinator", "investigator"):
        assert entering(later, moved.json, who, **VALUES).status_code == 201
    assert read(later, moved.json)["forms"][FORM]["pain"] == 3


def test_a_data_manager_moves_a_visit_with_its_form_and_the_site_elsewhere(later: World) -> None:
    visit = written(later, BEFORE)
    visit = put(later, visit, visited_on="2025-01-30", forms={FORM: VALUES | {"pain": 4}}).json
    moved = put(later, visit, "data_manager", visited_on=AFTER)
    assert moved.status_code == 200, moved.text
    assert put(later, moved.json, visited_on="2025-02-11").status_code == 200
    other = bodies.visited(later, forms={}, visited_on=BEFORE)
    assert bodies.said(put(later, other, "data_manager", visited_on=AFTER, forms={FORM: VALUES})) == NEEDED
