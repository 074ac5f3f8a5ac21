"""Allocations: once, complete, without a word of the treatment, and only when all that must be there is there."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import psycopg
import pytest

from registry.db import allocations as db
from tests import bodies
from tests.bodies import problem, said
from tests.conftest import Person, World
from tests.randomisation import LEVELS, STRATUM, allocated, asked, listed, made_ready, path, ready, trial


@pytest.fixture(scope="module")
def study(shared_world: World) -> World:
    """A trial with a list in use."""
    own, version = trial(shared_world)
    listed(own, version, slots_per_stratum=60)
    return own


def slots(world: World, participant: str) -> list[Any]:
    with psycopg.connect(world.installation.admin_url) as connection:
        query = "select stratum, position, arm, kit from randomisation_slot where participant_id = %s"
        return connection.execute(query, [participant]).fetchall()


@pytest.mark.requirement("P5", "A10")
def test_a_participant_who_is_ready_is_allocated_and_the_answer_tells_no_treatment(study: World) -> None:
    participant = ready(study)
    answer = allocated(study, participant)
    assert answer.status_code == 201, answer.text
    told = answer.json
    assert told["participant_id"] == participant
    assert told["stratum"] == STRATUM
    assert told["levels"] == [{**LEVELS[0], "basis": "recorded"}, {**LEVELS[1], "basis": "attested"}]
    assert told["method"] == "permuted_blocks"
    assert len(told["number"]) == 6
    [(stratum, position, arm, kit)] = slots(study, participant)
    assert (stratum, position > 0) == (STRATUM, True)
    assert arm not in answer.text
    assert kit not in answer.text
    assert study.coordinator.get(f"/v1/participants/{participant}/allocation").json == told
    assert study.monitor.get(f"/v1/allocations/{told['id']}").json == told
    assert told in study.coordinator.get(f"{path(study, 'allocations')}?participant_id={participant}").json
    assert [event["version"] for event in study.coordinator.get(f"/v1/allocations/{told['id']}/history").json] == [1]


def test_the_answer_has_the_same_shape_whatever_the_arm(study: World) -> None:
    found: dict[str, set[tuple[Any, ...]]] = {}
    for _ in range(6):
        participant = ready(study)
        told = allocated(study, participant).json
        [(_, _, arm, _)] = slots(study, participant)
        found.setdefault(arm, set()).add(tuple((name, type(value), len(str(value))) for name, value in told.items()
                                               if name not in ("recorded_at", "changed_at", "allocated_at")))  # fmt: skip
    assert len(found) == 2, "six in a row from blocks of four and six are of both arms"
    assert len(set.union(*found.values())) == 1


def test_a_repeated_request_is_answered_by_the_same_allocation_and_another_one_is_refused(study: World) -> None:
    participant, key = ready(study), uuid.uuid4().hex
    first, again = (allocated(study, participant, key=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    refused = allocated(study, participant)
    assert refused.status_code == 409
    assert problem(refused) == "already-recorded"
    assert refused.json["existing"] == f"/v1/allocations/{first.json['id']}"
    assert len(slots(study, participant)) == 1


@pytest.mark.requirement("P5")
def test_each_thing_that_is_missing_is_named_all_at_once(study: World) -> None:
    body = bodies.participant(study.site)
    participant = study.coordinator.post(path(study, "participants"), body).json["id"]
    refused = allocated(study, participant, [])
    assert (refused.status_code, problem(refused)) == (409, "not-ready-for-allocation")
    codes = {error["code"] for error in refused.json["errors"]}
    assert codes == {"not_enrolled", "no_consent", "no_baseline", "attest_weight_band", "attest_disease_course"}
    assert slots(study, participant) == []


@pytest.mark.requirement("P5")
def test_eligibility_is_asked_by_the_version_in_force(shared_world: World) -> None:
    willing = {"code": "willing", "kind": "inclusion", "text": "Willing to take part", "condition": None}
    own, version = trial(shared_world, eligibility=[willing])
    listed(own, version)
    participant = bodies.enrolled(own)
    assert "not_eligible" in {error["code"] for error in allocated(own, participant).json["errors"]}
    body = {"assessed_on": "2025-02-01", "attestations": [{"criterion": "willing", "met": True}]}
    assessed = own.investigator.post(f"/v1/participants/{participant}/eligibility-assessments", body)
    assert assessed.json["counts_as_eligible"], assessed.text
    assert allocated(own, made_ready(own, participant)).status_code == 201


def test_who_has_withdrawn_from_treatment_is_not_allocated(study: World) -> None:
    participant = ready(study)
    withdrawal = bodies.withdrawal(participant, kind="treatment")
    assert study.coordinator.post(path(study, "withdrawals"), withdrawal).status_code == 201
    assert {error["code"] for error in allocated(study, participant).json["errors"]} == {"withdrawn"}


def test_a_baseline_that_is_a_draft_or_an_error_is_none(study: World) -> None:
    participant = ready(study, status="draft")
    assert {error["code"] for error in allocated(study, participant).json["errors"]} == {"no_baseline"}


def test_who_takes_a_product_of_the_blinded_study_openly_is_not_allocated(study: World) -> None:
    participant = ready(study)
    open_dose = bodies.dose(participant, drug="baricitinib", weight_used=None)
    kept = study.coordinator.post(path(study, "doses"), open_dose)
    assert kept.status_code == 201, kept.text
    assert {error["code"] for error in allocated(study, participant).json["errors"]} == {"takes_blinded_product"}
    ended = kept.json | {"ended_on": "2025-03-01", "reason_for_end": "other"}
    assert study.coordinator.put(f"/v1/doses/{kept.json['id']}", ended, version=1).status_code == 200
    assert allocated(study, participant).status_code == 201


@pytest.mark.requirement("P5")
def test_that_the_baseline_of_who_is_allocated_counts_no_more_is_a_deviation(study: World) -> None:
    participant = ready(study)
    assert allocated(study, participant).status_code == 201
    [visit] = study.coordinator.get(f"{path(study, 'visits')}?participant_id={participant}").json
    sent = study.coordinator.get(f"/v1/visits/{visit['id']}?derived=false").json | {"entered_in_error": True}
    voided = study.coordinator.put(f"/v1/visits/{visit['id']}", sent, version=visit["version"])
    assert voided.status_code == 200, voided.text
    found = study.monitor.get(f"{path(study, 'protocol-deviations')}?participant_id={participant}").json
    assert "randomisation" in {one["category"] for one in found}


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([LEVELS[0]], {"/levels": "attest_disease_course"}),
        ([{**LEVELS[0], "level": "heavy"}, LEVELS[1]], {"/levels/0/level": "unknown_weight_band"}),
        ([*LEVELS, {"factor": "colour", "level": "red"}], {"/levels/2/factor": "no_such_factor"}),
        ([*LEVELS, LEVELS[0]], {"/levels": "repeated"}),
        ([{"factor": "weight_band"}], {"/levels/0/level": "required"}),
    ],
)
def test_levels_that_do_not_fit_the_protocol_are_refused_with_their_place(
    study: World, standing: str, levels: list[dict[str, str]], expected: dict[str, str]
) -> None:
    refused = allocated(study, standing, levels)
    assert refused.status_code == 422
    assert said(refused) == expected
    assert slots(study, standing) == []


@pytest.fixture(scope="module")
def standing(study: World) -> str:
    """A participant who is ready, and is never allocated."""
    return ready(study)


def test_another_sites_participant_is_not_there(study: World, standing: str) -> None:
    neighbour = study.people["neighbour"]
    assert allocated(study, standing, by=neighbour).status_code == 404
    assert neighbour.get(f"/v1/participants/{standing}/allocation").status_code == 404
    assert slots(study, standing) == []


def test_a_participant_who_is_not_allocated_has_no_allocation(study: World, standing: str) -> None:
    assert study.coordinator.get(f"/v1/participants/{standing}/allocation").status_code == 404


def test_a_study_without_a_protocol_version_allocates_nobody(shared_world: World) -> None:
    participant = ready(shared_world)
    refused = allocated(shared_world, participant, [])
    assert {error["code"] for error in refused.json["errors"]} == {"not_randomised"}


def test_without_a_list_nobody_is_allocated(shared_world: World) -> None:
    own, _ = trial(shared_world)
    refused = allocated(own, ready(own))
    assert (refused.status_code, problem(refused)) == (409, "no-randomisation-list")


def test_an_exhausted_list_says_so_and_a_list_of_its_successor_goes_on(shared_world: World) -> None:
    own, version = trial(shared_world, stratification=[])
    rows = [{"stratum": "all", "position": place, "arm": "placebo"} for place in (1, 2)]
    made = listed(own, version, seed=None, slots_per_stratum=None, rows=rows, ratio_confirmed=True)
    assert [allocated(own, ready(own), []).status_code for _ in range(2)] == [201, 201]
    last = ready(own)
    refused = allocated(own, last, [])
    assert (refused.status_code, problem(refused)) == (409, "list-exhausted")
    assert asked(own, version).status_code == 409, "one list in use a stratum"
    list_path = f"/v1/randomisation-lists/{made['id']}"
    assert own.unblinded_statistician.put(list_path, {"status": "retired"}, version=1).status_code == 200
    assert problem(allocated(own, last, [])) == "no-randomisation-list"
    assert asked(own, version).status_code == 201
    assert allocated(own, last, []).status_code == 201


@pytest.mark.requirement("A5")
def test_a_list_that_was_altered_behind_the_registrys_back_gives_nothing(shared_world: World) -> None:
    own, version = trial(shared_world, stratification=[])
    made = listed(own, version)
    participant = ready(own)
    with psycopg.connect(own.installation.admin_url) as connection:
        connection.execute("set session_replication_role = 'replica'")
        connection.execute("update randomisation_slot set arm = 'placebo' where list_id = %s", [made["id"]])
    refused = allocated(own, participant, [])
    assert (refused.status_code, problem(refused)) == (409, "seal-does-not-hold")
    [found] = own.unblinded_statistician.get(f"{path(own, 'randomisation-lists')}/verification").json
    assert (found["list_id"], found["sealed"], found["in_order"]) == (made["id"], False, True)


@pytest.mark.requirement("A5")
def test_two_participants_who_were_exchanged_behind_the_registrys_back_are_found(shared_world: World) -> None:
    own, version = trial(shared_world)
    listed(own, version)
    people = [ready(own), ready(own)]
    for participant, course in zip(people, ("new_onset", "refractory"), strict=True):
        levels = [LEVELS[0], {"factor": "disease_course", "level": course}]
        assert allocated(own, participant, levels).status_code == 201
    with psycopg.connect(own.installation.admin_url) as connection:
        connection.execute("set session_replication_role = 'replica'")
        was = connection.execute("update randomisation_slot set participant_id = null where participant_id = any (%s)"
                                 " returning id, old.participant_id", [people]).fetchall()  # fmt: skip
        for (slot, _), (_, other) in zip(was, reversed(was), strict=True):
            connection.execute("update randomisation_slot set participant_id = %s where id = %s", [other, slot])
    [found] = own.auditor.get(f"{path(own, 'randomisation-lists')}/verification").json
    assert (found["sealed"], found["in_order"]) == (True, False)


def test_what_an_allocation_rests_on_waits_until_it_is_done(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of the weight and an assessment begin between the reading of the levels and the taking of the slot."""
    willing = {"code": "willing", "kind": "inclusion", "text": "Willing to take part", "condition": None}
    own, version = trial(shared_world, eligibility=[willing])
    listed(own, version)
    participant = bodies.enrolled(own)
    assessments = f"/v1/participants/{participant}/eligibility-assessments"
    body = {"assessed_on": "2025-02-01", "attestations": [{"criterion": "willing", "met": True}]}
    assert own.investigator.post(assessments, body).status_code == 201
    made_ready(own, participant)
    [visit] = own.coordinator.get(f"{path(own, 'visits')}?participant_id={participant}").json
    sent = own.coordinator.get(f"/v1/visits/{visit['id']}?derived=false").json
    sent["forms"]["vital_signs"]["weight"] = 35
    unwilling = body | {"assessed_on": "2025-03-01", "attestations": [{"criterion": "willing", "met": False}]}
    late, writer = another(own.coordinator), another(own.investigator)
    pool, waiting, real = ThreadPoolExecutor(2), [], db.allocate

    def in_between(*given: Any) -> Any:
        waiting.append(pool.submit(late.put, f"/v1/visits/{visit['id']}", sent, version=visit["version"]))
        waiting.append(pool.submit(writer.post, assessments, unwilling))
        assert wait(waiting, timeout=0.5).done == set(), "both wait"
        return real(*given)

    monkeypatch.setattr(db, "allocate", in_between)
    answer = allocated(own, participant)
    assert answer.status_code == 201, answer.text
    answers = [one.result() for one in waiting]
    pool.shutdown()
    assert [one.status_code for one in answers] == [200, 201]
    assert answer.json["levels"][0] == {**LEVELS[0], "basis": "recorded"}


def another(person: Person) -> Person:
    return Person(person.client.application.test_client(), person.token, person.account_id)


def test_many_requests_at_once_give_every_participant_one_slot_in_order(study: World) -> None:
    participants = [ready(study) for _ in range(6)]
    calls = [(participant, uuid.uuid4().hex) for participant in participants for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda call: allocated(study, call[0], by=another(study.coordinator), key=call[1]), calls)
        )
    for participant, pair in zip(participants, zip(answers[::2], answers[1::2], strict=True), strict=True):
        assert sorted(answer.status_code for answer in pair) == [201, 409]
        [refused] = [answer.json for answer in pair if answer.status_code == 409]
        [made] = [answer.json for answer in pair if answer.status_code == 201]
        assert refused["existing"] == f"/v1/allocations/{made['id']}"
        assert len(slots(study, participant)) == 1
    verification = study.auditor.get(f"{path(study, 'randomisation-lists')}/verification").json
    assert all(found["sealed"] and found["in_order"] for found in verification)
