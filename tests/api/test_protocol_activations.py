"""Where a protocol version is in force, and from which day: by site, and what records made there know of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies, protocols
from tests.conftest import Person, World

FUTURE = (date.today() + timedelta(days=60)).isoformat()  # noqa: DTZ011 (far enough ahead at every site)
LATER = (date.today() + timedelta(days=90)).isoformat()  # noqa: DTZ011


def versions(world: World, code: str, count: int = 1) -> list[str]:
    """Define a study of its own with some versions; give their ids."""
    body = {"code": code, "title": "A trial", "protocol_version": "0", "design": "randomised"}
    assert world.administrator.post("/v1/studies", body).status_code == 201
    made = [
        world.administrator.post(
            f"/v1/studies/{code}/protocol-versions", protocols.definition(number=f"{number}.0", assent_from_age=number)
        )
        for number in range(1, count + 1)
    ]
    return [answer.json["id"] for answer in made]


def activated(somebody: Person, code: str, version: str, **changes: Any) -> TestResponse:
    body = {"protocol_version_id": version, "effective_from": "2025-01-01"} | changes
    return somebody.post(f"/v1/studies/{code}/protocol-activations", body)


def enrolled(world: World, person: Person, site: str) -> str:
    body = bodies.participant(site)
    participant: str = person.post(f"/v1/studies/{world.study}/participants", body).json["id"]
    assert person.post(f"/v1/studies/{world.study}/consents", bodies.consent(participant)).status_code == 201
    return participant


def version_of_visit(world: World, person: Person, participant: str, day: str) -> str | None:
    body = bodies.visit(participant, event="unscheduled", visited_on=day, laboratory_results=[])
    answer = person.post(f"/v1/studies/{world.study}/visits", body)
    assert answer.status_code == 201, answer.text
    version: str | None = answer.json["protocol_version_id"]
    return version


def test_an_amendment_comes_into_force_site_by_site_and_every_visit_knows_its_version(world: World) -> None:
    here, there = (
        enrolled(world, world.coordinator, world.site), enrolled(world, world.neighbour, world.other_site)
    )  # fmt: skip
    assert version_of_visit(world, world.coordinator, here, "2025-02-01") is None, "the study had no version yet"
    first = protocols.defined(world, consent_documents=[], assent_from_age=14)
    protocols.activated(world, first["id"], effective_from="2025-02-15")
    second = protocols.defined(world, number="2.0", consent_documents=[], assent_from_age=None)
    protocols.activated(world, second["id"], site_id=world.site, effective_from="2025-04-01")
    protocols.activated(world, second["id"], site_id=world.other_site, effective_from="2025-05-01")
    days = ["2025-02-14", "2025-02-15", "2025-03-31", "2025-04-01", "2025-04-30", "2025-05-01"]
    found_here = [version_of_visit(world, world.coordinator, here, day) for day in days]
    found_there = [version_of_visit(world, world.neighbour, there, day) for day in days]
    one, two = first["id"], second["id"]
    assert found_here == [None, one, one, two, two, two]
    assert found_there == [None, one, one, one, one, two]


def test_an_activation_is_recorded_read_and_listed(shared_world: World) -> None:
    [version] = versions(shared_world, "LISTED")
    answer = activated(shared_world.data_manager, "LISTED", version, site_id=shared_world.site)
    assert answer.status_code == 201, answer.text
    path = f"/v1/protocol-activations/{answer.json['id']}"
    assert shared_world.coordinator.get(path).json == answer.json
    listed = "/v1/studies/LISTED/protocol-activations"
    assert shared_world.coordinator.get(listed).json == [answer.json]
    assert shared_world.coordinator.get(f"{listed}?site_id={shared_world.other_site}").json == []
    assert shared_world.coordinator.get(f"{path}/versions/1").json == answer.json


def test_the_study_names_the_version_that_was_activated_last(shared_world: World) -> None:
    one, two = versions(shared_world, "NAMED", 2)
    activated(shared_world.administrator, "NAMED", one)
    assert shared_world.coordinator.get("/v1/studies/NAMED").json["protocol_version"] == "1.0"
    mistaken = activated(shared_world.administrator, "NAMED", two, effective_from=FUTURE).json
    study = shared_world.coordinator.get("/v1/studies/NAMED").json
    assert (study["protocol_version"], study["version"]) == ("2.0", 3)
    path = f"/v1/protocol-activations/{mistaken['id']}"
    shared_world.administrator.put(path, mistaken | {"entered_in_error": True}, version=1, reason="Not approved yet")
    assert shared_world.coordinator.get("/v1/studies/NAMED").json["protocol_version"] == "1.0"
    history = shared_world.auditor.get(f"/v1/studies/{study['id']}/history").json
    assert [entry["reason"] for entry in history][-1] == "Not approved yet"


def test_a_version_has_one_day_at_a_site(shared_world: World) -> None:
    [version] = versions(shared_world, "ONE-DAY")
    assert activated(shared_world.administrator, "ONE-DAY", version).status_code == 201
    again = activated(shared_world.administrator, "ONE-DAY", version, effective_from="2026-01-01")
    assert (again.status_code, bodies.said(again)) == (409, {"/protocol_version_id": "protocol_activation_once"})
    assert activated(shared_world.administrator, "ONE-DAY", version, site_id=shared_world.site).status_code == 201


def test_a_planned_day_may_be_moved_and_one_in_force_may_not(shared_world: World) -> None:
    one, two = versions(shared_world, "MOVED", 2)
    planned = activated(shared_world.administrator, "MOVED", two, effective_from=FUTURE).json
    path = f"/v1/protocol-activations/{planned['id']}"
    moved = shared_world.administrator.put(path, planned | {"effective_from": LATER}, version=1)
    assert (moved.status_code, moved.json["effective_from"]) == (200, LATER)
    past = shared_world.administrator.put(path, planned | {"effective_from": "2025-01-01"}, version=2)
    assert bodies.said(past) == {"/effective_from": "in_the_past"}
    stale = shared_world.administrator.put(path, planned | {"effective_from": FUTURE}, version=1)
    assert bodies.problem(stale) == "version-stale"
    in_force = activated(shared_world.administrator, "MOVED", one).json
    path = f"/v1/protocol-activations/{in_force['id']}"
    later = shared_world.administrator.put(path, in_force | {"effective_from": FUTURE}, version=1)
    assert bodies.said(later) == {"/effective_from": "in_force"}
    wrong = shared_world.administrator.put(path, in_force | {"entered_in_error": True}, version=1)
    assert (wrong.status_code, wrong.json["version"]) == (200, 2)


def test_an_activation_stays_with_its_version_and_its_site(shared_world: World) -> None:
    one, two = versions(shared_world, "STAYS", 2)
    made = activated(shared_world.administrator, "STAYS", one, effective_from=FUTURE).json
    changed = made | {"protocol_version_id": two, "site_id": shared_world.site}
    answer = shared_world.administrator.put(f"/v1/protocol-activations/{made['id']}", changed, version=1)
    assert bodies.said(answer) == {"/protocol_version_id": "fixed", "/site_id": "fixed"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"effective_from": "2025-02-30"}, {"/effective_from": "wrong_type"}),
        ({"effective_from": None}, {"/effective_from": "null"}),
        ({"site_id": "BER"}, {"/site_id": "wrong_type"}),
        ({"site_id": "0198c5a0-1111-7000-8000-000000000000"}, {"/site_id": "protocol_activation_site_fkey"}),
        ({"protocol_version_id": "0198c5a0-1111-7000-8000-000000000000"},
         {"/protocol_version_id": "no_such_protocol_version"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    if not shared_world.administrator.get(f"/v1/studies/{shared_world.study}/protocol-versions").json:
        protocols.defined(shared_world)
    version = shared_world.administrator.get(f"/v1/studies/{shared_world.study}/protocol-versions").json[0]["id"]
    answer = activated(shared_world.administrator, shared_world.study, version, **changes)
    assert (answer.status_code, bodies.said(answer)) == (422, said)


def test_a_version_of_another_study_is_not_activated(shared_world: World) -> None:
    [version] = versions(shared_world, "ITS-OWN")
    answer = activated(shared_world.administrator, shared_world.study, version)
    assert bodies.said(answer) == {"/protocol_version_id": "no_such_protocol_version"}


def test_who_manages_one_site_activates_there_only(shared_world: World) -> None:
    [version] = versions(shared_world, "LOCAL")
    account = {
        "name": "Local",
        "organisation": "Tests",
        "grants": [{"role": "data_manager", "site_id": shared_world.site}],
    }
    opened = shared_world.administrator.post("/v1/accounts", account).json
    token = {"account_id": opened["id"], "label": "tests", "expires_at": "2099-01-01T00:00:00Z"}
    local = Person(shared_world.app.test_client(), shared_world.administrator.post("/v1/tokens", token).json["token"])
    for site in (None, shared_world.other_site):
        assert bodies.said(activated(local, "LOCAL", version, site_id=site)) == {"/site_id": "not_your_site"}
    assert activated(local, "LOCAL", version, site_id=shared_world.site).status_code == 201


def test_of_two_who_activate_the_same_at_once_one_succeeds(shared_world: World) -> None:
    [version] = versions(shared_world, "AT-ONCE")
    somebody = shared_world.administrator
    people = [Person(shared_world.app.test_client(), somebody.token) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda person: activated(person, "AT-ONCE", version).status_code, people))
    assert sorted(answers) == [201, 409, 409, 409]


def test_a_record_whose_day_is_corrected_knows_the_version_of_the_right_day(world: World) -> None:
    plain: dict[str, Any] = {"eligibility": [], "consent_documents": []}
    first, second = (
        protocols.defined(world, number=number, assent_from_age=age, **plain)["id"]
        for number, age in (("1.0", None), ("2.0", 17))
    )
    for version, day in ((first, "2024-01-01"), (second, "2025-03-01")):
        protocols.activated(world, version, effective_from=day)
    participant, base = bodies.enrolled(world), f"/v1/studies/{world.study}"
    [consent] = world.coordinator.get(f"{base}/consents?participant_id={participant}").json
    visit = bodies.visited(world, participant, visited_on="2025-02-10", laboratory_results=[])
    withdrawal = world.coordinator.post(f"{base}/withdrawals", bodies.withdrawal(participant)).json
    enrolment = world.coordinator.get(f"/v1/participants/{participant}/enrolment").json
    assert [one["protocol_version_id"] for one in (consent, visit, withdrawal, enrolment)] == [
        first,
        first,
        second,
        second,
    ]
    for path, record, change, version in (
        ("visits", visit, {"mode": "remote"}, first),
        ("visits", visit, {"visited_on": "2025-03-02"}, second),
        ("withdrawals", withdrawal, {"withdrawn_on": "2025-02-28"}, first),
        ("enrolments", enrolment, {"status": "enrolled", "status_on": "2025-02-11"}, first),
        ("enrolments", enrolment, {"status": "on_treatment", "status_on": "2025-03-03"}, first),
    ):
        present = world.coordinator.get(f"/v1/{path}/{record['id']}").json
        body = change if path == "enrolments" else present | change
        amended = world.coordinator.put(f"/v1/{path}/{record['id']}", body, version=present["version"])
        assert (amended.status_code, amended.json.get("protocol_version_id")) == (200, version), amended.text
    again = world.coordinator.post(f"{base}/consents", bodies.consent(participant)).json
    moved = world.coordinator.put(f"/v1/consents/{again['id']}", again | {"given_on": "2025-03-01"}, version=1)
    assert moved.json["protocol_version_id"] == second
