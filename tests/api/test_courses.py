"""The course of a participant: one time line of visits, treatment, scores, states and adverse events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from registry.domain.time_line import ENZYME, GLUCOCORTICOID, GROWTH, INTERFERON, RESPONSES, SCORES
from tests import bodies
from tests.conftest import Person, World


def posted(world: World, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = world.coordinator.post(f"/v1/studies/{world.study}/{kind}", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def read(somebody: Person, participant: str, asked: str = "") -> dict[str, Any]:
    answer = somebody.get(f"/v1/participants/{participant}/course{asked}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


@pytest.fixture(scope="module")
def treated(shared_world: World) -> dict[str, Any]:
    """A participant with three visits, a dose that is raised, prednisolone, and two adverse events."""
    participant = bodies.enrolled(shared_world)
    forms = {
        "vital_signs": {"height": 128.5, "weight": 27.4},
        "disease_activity": {"physician_global_activity": 5.5, "physician_global_scale": "vas"},
        "muscle_strength": {"cmas_total": 41, "cmas_maximum": 52},
    }
    visits = [
        bodies.visited(shared_world, participant, forms=forms),
        bodies.visited(shared_world, participant, event="week_4", visited_on="2025-03-10", forms={}),
        bodies.visited(shared_world, participant, event="week_12", visited_on="2025-05-05", status="draft"),
    ]
    bodies.visited(shared_world, participant, event="week_8", status="draft", visited_on=None)
    bodies.visited(shared_world, participant, event="week_52", visited_on="2025-12-01", entered_in_error=True)
    doses = [
        posted(shared_world, "doses", bodies.dose(participant, ended_on="2025-03-09", reason_for_end="efficacy")),
        posted(shared_world, "doses", bodies.dose(participant, mg_per_intake=4, started_on="2025-03-10", confirmations=[
            {"rule": "dose_outside_published_range", "comment": "Agreed with the reference centre"}])),
    ]  # fmt: skip
    medication = posted(shared_world, "concomitant-medications", bodies.concomitant_medication(participant))
    events = [
        posted(shared_world, "adverse-events", bodies.adverse_event(participant, started_on=day))
        for day in ("2025-04", "2025-02-20", "2025-08")
    ]
    return {"id": participant, "visits": visits, "doses": doses, "medication": medication, "events": events}


def test_the_course_tells_the_visits_by_date_with_their_study_days(
    shared_world: World, treated: dict[str, Any]
) -> None:
    course = read(shared_world.investigator, treated["id"])
    assert [(one["visit_id"], one["visited_on"], one["study_day"], one["status"]) for one in course["entries"]] == [
        (treated["visits"][0]["id"], "2025-02-10", 1, "complete"),
        (treated["visits"][1]["id"], "2025-03-10", 29, "complete"),
        (treated["visits"][2]["id"], "2025-05-05", 85, "draft"),
    ]
    assert course["baseline"]["visit_id"] == treated["visits"][0]["id"]
    assert course["baseline"]["study_day"] == 1


def test_each_visit_tells_what_was_in_force(shared_world: World, treated: dict[str, Any]) -> None:
    entries = read(shared_world.investigator, treated["id"])["entries"]
    assert [one["jak_inhibitor"]["id"] for one in entries] == [
        treated["doses"][0]["id"],
        treated["doses"][1]["id"],
        treated["doses"][1]["id"],
    ]
    first = entries[0]["jak_inhibitor"]
    assert (first["drug"], first["mg_per_day"], first["start_day"], first["end_day"]) == ("baricitinib", 2, 1, 28)
    assert first["mg_per_kg_per_day"] == treated["doses"][0]["mg_per_kg_per_day"]
    steroid = entries[0]["glucocorticoid"]
    assert (steroid["rule"], steroid["mg_per_day"]) == (GLUCOCORTICOID, 10)
    assert round(steroid["mg_per_kg_per_day"], 4) == 0.365


def test_each_visit_tells_its_scores_growth_and_states_by_name(shared_world: World, treated: dict[str, Any]) -> None:
    first, second, third = read(shared_world.investigator, treated["id"])["entries"]
    assert (set(first["scores"]), set(first["response"]), set(first["growth"])) == (
        set(SCORES), set(RESPONSES), set(GROWTH))  # fmt: skip
    assert first["scores"]["cmas"]["value"] == 41
    physician = first["scores"]["physician_global"]
    assert (physician["value"], physician["scale"], physician["rule"]) == (5.5, "vas", None)
    assert physician["recorded"] == "/forms/disease_activity/physician_global_activity"
    assert (first["growth"]["height"]["value"], first["growth"]["body_mass_index"]["rule"]) == (
        128.5,
        "body-mass-index",
    )
    assert second["scores"]["physician_global"] is None
    assert third["growth"]["weight"]["final"] is False


def test_what_a_rule_made_is_told_as_with_the_visit(shared_world: World, treated: dict[str, Any]) -> None:
    entry = read(shared_world.investigator, treated["id"])["entries"][0]
    derived = shared_world.investigator.get(f"/v1/visits/{entry['visit_id']}").json["derived"]
    by_rule = {one["rule"]: one for one in derived if one["subject"] is None}
    for name, rule in RESPONSES.items():
        told, made = entry["response"][name], by_rule.get(rule)
        assert (told and (told["value"], told["category"])) == (made and (made["value"], made["category"])), name
    assert [one["subject"] for one in entry["enzymes"]] == [one["subject"] for one in derived if one["rule"] == ENZYME]
    assert len(entry["interferon"]) == sum(one["rule"] in INTERFERON for one in derived)


def test_interferon_biomarkers_are_told_as_reported_and_transcripts_by_their_score(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    results = [
        {"analyte": "IFN6", "value": 8.4, "unit": "{fold}", "upper_limit": 2.466},
        {"analyte": "SIGLEC1", "value": 1200, "unit": "{mAb}/{cell}", "comparator": "<"},
        {"analyte": "RNA_IFI27", "value": 40, "unit": "{fold}"},
    ]
    bodies.visited(shared_world, participant, laboratory_results=results)
    (entry,) = read(shared_world.investigator, participant)["entries"]
    reported = [one for one in entry["interferon"] if one["recorded"]]
    assert [(one["subject"], one["value"], one["unit"], one["comparator"]) for one in reported] == [
        ("IFN6", 8.4, "{fold}", None),
        ("SIGLEC1", 1200, "{mAb}/{cell}", "<"),
    ]
    of_rules = {(one["rule"], one["subject"]): one["category"] for one in entry["interferon"] if one["rule"]}
    assert of_rules["interferon-positivity", "IFN6"] == "positive"
    assert ("interferon-score-6", None) in of_rules
    assert not any(subject and subject.startswith("RNA_") for _, subject in of_rules)


def test_each_visit_tells_the_adverse_events_since_the_one_before(shared_world: World, treated: dict[str, Any]) -> None:
    course = read(shared_world.investigator, treated["id"])
    in_april, in_february, in_august = (one["id"] for one in treated["events"])
    assert [[one["id"] for one in entry["adverse_events"]] for entry in course["entries"]] == [
        [],
        [in_february],
        [in_april],
    ]
    assert [one["id"] for one in course["adverse_events"]] == [in_february, in_april, in_august]
    assert (course["adverse_events"][1]["started_on"], course["adverse_events"][1]["start_day"]) == ("2025-04", None)


def test_intervals_are_told_with_their_records_and_versions(shared_world: World, treated: dict[str, Any]) -> None:
    course = read(shared_world.investigator, treated["id"])
    assert [(one["id"], one["version"]) for one in course["doses"]] == [(one["id"], 1) for one in treated["doses"]]
    [medication] = course["concomitant_medications"]
    assert (medication["id"], medication["started_on"], medication["ended_on"]) == (
        treated["medication"]["id"], "2025-01", None)  # fmt: skip


def test_the_course_is_read_as_it_stood(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    then = read(shared_world.coordinator, recorded["participant_id"])
    changed = recorded | {"forms": {"vital_signs": {"height": 90}}}
    assert shared_world.coordinator.put(f"/v1/visits/{recorded['id']}", changed, version=1).status_code == 200
    assert read(shared_world.coordinator, recorded["participant_id"], f"?as_of={moment}") == then
    assert read(shared_world.coordinator, recorded["participant_id"]) != then


def test_a_participant_without_visits_has_a_course(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    posted(shared_world, "adverse-events", bodies.adverse_event(participant))
    course = read(shared_world.coordinator, participant)
    assert (course["baseline"], course["entries"]) == (None, [])
    assert course["adverse_events"][0]["start_day"] is None


def test_another_sites_course_is_not_there(shared_world: World, treated: dict[str, Any]) -> None:
    for asked in ("", "?as_of=2026-01-01T00:00:00Z"):
        answer = shared_world.neighbour.get(f"/v1/participants/{treated['id']}/course{asked}")
        assert answer.status_code == 404
        assert bodies.problem(answer) == "no-such-record"


def test_a_course_of_before_the_enrolment_or_of_the_future_is_not_there(
    shared_world: World, treated: dict[str, Any]
) -> None:
    path = f"/v1/participants/{treated['id']}/course"
    assert shared_world.coordinator.get(f"{path}?as_of=2020-01-01T00:00:00Z").status_code == 404
    assert shared_world.coordinator.get(f"{path}?as_of=2099-01-01T00:00:00Z").status_code == 422


def test_the_course_tells_who_it_is_about_and_what_is_of_note_for_safety(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    strength = {
        "disease_activity": {"physician_global_activity": 2, "physician_global_scale": "vas"},
        "muscle_strength": {"cmas_total": 45, "cmas_maximum": 52},
    }
    for event, day, kinase in (("week_0", "2025-02-10", 150), ("week_12", "2025-05-05", 700)):
        results = [
            {"analyte": "CK", "value": kinase, "unit": "U/L", "upper_limit": 200},
            {"analyte": "NEUT", "value": 0.9, "unit": "10*9/L", "lower_limit": 1.5},
            {"analyte": "PLAT", "value": 250, "unit": "10*9/L", "lower_limit": 150},
        ]
        bodies.visited(
            shared_world, participant, event=event, visited_on=day, forms=strength, laboratory_results=results
        )
    course = read(shared_world.investigator, participant)
    assert (course["sex_at_birth"], course["birth_year"]) == ("female", bodies.participant("x")["birth_year"])
    first, second = course["entries"]
    noted = {(one["rule"], one["subject"]): one["category"] for one in second["safety"]}
    assert noted["enzyme-signal", "CK"] == "signal"
    assert noted["ctcae-grade-5.0", "NEUT"] == "grade_3"
    assert ("ctcae-grade-5.0", "PLAT") not in noted, "within normal is not of note"
    assert first["scores"]["cmas"]["maximum"] == 52
