"""Eligibility: evaluated from what is recorded, attested where it is not, overridden with a reason; and enrolment by it."""

from __future__ import annotations

from typing import Any

import pytest

from tests import bodies, protocols, randomisation
from tests.api.test_enrolments import moved
from tests.conftest import Person, World

DAY = "2025-02-12"
CRITERIA = [
    {"code": "age", "kind": "inclusion", "text": "Aged 2 to 17", "condition": {
        "all": [{"measure": "age", "at_least": 2}, {"measure": "age", "below": 18}]}},
    {"code": "weight", "kind": "inclusion", "text": "30 kg or more",
     "condition": {"measure": "weight", "at_least": 30, "within_days": 28}},
    {"code": "willing", "kind": "inclusion", "text": "Willing to come", "condition": None},
    {"code": "vaccine", "kind": "exclusion", "text": "A live vaccine within 4 weeks",
     "condition": {"measure": "days_since_live_vaccine", "at_most": 28}},
]  # fmt: skip
WILLING = {"criterion": "willing", "met": True}
NO_VACCINE = {"criterion": "vaccine", "met": False}
SMALL = {"criterion": "weight", "reason": "The dose is by weight"}


@pytest.fixture(scope="module")
def trial(shared_world: World) -> World:
    """The world with a protocol that has criteria."""
    protocols.applied(shared_world, "observational", eligibility=CRITERIA)
    return shared_world


def ask(world: World, participant_id: str, somebody: Person | None = None, **changes: Any) -> Any:
    body = {"assessed_on": DAY, "attestations": [WILLING, NO_VACCINE]} | changes
    path = f"/v1/participants/{participant_id}/eligibility-assessments"
    return (somebody or world.investigator).post(path, body)


def weighed(world: World, weight: float) -> str:
    forms = {"vital_signs": {"height": 128.5, "weight": weight}}
    participant: str = bodies.visited(world, forms=forms)["participant_id"]
    return participant


def deviations(world: World, participant_id: str) -> list[dict[str, Any]]:
    path = (
        f"/v1/studies/{world.study}/protocol-deviations?participant_id={participant_id}&category=eligibility_override"
    )
    found: list[dict[str, Any]] = world.monitor.get(path).json
    return found


def test_criteria_are_evaluated_from_what_is_recorded_and_attested_where_not(trial: World) -> None:
    participant = weighed(trial, 31)
    answer = ask(trial, participant)
    assert answer.status_code == 201, answer.text
    found = {one["criterion"]: (one["result"], one["passes"], one["basis"]) for one in answer.json["results"]}
    assert found == {
        "age": ("met", True, "recorded"),
        "weight": ("met", True, "recorded"),
        "willing": ("met", True, "attested"),
        "vaccine": ("not_met", True, "attested"),
    }
    assert (answer.json["outcome"], answer.json["counts_as_eligible"]) == ("eligible", True)
    inputs = answer.json["results"][1]["inputs"]
    assert [(one["record"], one["version"], one["fields"]) for one in inputs] == [
        ("visit", 1, ["/forms/vital_signs/weight"])
    ]
    assert trial.monitor.get(f"/v1/eligibility-assessments/{answer.json['id']}").json == answer.json
    assert trial.monitor.get(f"/v1/participants/{participant}/eligibility-assessments").json == [answer.json]


def test_a_criterion_that_nothing_tells_of_leaves_the_outcome_open(trial: World) -> None:
    answer = ask(trial, weighed(trial, 31), attestations=[WILLING])
    assert (answer.json["outcome"], answer.json["counts_as_eligible"]) == ("undetermined", False)
    last = answer.json["results"][-1]
    assert (last["result"], last["passes"], last["basis"]) == ("not_known", None, None)


def test_what_is_dated_after_the_day_is_not_read(trial: World) -> None:
    answer = ask(trial, weighed(trial, 31), assessed_on="2025-02-09")
    assert answer.json["results"][1]["result"] == "not_known"


def test_a_value_that_is_too_old_is_not_known(trial: World) -> None:
    assert ask(trial, weighed(trial, 31), assessed_on="2025-03-11").json["results"][1]["result"] == "not_known"


def test_an_attestation_against_what_is_recorded_is_refused(trial: World) -> None:
    participant = weighed(trial, 25)
    answer = ask(trial, participant, attestations=[WILLING, {"criterion": "weight", "met": True}])
    assert (answer.status_code, bodies.said(answer)) == (422, {"/attestations/1/met": "contradicts_records"})
    assert trial.monitor.get(f"/v1/participants/{participant}/eligibility-assessments").json == []


def test_an_override_makes_a_protocol_deviation_in_the_same_transaction(trial: World) -> None:
    participant = weighed(trial, 25)
    answer = ask(trial, participant, overrides=[SMALL])
    assert answer.status_code == 201, answer.text
    assert (answer.json["outcome"], answer.json["counts_as_eligible"]) == ("not_eligible", True)
    assert answer.json["results"][1]["overridden"]
    [deviation] = deviations(trial, participant)
    assert (deviation["origin"], deviation["status"], deviation["occurred_on"]) == ("registry", "to_classify", DAY)
    assert deviation["description"] == "weight: The dose is by weight"
    assert deviation["protocol_version_id"] == answer.json["protocol_version_id"]
    events = trial.auditor.get(f"/v1/audit?participant_id={participant}&limit=200").json
    sets = {event["kind"]: event["change_set"] for event in events}
    assert sets["protocol_deviation"] == sets["eligibility_assessment"]


def test_a_repeated_request_assesses_once(trial: World) -> None:
    participant = weighed(trial, 25)
    path = f"/v1/participants/{participant}/eligibility-assessments"
    body = {"assessed_on": DAY, "attestations": [WILLING, NO_VACCINE], "overrides": [SMALL]}
    first, again = (trial.investigator.post(path, body, key="the-same-key") for _ in range(2))
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(deviations(trial, participant)) == 1


def test_an_override_that_is_repeated_under_the_same_version_is_one_deviation(trial: World) -> None:
    participant = weighed(trial, 25)
    for reason in ("The dose is by weight", "As before"):
        assert ask(trial, participant, overrides=[SMALL | {"reason": reason}]).status_code == 201
    vaccine = {"criterion": "vaccine", "reason": "Long ago"}
    assert ask(trial, participant, attestations=[WILLING], overrides=[SMALL, vaccine]).status_code == 201
    assert [one["description"] for one in deviations(trial, participant)] == [
        "weight: The dose is by weight", "vaccine: Long ago",
    ]  # fmt: skip


@pytest.mark.requirement("P2")
def test_only_an_investigator_overrides(trial: World) -> None:
    participant = weighed(trial, 25)
    answer = ask(trial, participant, trial.coordinator, overrides=[SMALL])
    assert (answer.status_code, bodies.said(answer)) == (403, {"/overrides": "by_an_investigator"})
    assert deviations(trial, participant) == []
    assert ask(trial, participant, trial.coordinator).status_code == 201


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"attestations": [{"criterion": "shoes", "met": True}]}, {"/attestations/0/criterion": "no_such_criterion"}),
        ({"attestations": [WILLING, WILLING]}, {"/attestations/0/criterion": "repeated", "/attestations/1/criterion": "repeated"}),
        ({"attestations": [{"criterion": "willing", "met": "yes"}]}, {"/attestations/0/met": "wrong_type"}),
        ({"overrides": [{"criterion": "weight"}]}, {"/overrides/0/reason": "required"}),
        ({"overrides": [{"criterion": "weight", "reason": " "}]}, {"/overrides/0/reason": "wrong_length"}),
        ({"overrides": [{"criterion": "age", "reason": "x"}]}, {"/overrides/0/criterion": "nothing_to_override"}),
        ({"assessed_on": "2099-01-01"}, {"/assessed_on": "in_the_future"}),
        ({"assessed_on": "2024-12-31"}, {"/assessed_on": "no_criteria"}),
        ({"outcomes": "eligible"}, {"/outcomes": "unknown_field"}),
    ],
)  # fmt: skip
def test_an_assessment_that_is_not_right_is_refused(
    trial: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    answer = ask(trial, weighed(trial, 31), **changes)
    assert (answer.status_code, bodies.said(answer)) == (422, said)


def test_another_site_assesses_and_reads_nobody_of_this_one(trial: World) -> None:
    participant = weighed(trial, 31)
    kept = ask(trial, participant).json
    neighbour = trial.people["neighbour"]
    assert ask(trial, participant, neighbour).status_code == 404
    assert neighbour.get(f"/v1/participants/{participant}/eligibility-assessments").status_code == 404
    assert neighbour.get(f"/v1/eligibility-assessments/{kept['id']}").status_code == 404


# --- enrolment by it ----------------------------------------------------------------------------------------------


@pytest.mark.requirement("P5")
def test_nobody_is_enrolled_before_the_newest_assessment_counts(trial: World) -> None:
    participant = weighed(trial, 25)
    refused = moved(trial, participant, "enrolled", DAY)
    assert (refused.status_code, bodies.problem(refused)) == (409, "not-eligible")
    ask(trial, participant, overrides=[SMALL])
    ask(trial, participant)
    assert bodies.problem(moved(trial, participant, "enrolled", DAY)) == "not-eligible"
    ask(trial, participant, overrides=[SMALL])
    assert bodies.problem(moved(trial, participant, "enrolled", "2025-02-11")) == "not-eligible"
    assert moved(trial, participant, "enrolled", DAY).json["enrolled_on"] == DAY
    assert bodies.problem(moved(trial, participant, "enrolled", "2025-02-11")) == "not-eligible"


@pytest.mark.requirement("P5")
def test_nobody_is_enrolled_by_an_assessment_that_todays_records_refute(trial: World) -> None:
    participant = weighed(trial, 31)
    [used] = ask(trial, participant).json["results"][1]["inputs"]
    visit = trial.coordinator.get(f"/v1/visits/{used['id']}").json
    sent = visit | {"forms": {"vital_signs": {"height": 128.5, "weight": 25}}, "derived": None}
    assert trial.coordinator.put(f"/v1/visits/{used['id']}", sent, version=1).status_code == 200
    refused = moved(trial, participant, "enrolled", DAY)
    assert (refused.status_code, bodies.problem(refused)) == (409, "not-eligible")
    assert bodies.said(refused) == {"/status": "enrolment_assessment_outdated"}
    assert ask(trial, participant, overrides=[SMALL]).status_code == 201
    assert moved(trial, participant, "enrolled", DAY).status_code == 200


@pytest.mark.requirement("P5")
def test_nobody_is_allocated_by_an_assessment_that_todays_records_refute(shared_world: World) -> None:
    study, _ = randomisation.trial(shared_world, eligibility=CRITERIA[1:2])
    participant = weighed(study, 31)
    [used] = ask(study, participant, attestations=[]).json["results"][0]["inputs"]
    assert moved(study, participant, "enrolled", DAY).status_code == 200
    visit = study.coordinator.get(f"/v1/visits/{used['id']}").json
    sent = visit | {"forms": {"vital_signs": {"height": 128.5, "weight": 25}}, "derived": None}
    assert study.coordinator.put(f"/v1/visits/{used['id']}", sent, version=1).status_code == 200
    refused = randomisation.allocated(study, participant)
    assert (bodies.problem(refused), bodies.said(refused)) == ("not-ready-for-allocation", {"": "not_eligible"})


@pytest.mark.requirement("P5")
def test_a_treatment_that_is_recorded_late_outdates_the_assessment(trial: World) -> None:
    participant = weighed(trial, 31)
    ask(trial, participant)
    given = {"participant_id": participant, "medication": "live_vaccine", "started_on": "2025-02"}
    path = f"/v1/studies/{trial.study}/concomitant-medications"
    later = trial.coordinator.post(path, given | {"started_on": "2025-02-20"})
    assert later.status_code == 201, later.text
    assert moved(trial, participant, "enrolled", DAY).status_code == 200
    second = weighed(trial, 31)
    ask(trial, second)
    assert trial.coordinator.post(path, given | {"participant_id": second}).status_code == 201
    assert bodies.said(moved(trial, second, "enrolled", DAY)) == {"/status": "enrolment_assessment_outdated"}


def test_an_assessment_before_a_newer_one_of_the_same_version_is_refused(trial: World) -> None:
    participant = weighed(trial, 31)
    assert ask(trial, participant, attestations=[NO_VACCINE]).json["outcome"] == "undetermined"
    refused = ask(trial, participant, assessed_on="2025-02-11")
    assert (refused.status_code, bodies.said(refused)) == (422, {"/assessed_on": "eligibility_assessment_comes_last"})
    assert ask(trial, participant).json["outcome"] == "eligible"


@pytest.mark.requirement("P5")
def test_an_assessment_under_an_earlier_version_counts_no_more(world: World) -> None:
    protocols.applied(world, "observational", eligibility=CRITERIA)
    participant = weighed(world, 31)
    ask(world, participant)
    amended = protocols.defined(world, "observational", eligibility=CRITERIA[:3], number="2.0")
    protocols.activated(world, amended["id"], effective_from="2025-02-15")
    assert bodies.problem(moved(world, participant, "enrolled", "2025-02-15")) == "not-eligible"
    renewed = ask(world, participant, assessed_on="2025-02-15", attestations=[WILLING])
    assert renewed.json["protocol_version_id"] == amended["id"]
    assert moved(world, participant, "enrolled", "2025-02-15").status_code == 200


def test_what_conditions_can_ask_for_is_listed(shared_world: World) -> None:
    listed = {one["measure"]: one for one in shared_world.coordinator.get("/v1/eligibility-measures").json}
    assert listed["age"]["comparisons"] == ["at_least", "above", "at_most", "below", "equals"]
    assert (listed["neut"]["unit"], listed["neut"]["dated"]) == ("10*9/L", True)
    assert listed["autoantibodies"]["codes"]["nxp2"] == "Anti-NXP2 (MJ, p140)"


def test_a_protocol_with_a_condition_that_is_none_is_refused_where_it_is_wrong(shared_world: World) -> None:
    wrong = [CRITERIA[0], {**CRITERIA[1], "condition": {"all": [{"measure": "weight", "at_least": "30"}]}}]
    body = protocols.definition("observational", eligibility=wrong, number="wrong")
    answer = shared_world.administrator.post(f"/v1/studies/{shared_world.study}/protocol-versions", body)
    assert bodies.said(answer) == {"/eligibility/1/condition/all/0/at_least": "wrong_type"}
