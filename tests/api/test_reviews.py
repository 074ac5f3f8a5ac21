"""Work lists of what is due: filtered by site, paged, and of no other site."""

from __future__ import annotations

import pytest

from tests import bodies
from tests.conftest import World


@pytest.mark.parametrize("name", ["signatures-due", "verifications-due"])
def test_a_work_list_has_complete_visits_that_count_page_by_page(shared_world: World, name: str) -> None:
    participant = bodies.enrolled(shared_world)
    events = ("week_0", "week_4", "week_8")
    kept = [
        bodies.visited(shared_world, participant, event=event, visited_on=f"2025-0{month}-10")["id"]
        for month, event in enumerate(events, 2)
    ]
    bodies.visited(shared_world, participant, event="week_12", visited_on="2025-05-10", status="draft")
    bodies.visited(shared_world, participant, event="week_16", visited_on="2025-06-10", entered_in_error=True)
    path = f"/v1/studies/{shared_world.study}/{name}?participant_id={participant}"
    first = shared_world.investigator.get(f"{path}&limit=2")
    assert [one["id"] for one in first.json] == kept[:2]
    second = shared_world.investigator.get(first.headers["Link"].partition(">")[0].removeprefix("<"))
    assert [one["id"] for one in second.json] == kept[2:]
    assert "Link" not in second.headers
    here = shared_world.data_manager.get(f"{path}&site_id={shared_world.site}").json
    there = shared_world.data_manager.get(f"{path}&site_id={shared_world.other_site}").json
    assert ([one["id"] for one in here], there) == (kept, [])
    assert shared_world.neighbour.get(path).json == []


def test_the_review_of_a_visit_that_may_not_be_seen_is_not_there(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    assert shared_world.neighbour.get(f"/v1/visits/{visit['id']}/review").status_code == 404
    assert shared_world.statistician.get(f"/v1/visits/{visit['id']}/review").status_code == 403
