"""Code breaks over HTTP: two people, or one in an emergency; read by them alone, each time with an event."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from werkzeug.test import TestResponse

from registry.domain.code_break import CODE_BREAK
from tests import blinding, bodies
from tests.blinding import KITS, QUOKKA, WOMBAT, Trial
from tests.conftest import Person, World, attribution, person

AGREED = {"decision": "confirm", "comment": "Agreed by telephone"}
DECLINED = {"decision": "decline", "comment": "Treatment does not depend on it"}


@pytest.fixture(scope="module")
def trials(shared_world: World) -> list[Trial]:
    """Participants of a double-blind study, one for each test that opens a code."""
    arms = [QUOKKA, WOMBAT] * 3
    own = blinding.blinded(shared_world, arms)
    return [blinding.allocated(own, arm) for arm in arms]


@pytest.fixture(scope="module")
def second(shared_world: World) -> Person:
    """Another investigator of the site."""
    with shared_world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        found = person(shared_world.app, tx, "investigator", shared_world.site)
        tx.commit()
    return found


def decided(by: Person, code_break: dict[str, Any], body: dict[str, Any]) -> TestResponse:
    return by.post(f"/v1/code-breaks/{code_break['id']}/confirmation", body)


def opened(by: Person, code_break: dict[str, Any]) -> TestResponse:
    return by.get(f"/v1/code-breaks/{code_break['id']}/treatment")


@pytest.mark.requirement("P5", "A13")
def test_a_code_is_opened_by_two_people_and_read_by_them_alone(
    shared_world: World, trials: list[Trial], second: Person
) -> None:
    trial, world = trials[0], shared_world
    asked = trial.broken(world.investigator)
    assert (asked["status"], asked["opened_at"], asked["requested_by"]) == (
        "requested",
        None,
        world.investigator.account_id,
    )
    assert opened(world.investigator, asked).status_code == 404
    alone = decided(world.investigator, asked, AGREED)
    assert (alone.status_code, bodies.problem(alone)) == (409, "second-person-needed")
    confirmed = decided(second, asked, AGREED)
    assert (confirmed.status_code, confirmed.json["status"], confirmed.json["version"]) == (200, "opened", 2)
    for reader in (world.investigator, second, world.pharmacist, world.unblinded_statistician):
        answer = opened(reader, asked)
        assert (answer.status_code, answer.json["arm"], answer.json["kit"]) == (200, QUOKKA, KITS[QUOKKA])
    assert opened(world.safety_officer, asked).status_code == 404
    assert world.investigator.get(f"/v1/participants/{trial.participant}/treatment").status_code == 404
    events = world.auditor.get(f"/v1/audit?kind=treatment_access&participant_id={trial.participant}").json
    readers = [world.investigator, second, world.pharmacist, world.unblinded_statistician]
    assert [event["actor"] for event in events] == [name_of(world, reader) for reader in readers]
    assert [entry["reason"] for entry in world.auditor.get(f"/v1/code-breaks/{asked['id']}/history").json] == [
        None, AGREED["comment"],
    ]  # fmt: skip


def name_of(world: World, somebody: Person) -> str:
    name: str = world.administrator.get(f"/v1/accounts/{somebody.account_id}").json["name"]
    return name


def test_in_an_emergency_it_is_opened_at_once_and_is_a_deviation_that_the_safety_officer_sees(
    shared_world: World, trials: list[Trial]
) -> None:
    trial, world = trials[1], shared_world
    asked = trial.broken(world.investigator, emergency=True)
    assert (asked["status"], asked["decided_by"]) == ("opened", None)
    assert opened(world.investigator, asked).json["arm"] == WOMBAT
    unseen = f"{trial.base}/code-breaks?acknowledged=false&participant_id={trial.participant}"
    assert [one["id"] for one in world.safety_officer.get(unseen).json] == [asked["id"]]
    noted = world.safety_officer.post(f"/v1/code-breaks/{asked['id']}/acknowledgement", {"comment": "Report to follow"})
    assert noted.json["acknowledged_by"] == world.safety_officer.account_id
    assert world.safety_officer.get(unseen).json == []
    found = world.monitor.get(f"{trial.base}/protocol-deviations?participant_id={trial.participant}").json
    assert ("unblinding", "registry") in {(one["category"], one["origin"]) for one in found}


def test_a_request_is_declined_withdrawn_and_asked_again(shared_world: World, trials: list[Trial]) -> None:
    trial, world = trials[2], shared_world
    for by in (world.unblinded_statistician, world.investigator):
        asked = trial.broken(world.investigator)
        assert decided(by, asked, DECLINED).json["status"] == "declined"
        assert opened(world.investigator, asked).status_code == 404
        late = decided(world.safety_officer, asked, AGREED)
        assert (late.status_code, late.json["state"], late.json["allowed"]) == (409, "declined", [])


def test_a_second_request_waits_and_an_emergency_does_not(shared_world: World, trials: list[Trial]) -> None:
    trial, world = trials[3], shared_world
    first = trial.broken(world.investigator)
    body = {"category": "pregnancy", "reason": "A second reason"}
    again = world.investigator.post(f"/v1/participants/{trial.participant}/code-breaks", body)
    assert (again.status_code, bodies.problem(again)) == (409, "already-recorded")
    assert trial.broken(world.investigator, emergency=True)["status"] == "opened"
    assert world.investigator.get(f"/v1/code-breaks/{first['id']}").json["status"] == "requested"


def test_of_two_who_confirm_at_once_one_is_told_it_is_done(
    shared_world: World, trials: list[Trial], second: Person
) -> None:
    asked = trials[4].broken(shared_world.investigator)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda by: decided(by, asked, AGREED), [second, shared_world.safety_officer]))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    readers = (second, shared_world.safety_officer)
    assert sorted(opened(by, asked).status_code for by in readers) == [200, 404]


def test_a_repeated_request_is_answered_again(shared_world: World, trials: list[Trial], second: Person) -> None:
    path, body = (
        f"/v1/participants/{trials[5].participant}/code-breaks",
        {"category": "overdose", "reason": "A toddler"},
    )
    first, again = (shared_world.investigator.post(path, body, key="one-code-break-key") for _ in range(2))
    assert (first.status_code, again.status_code, first.json) == (201, 201, again.json)
    answers = [
        second.post(f"/v1/code-breaks/{first.json['id']}/confirmation", AGREED, key="one-confirmation")
        for _ in range(2)
    ]
    assert [(answer.status_code, answer.json["version"]) for answer in answers] == [(200, 2), (200, 2)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"category": "curiosity"}, {"/category": "not_in_list"}),
        ({"reason": None}, {"/reason": "null"}),
        ({"emergency": "yes"}, {"/emergency": "wrong_type"}),
        ({"emergency": True, "category": "further_treatment"}, {"/emergency": "no_emergency"}),
        ({"arm": QUOKKA}, {"/arm": "unknown_field"}),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, trials: list[Trial], changes: dict[str, Any], said: dict[str, str]
) -> None:
    body = {"category": "overdose", "reason": "A reason"} | changes
    answer = shared_world.investigator.post(f"/v1/participants/{trials[5].participant}/code-breaks", body)
    assert bodies.said(answer) == said


@pytest.mark.usefixtures("trials")
def test_where_nothing_is_allocated_there_is_nothing_to_open(shared_world: World) -> None:
    path = f"/v1/participants/{bodies.enrolled(shared_world)}/code-breaks"
    body = {"category": "overdose", "reason": "A reason"}
    answer = shared_world.investigator.post(path, body)
    assert (answer.status_code, bodies.problem(answer)) == (409, "nothing-to-open")
    assert shared_world.coordinator.post(path, body).status_code == 403


def test_another_sites_participant_is_not_there(shared_world: World, trials: list[Trial]) -> None:
    with shared_world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        neighbour = person(shared_world.app, tx, "investigator", shared_world.other_site)
        tx.commit()
    body = {"category": "overdose", "reason": "A reason"}
    assert neighbour.post(f"/v1/participants/{trials[5].participant}/code-breaks", body).status_code == 404
    asked = shared_world.investigator.get(f"{trials[5].base}/code-breaks?limit=1").json[0]
    for answer in (decided(neighbour, asked, AGREED), opened(neighbour, asked)):
        assert answer.status_code == 404


def test_the_states_of_the_database_are_those_of_the_table(shared_world: World) -> None:
    with psycopg.connect(shared_world.installation.admin_url) as connection:
        query = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'code_break_status_known'"
        [(check,)] = connection.execute(query).fetchall()
    assert all(f"'{state}'" in check for state in CODE_BREAK.words)
