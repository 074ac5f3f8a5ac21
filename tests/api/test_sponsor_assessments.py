"""The sponsor's assessment over HTTP: beside the investigator's, raising and never lowering, with a reason to disagree."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import World
from tests.reporting import amended

AWARE = "2025-05-02T09:00:00Z"
SERIOUS = {"grade": 3, "serious": True, "seriousness_criteria": ["hospitalisation"]}
NOT_RELATED = {"drug": "baricitinib", "causality": "no_reasonable_possibility", "expectedness": "unexpected"}


def evented(world: World, **changes: Any) -> dict[str, Any]:
    body = bodies.adverse_event(bodies.enrolled(world), **changes)
    answer = world.coordinator.post(f"/v1/studies/{world.study}/adverse-events", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def assessed(world: World, event: dict[str, Any], **changes: Any) -> TestResponse:
    body = {"sponsor_aware_at": AWARE, **changes}
    return world.safety_officer.post(f"/v1/adverse-events/{event['id']}/sponsor-assessment", body)


def test_a_sponsor_raises_what_the_investigator_says_and_both_are_kept(shared_world: World) -> None:
    event = evented(shared_world, causality=[{"drug": "baricitinib", "causality": "unlikely"}])
    drugs = [{"drug": "baricitinib", "causality": "reasonable_possibility", "expectedness": "unexpected"}]
    answer = assessed(shared_world, event, seriousness_criteria=["important_medical_event"], drugs=drugs)
    assert answer.status_code == 201, answer.text
    assert answer.json["classification"] == {
        "serious": True, "serious_by": ["sponsor"], "fatal_or_life_threatening": False, "related": True,
        "related_by": ["sponsor"], "unexpected": True, "susar": True, "provisional": False,
    }  # fmt: skip
    assert answer.json["compared"] == [
        {"drug": "baricitinib", "investigator": "unlikely", "sponsor": "reasonable_possibility",
         "sponsor_is_lower": False, "disagreement": None}
    ]  # fmt: skip
    path = f"/v1/sponsor-assessments/{answer.json['id']}"
    assert shared_world.coordinator.get(path).json == answer.json
    assert shared_world.coordinator.get(f"/v1/adverse-events/{event['id']}/sponsor-assessment").json == answer.json
    assert shared_world.coordinator.get(f"/v1/adverse-events/{event['id']}").json == event


def test_a_lower_causality_needs_a_reason_and_lowers_nothing(shared_world: World) -> None:
    event = evented(shared_world, **SERIOUS)
    assert bodies.said(assessed(shared_world, event, drugs=[NOT_RELATED])) == {
        "/drugs/0/disagreement": "disagreement_required"
    }
    answer = assessed(shared_world, event, drugs=[NOT_RELATED | {"disagreement": "Begun before the drug"}])
    assert answer.status_code == 201, answer.text
    [both] = answer.json["compared"]
    assert (both["investigator"], both["sponsor_is_lower"]) == ("possible", True)
    assert (answer.json["classification"]["related_by"], answer.json["classification"]["susar"]) == (
        ["investigator"],
        True,
    )


def test_a_sponsor_assesses_once_and_amends_with_a_reason(shared_world: World) -> None:
    event = evented(shared_world, **SERIOUS)
    first = assessed(shared_world, event)
    assert first.json["classification"]["provisional"] is True
    assert bodies.problem(assessed(shared_world, event)) == "already-recorded"
    path = f"/v1/sponsor-assessments/{first.json['id']}"
    listed = {"expectedness": "expected", "reference_safety_information_id": bodies.reference(shared_world)}
    expected = first.json | {"drugs": [{"drug": "baricitinib", **listed}]}
    second = shared_world.safety_officer.put(path, expected, version=1, reason="Listed in the brochure")
    assert second.status_code == 200, second.text
    assert (second.json["classification"]["unexpected"], second.json["classification"]["susar"]) == (False, False)
    assert shared_world.safety_officer.put(path, expected, version=1).status_code == 412
    history = shared_world.auditor.get(f"{path}/history").json
    assert [entry["reason"] for entry in history] == [None, "Listed in the brochure"]
    assert shared_world.auditor.get(f"{path}/versions/1").json["drugs"] == []
    listed = f"/v1/studies/{shared_world.study}/sponsor-assessments?adverse_event_id={event['id']}"
    assert [one["version"] for one in shared_world.monitor.get(listed).json] == [2]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sponsor_aware_at": None}, {"/sponsor_aware_at": "null"}),
        ({"sponsor_aware_at": "2099-01-01T00:00:00Z"}, {"/sponsor_aware_at": "sponsor_assessment_aware_before_recorded"}),
        ({"sponsor_aware_at": "2025-03-30T00:00:00Z"}, {"/sponsor_aware_at": "before_onset"}),
        ({"drugs": [{"drug": "baricitinib"}] * 2}, {"/drugs": "repeated"}),
        ({"drugs": [{"drug": "baricitinib", "causality": "possible"}]}, {"/drugs/0/causality": "not_in_list"}),
        ({"drugs": [{"drug": "baricitinib", "reference_safety_information_id": "01900000-0000-7000-8000-000000000000"}]},
         {"/drugs": "sponsor_assessment_reference_its_own"}),
        ({"drugs": [{"drug": "tofacitinib"}, {"drug": "baricitinib", "expectedness": "expected"}]},
         {"/drugs/1/reference_safety_information_id": "required"}),
    ],
)  # fmt: skip
def test_an_assessment_that_cannot_be_is_refused(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(assessed(shared_world, evented(shared_world), **changes)) == said


def test_only_a_safety_officer_assesses_and_another_site_sees_nothing(shared_world: World) -> None:
    event = evented(shared_world)
    path = f"/v1/adverse-events/{event['id']}/sponsor-assessment"
    assert shared_world.investigator.post(path, {"sponsor_aware_at": AWARE}).status_code == 403
    assert shared_world.safety_officer.get(path).status_code == 404
    kept = assessed(shared_world, event).json
    assert shared_world.neighbour.get(path).status_code == 404
    assert shared_world.neighbour.get(f"/v1/sponsor-assessments/{kept['id']}").status_code == 404
    assert shared_world.statistician.get(path).status_code == 403


def test_an_assessment_sent_twice_is_answered_alike(shared_world: World) -> None:
    path = f"/v1/adverse-events/{evented(shared_world, **SERIOUS)['id']}/sponsor-assessment"
    first, again = (
        shared_world.safety_officer.post(path, {"sponsor_aware_at": AWARE}, key="assessed-twice") for _ in range(2)
    )
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")


def test_what_is_expected_is_so_by_a_document_of_the_drug_in_force_at_the_onset(shared_world: World) -> None:
    event = evented(shared_world, started_on="2025-04")

    def by(document: str) -> TestResponse:
        drug = {"drug": "baricitinib", "expectedness": "expected", "reference_safety_information_id": document}
        return assessed(shared_world, event, drugs=[drug])

    late, of_another_drug = (
        bodies.reference(shared_world, **changes)
        for changes in ({"effective_from": "2025-05-01"}, {"drug": "tofacitinib"})
    )
    assert bodies.said(by(late)) == {"/drugs": "sponsor_assessment_reference_in_force"}
    assert bodies.said(by(of_another_drug)) == {"/drugs": "sponsor_assessment_reference_its_own"}
    assert by(bodies.reference(shared_world, effective_from="2025-04-30")).status_code == 201


# --- expectedness -------------------------------------------------------------------------------------------------


def documented(world: World, **changes: Any) -> TestResponse:
    usual = {
        "drug": "baricitinib", "document": "Brochure, edition 1", "effective_from": "2025-01-01",
        "terms": [{"term": "Shingles", "highest_grade": 2}, {"term": "Sepsis"}],
    }  # fmt: skip
    return world.safety_officer.post(f"/v1/studies/{world.study}/reference-safety-information", usual | changes)


def proposed(world: World, event: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.coordinator.get(f"/v1/adverse-events/{event['id']}/expectedness").json["drugs"]
    return found


def test_expectedness_is_proposed_by_the_document_in_force_at_the_onset(world: World) -> None:
    first = documented(world)
    assert first.status_code == 201, first.text
    assert bodies.problem(documented(world, document="Another")) == "already-recorded"
    second = documented(world, effective_from="2025-04-15", document="Brochure, edition 2", terms=[])
    zoster = {"ctcae_term": "shingles", "ctcae_version": "5.0"}
    listed = evented(world, **zoster, started_on="2025-04-14")
    [one] = proposed(world, listed)
    assert (one["reference_safety_information_id"], one["listed_term"], one["proposal"], one["certainly_in_force"]) == (
        first.json["id"], "Shingles", "expected", True,
    )  # fmt: skip
    vague = evented(world, **zoster)
    assert [one["certainly_in_force"] for one in proposed(world, vague)] == [False]
    [later] = proposed(world, evented(world, **zoster, started_on="2025-04-15"))
    assert (later["reference_safety_information_id"], later["proposal"]) == (second.json["id"], "unexpected")
    assert world.coordinator.get(f"/v1/adverse-events/{listed['id']}").json == listed
    drugs = [{"drug": "baricitinib", "expectedness": "expected", "reference_safety_information_id": first.json["id"]}]
    assert assessed(world, listed, drugs=drugs).status_code == 201
    base = f"/v1/studies/{world.study}/reference-safety-information"
    assert [one["id"] for one in world.monitor.get(f"{base}?drug=baricitinib").json] == [
        first.json["id"], second.json["id"],
    ]  # fmt: skip
    assert world.monitor.get(f"{base}?drug=prednisolone").json == []


def test_a_document_lists_each_term_once_and_is_defined_by_the_safety_officer(shared_world: World) -> None:
    twice = [{"term": "Shingles"}, {"term": "shingles."}]
    assert bodies.said(documented(shared_world, terms=twice)) == {"/terms": "repeated"}
    path = f"/v1/studies/{shared_world.study}/reference-safety-information"
    body = {"drug": "tofacitinib", "document": "Label", "effective_from": "2025-01-01"}
    assert shared_world.coordinator.post(path, body).status_code == 403


def test_an_event_entered_in_error_is_not_assessed(shared_world: World) -> None:
    event = amended(shared_world, evented(shared_world, **SERIOUS), entered_in_error=True)
    assert bodies.said(assessed(shared_world, event)) == {"": "entered_in_error"}
