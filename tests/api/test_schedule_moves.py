"""What moves a schedule over HTTP: baseline, enrolment, withdrawal, and amendments of the protocol at a site."""

from __future__ import annotations

import pytest

from tests import bodies, protocols
from tests.api.expecting import SCHEDULE, ago, begun, definition, deviations, expecting, planned, schedule_of, stood
from tests.conftest import World


@pytest.fixture(scope="module")
def study(shared_world: World) -> World:
    """A study with visits at weeks 0, 4 and 12 that the tests of this file share."""
    return expecting(shared_world)


def test_a_study_without_a_protocol_expects_nothing(shared_world: World) -> None:
    assert schedule_of(shared_world, begun(shared_world, 28)) == {}


def test_the_day_of_enrolment_stands_for_the_baseline_until_there_is_one(study: World) -> None:
    participant = bodies.enrolled(study)
    assert schedule_of(study, participant) == {}
    stood(study, participant, "enrolled", 0)
    assert schedule_of(study, participant)["week_0"]["target_on"] == ago(0)
    bodies.visited(study, participant, visited_on=ago(3), laboratory_results=[])
    assert schedule_of(study, participant)["week_4"]["target_on"] == ago(3 - 28)


def test_a_baseline_that_is_amended_moves_what_follows(study: World) -> None:
    participant = begun(study, 30)
    visit = study.coordinator.get(f"/v1/visits/{schedule_of(study, participant)['week_0']['visit_id']}").json
    path = f"/v1/visits/{visit['id']}"
    moved = study.coordinator.put(path, visit | {"visited_on": ago(40), "derived": None}, version=1)
    assert schedule_of(study, participant)["week_4"]["target_on"] == ago(12)
    marked = study.coordinator.put(path, moved.json | {"entered_in_error": True, "derived": None}, version=2)
    assert marked.status_code == 200, marked.text
    assert schedule_of(study, participant) == {}


def test_whoever_leaves_is_expected_no_more(study: World) -> None:
    participant = begun(study, 30)
    stood(study, participant, "enrolled", 3)
    stood(study, participant, "lost_to_follow_up", 1)
    assert list(schedule_of(study, participant)) == ["week_0", "week_4"]
    stood(study, participant, "enrolled", 0)
    assert list(schedule_of(study, participant)) == ["week_0", "week_4", "week_12"]


@pytest.mark.parametrize(("kind", "left"), [("follow_up", 2), ("data_use", 2), ("treatment", 3)])
def test_a_withdrawal_ends_what_it_is_about(study: World, kind: str, left: int) -> None:
    participant = begun(study, 30)
    body = {
        "participant_id": participant, "kind": kind, "withdrawn_on": ago(0), "decided_by": "parent", "reason": "burden",
    }  # fmt: skip
    answer = study.coordinator.post(f"/v1/studies/{study.study}/withdrawals", body)
    assert answer.status_code == 201, answer.text
    assert len(schedule_of(study, participant)) == left
    marked = answer.json | {"entered_in_error": True}
    assert study.coordinator.put(f"/v1/withdrawals/{answer.json['id']}", marked, version=1).status_code == 200
    assert len(schedule_of(study, participant)) == 3


def test_who_consents_again_after_leaving_is_expected_again(study: World) -> None:
    participant = begun(study, 30)
    body = {
        "participant_id": participant,
        "kind": "follow_up",
        "withdrawn_on": ago(2),
        "decided_by": "parent",
        "reason": "burden",
    }
    assert study.coordinator.post(f"/v1/studies/{study.study}/withdrawals", body).status_code == 201
    assert "week_12" not in schedule_of(study, participant)
    again = bodies.consent(participant, given_on=ago(1))
    assert study.coordinator.post(f"/v1/studies/{study.study}/consents", again).status_code == 201
    assert "week_12" in schedule_of(study, participant)


def test_nothing_is_expected_after_the_consent_was_withdrawn(study: World) -> None:
    participant = begun(study, 30)
    [consent] = study.coordinator.get(f"/v1/studies/{study.study}/consents?participant_id={participant}").json
    sent = consent | {"withdrawn_on": ago(1)}
    answer = study.coordinator.put(f"/v1/consents/{consent['id']}", sent, version=1)
    assert answer.status_code == 200, answer.text
    assert "week_12" not in schedule_of(study, participant)
    back = study.coordinator.put(f"/v1/consents/{consent['id']}", consent, version=2)
    assert back.status_code == 200, back.text
    assert "week_12" in schedule_of(study, participant)


def test_a_screening_is_expected_from_the_consent_on_until_there_is_a_baseline(shared_world: World) -> None:
    screening = planned("screening", -14, window_before=14, window_after=13)
    study = expecting(shared_world, [screening, *SCHEDULE])
    sent = bodies.participant(study.site)
    participant = study.coordinator.post(f"/v1/studies/{study.study}/participants", sent).json["id"]
    assert schedule_of(study, participant) == {}
    consent = bodies.consent(participant, given_on=ago(20))
    assert study.coordinator.post(f"/v1/studies/{study.study}/consents", consent).status_code == 201
    [row] = study.coordinator.get(f"/v1/schedule?study={study.study}").json
    assert (row["event"], row["target_on"], row["status"]) == ("screening", ago(20), "overdue")
    bodies.visited(study, participant, event="screening", visited_on=ago(5), laboratory_results=[])
    assert deviations(study, participant) == []
    stood(study, participant, "enrolled", 0)
    found = schedule_of(study, participant)
    assert [found["screening"][name] for name in ("target_on", "opens_on", "status")] == [ago(14), ago(28), "done"]


def test_an_amendment_at_one_site_moves_what_is_still_to_come_there(shared_world: World) -> None:
    study = expecting(shared_world)
    here = begun(study, 60)
    bodies.visited(study, here, event="week_4", visited_on=ago(32), laboratory_results=[])
    neighbour = type(study)(
        study.app, study.installation, study.study, study.other_site, study.site,
        study.people | {"coordinator": study.people["neighbour"]},
    )  # fmt: skip
    there = begun(neighbour, 60)
    later = [planned("week_0", 0), planned("week_4", 28, 1), planned("week_12", 84, 3), planned("week_24", 168)]
    second = protocols.defined(study, **definition(later, number="2.0"))
    protocols.activated(study, second["id"], site_id=study.site, effective_from=ago(0))
    amended, before = schedule_of(study, here), schedule_of(neighbour, there)
    assert list(amended) == ["week_0", "week_4", "week_12", "week_24"]
    assert list(before) == ["week_0", "week_4", "week_12"]
    assert (amended["week_4"]["target_on"], amended["week_4"]["status"]) == (ago(32), "done")
    assert (amended["week_12"]["target_on"], amended["week_12"]["opens_on"]) == (ago(-24), ago(-21))
    assert {row["protocol_version_id"] for row in before.values()} == {amended["week_4"]["protocol_version_id"]}
    assert amended["week_12"]["protocol_version_id"] == second["id"]
    assert before["week_12"]["target_on"] == ago(60 - 84)


def test_the_shipped_cohort_repeats_every_twelve_weeks(shared_world: World) -> None:
    study = expecting(shared_world, protocols.definition()["schedule"])
    found = schedule_of(study, begun(study, 10))
    assert len(found) == 4 + (312 - 24) // 12
    assert list(found)[:6] == ["week_0", "week_4", "week_12", "week_24", "week_36", "week_48"]
    assert found["week_312"]["target_on"] == ago(10 - 2184)


def test_the_same_schedule_is_written_once(study: World) -> None:
    participant = begun(study, 30)
    ids = [row["id"] for row in schedule_of(study, participant).values()]
    bodies.visited(study, participant, event="week_4", visited_on=ago(2), laboratory_results=[])
    assert [row["id"] for row in schedule_of(study, participant).values()] == ids
    assert len(SCHEDULE) == len(ids)
