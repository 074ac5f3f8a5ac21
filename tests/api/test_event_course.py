"""The life of an adverse event over HTTP: severity by date, death, links, what it happened under, and its narrative."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from werkzeug.test import TestResponse

from registry.schemas.adverse_events import AdverseEvent
from tests import blinding, bodies
from tests.blinding import QUOKKA, WOMBAT
from tests.conftest import Person, World

FATAL = {"grade": 5, "outcome": "fatal", "serious": True, "seriousness_criteria": ["death"]}
COLD = {"term": "Cold", "started_on": "2025-04-10"}


def posted(world: World, participant: str, **changes: Any) -> TestResponse:
    body = bodies.adverse_event(participant, **changes)
    return world.coordinator.post(f"/v1/studies/{world.study}/adverse-events", body)


def kept(world: World, participant: str, **changes: Any) -> dict[str, Any]:
    answer = posted(world, participant, **changes)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def grades(*changes: tuple[int, str]) -> list[dict[str, Any]]:
    return [{"grade": grade, "changed_on": on} for grade, on in changes]


def test_worsening_is_a_new_grade_with_its_day(shared_world: World) -> None:
    event = kept(shared_world, bodies.enrolled(shared_world), site_aware_at="2025-04-08T07:30:00+02:00")
    worse = event | {"grade": 3, "severity_changes": grades((2, "2025-04"), (3, "2025-04-09"), (1, "2025-04-20")),
                     "site_aware_at": "2025-04-21T08:00:00Z", "special_situations": ["overdose"]}  # fmt: skip
    answer = shared_world.coordinator.put(f"/v1/adverse-events/{event['id']}", worse, version=1)
    assert answer.status_code == 200, answer.text
    assert answer.json["severity_changes"] == worse["severity_changes"]
    first = shared_world.coordinator.get(f"/v1/adverse-events/{event['id']}/versions/1").json
    assert (first["grade"], first["site_aware_at"]) == (2, "2025-04-08T05:30:00Z")


def test_an_event_does_not_begin_before_the_child_was_born(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    born = shared_world.coordinator.get(f"/v1/participants/{participant}").json
    month = f"{born['birth_year']}-{born['birth_month']:02d}"
    [rule] = posted(shared_world, participant, started_on=str(born["birth_year"] - 1)).json["errors"]
    assert (rule["pointer"], rule["code"]) == ("/started_on", "adverse_event_not_before_birth")
    assert posted(shared_world, participant, started_on=month).status_code == 201


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"severity_changes": grades((2, "2025-05"), (1, "2025-04"))}, {"/severity_changes": "out_of_order"}),
        ({"severity_changes": grades((2, "2025-05-02"), (1, "2025"), (2, "2025-05-01"))},
         {"/severity_changes": "out_of_order"}),
        ({"severity_changes": grades((2, "2025-03-31"))}, {"/severity_changes": "before_onset"}),
        ({"severity_changes": grades((2, "2025-06")), "ended_on": "2025-05"}, {"/severity_changes": "after_the_end"}),
        ({"severity_changes": grades((3, "2025-04"))}, {"/grade": "not_the_highest"}),
        ({"severity_changes": grades((6, "2025-04"))}, {"/severity_changes/0/grade": "out_of_range"}),
        ({"died_on": "2025-05"}, {"/died_on": "not_fatal"}),
        (FATAL | {"died_on": "2025-03"}, {"/died_on": "death_before_start"}),
        (FATAL | {"died_on": "2025-05", "ended_on": "2025-06"}, {"/ended_on": "end_after_death"}),
        ({"site_aware_at": "2099-01-01T00:00:00Z"}, {"/site_aware_at": "in_the_future"}),
        ({"site_aware_at": "2025-03-30T00:00:00Z"}, {"/site_aware_at": "before_onset"}),
        ({"special_situations": ["abuse"]}, {"/special_situations/0": "not_in_list"}),
        ({"causality": [{"drug": "baricitinib", "causality": "possible", "rechallenge": "maybe"}]},
         {"/causality/0/rechallenge": "not_in_list"}),
    ],
)  # fmt: skip
def test_a_life_that_cannot_be_is_refused_with_its_place(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    assert bodies.said(posted(shared_world, bodies.enrolled(shared_world), **changes)) == said


def test_a_version_from_before_its_lists_is_told_with_empty_ones() -> None:
    told = AdverseEvent().present({"term": "Cold", "causality": []})
    assert (told["severity_changes"], told["visit_ids"], told["narrative"]) == ([], [], None)


# --- death --------------------------------------------------------------------------------------------------------


def test_nothing_begins_after_a_death(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    dead = kept(shared_world, participant, **FATAL, died_on="2025-05")
    assert posted(shared_world, participant, term="Cold", started_on="2025-05-31").status_code == 201
    late = posted(shared_world, participant, term="Rash", started_on="2025-06")
    assert bodies.said(late) == {"/started_on": "adverse_event_not_after_death"}
    earlier = shared_world.coordinator.put(
        f"/v1/adverse-events/{dead['id']}", dead | {"died_on": "2025-05-30"}, version=1
    )
    assert bodies.said(earlier) == {"/died_on": "adverse_event_death_comes_last"}


def test_a_death_told_by_its_end_alone_counts_and_one_entered_in_error_does_not(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    dead = kept(shared_world, participant, **FATAL, ended_on="2025-05-02")
    assert posted(shared_world, participant, term="Cold", started_on="2025-05-03").status_code == 422
    path = f"/v1/adverse-events/{dead['id']}"
    wrong = shared_world.coordinator.put(path, dead | {"entered_in_error": True}, version=1)
    assert wrong.status_code == 200, wrong.text
    kept(shared_world, participant, term="Cold", started_on="2025-05-03")
    again = shared_world.coordinator.put(path, wrong.json | {"entered_in_error": False}, version=2)
    assert bodies.said(again) == {"/died_on": "adverse_event_death_comes_last"}


def test_two_fatal_events_tell_one_day_of_death(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    kept(shared_world, participant, **FATAL, died_on="2025-05")
    other = {"term": "Sepsis", "started_on": "2025-05-01"}
    refused = posted(shared_world, participant, **(FATAL | other), died_on="2025-06-01")
    assert bodies.said(refused) == {"/died_on": "adverse_event_one_death"}
    assert posted(shared_world, participant, **(FATAL | other), died_on="2025-05-20").status_code == 201


def test_of_a_death_and_a_later_event_at_once_one_is_kept(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    own = [Person(shared_world.app.test_client(), shared_world.coordinator.token) for _ in range(2)]
    path = f"/v1/studies/{shared_world.study}/adverse-events"
    sent = [
        bodies.adverse_event(participant, **FATAL, died_on="2025-05-01"),
        bodies.adverse_event(participant, term="Cold", started_on="2025-05-02"),
    ]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: one[0].post(path, one[1]), zip(own, sent, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [201, 422]


def test_a_boy_is_not_pregnant(shared_world: World) -> None:
    pregnant = {"special_situations": ["pregnancy"]}
    girl, boy = (bodies.enrolled(shared_world, sex_at_birth=sex) for sex in ("female", "male"))
    assert posted(shared_world, girl, **pregnant).status_code == 201
    refused = posted(shared_world, boy, **pregnant)
    assert bodies.said(refused) == {"/special_situations": "adverse_event_pregnancy_possible"}


# --- links and circumstances --------------------------------------------------------------------------------------


def visited(world: World, participant: str, **changes: Any) -> dict[str, Any]:
    answer = world.coordinator.post(f"/v1/studies/{world.study}/visits", bodies.visit(participant, **changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def test_an_event_is_told_with_what_it_happened_under(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    base, say = f"/v1/studies/{shared_world.study}", shared_world.coordinator.post
    visit = visited(shared_world, participant)
    dose = say(f"{base}/doses", bodies.dose(participant, ended_on="2025-04-09")).json
    say(f"{base}/doses", bodies.dose(participant, started_on="2025-04-10", mg_per_intake=1))
    medication = say(f"{base}/concomitant-medications", bodies.concomitant_medication(participant)).json
    analyte = visit["laboratory_results"][0]["analyte"]
    event = kept(
        shared_world, participant, grade=3, severity_changes=grades((2, "2025-04"), (3, "2025-04-20")),
        visit_ids=[visit["id"]], concomitant_medication_ids=[medication["id"]],
        laboratory_results=[{"visit_id": visit["id"], "analyte": analyte}],
    )  # fmt: skip
    told = shared_world.coordinator.get(f"/v1/adverse-events/{event['id']}/circumstances").json
    onset, first, worse = told["moments"]
    assert (onset["occasion"], onset["on"], first["grade"], worse["on"]) == ("onset", "2025-04", 2, "2025-04-20")
    assert [(one["id"] == dose["id"], one["certainly"]) for one in onset["doses"]] == [(True, False), (False, False)]
    assert [(one["mg_per_intake"], one["certainly"]) for one in worse["doses"]] == [(1, True)]
    assert [(one["linked"], one["certainly"]) for one in worse["concomitant_medications"]] == [(True, True)]
    assert [one["id"] for one in told["visits"]] == [visit["id"]]
    linked = {one["analyte"]: one["linked"] for one in told["laboratory_results"]}
    assert linked[analyte] is True
    assert shared_world.neighbour.get(f"/v1/adverse-events/{event['id']}/circumstances").status_code == 404


def test_what_is_linked_is_the_participants_own_and_counts(shared_world: World) -> None:
    participant, other = bodies.enrolled(shared_world), bodies.enrolled(shared_world)
    visit = visited(shared_world, other)
    base, say = f"/v1/studies/{shared_world.study}", shared_world.coordinator.post
    medication = say(f"{base}/concomitant-medications", bodies.concomitant_medication(other)).json
    analyte = visit["laboratory_results"][0]["analyte"]
    links = {
        "visit_ids": [visit["id"]],
        "concomitant_medication_ids": [medication["id"]],
        "laboratory_results": [{"visit_id": visit["id"], "analyte": analyte}],
    }
    for name, value in links.items():
        assert list(bodies.said(posted(shared_world, participant, **{name: value}))) == [f"/{name}"]
    event = kept(shared_world, other, **links)
    void = visit | {"entered_in_error": True}
    assert shared_world.coordinator.put(f"/v1/visits/{visit['id']}", void, version=1).status_code == 200
    path = f"/v1/adverse-events/{event['id']}"
    assert shared_world.coordinator.put(path, event | {"grade": 1}, version=1).status_code == 200
    late = posted(shared_world, other, **COLD, visit_ids=[visit["id"]])
    assert bodies.said(late) == {"/visit_ids": "adverse_event_visits_its_own"}


def test_the_circumstances_of_a_blinded_study_tell_no_product(world: World) -> None:
    trial = blinding.allocated(blinding.blinded(world, [QUOKKA, WOMBAT]), QUOKKA)
    world.pharmacist.post(f"{trial.base}/study-product-doses", trial.dose())
    world.coordinator.post(f"{trial.base}/study-product-intakes", trial.intake())
    body = bodies.adverse_event(trial.participant, started_on=trial.allocated_on, causality=[
        {"drug": "study_product", "causality": "possible"}])  # fmt: skip
    event = world.coordinator.post(f"{trial.base}/adverse-events", body).json
    told = world.coordinator.get(f"/v1/adverse-events/{event['id']}/circumstances")
    assert told.json["moments"][0]["study_product_intakes"][0]["adherence"] == "mostly"
    assert told.json["moments"][0]["doses"] == []
    assert not any(word in told.text for word in (*blinding.PRODUCTS.values(), *blinding.PRODUCTS, blinding.KIT))


# --- likely duplicates --------------------------------------------------------------------------------------------

CONFIRMED = [{"rule": "adverse_event_likely_duplicate", "comment": "Another episode, after a week without signs"}]


def test_a_likely_duplicate_asks_and_what_is_confirmed_becomes_an_answered_query(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    first = kept(shared_world, participant, **COLD)
    again = {"term": "  COLD ", "started_on": "2025-04-17"}
    asked = posted(shared_world, participant, **again)
    assert bodies.problem(asked) == "needs-confirmation"
    assert bodies.said(asked) == {"/term": "adverse_event_likely_duplicate"}
    second = kept(shared_world, participant, **again, confirmations=CONFIRMED)
    queries = shared_world.data_manager.get(
        f"/v1/studies/{shared_world.study}/queries?participant_id={participant}"
    ).json
    assert [(one["record_id"], one["rule"]) for one in queries] == [(second["id"], CONFIRMED[0]["rule"])]
    for event in (first, second):
        path = f"/v1/adverse-events/{event['id']}"
        assert shared_world.coordinator.put(path, event | {"grade": 1}, version=1).status_code == 200


@pytest.mark.parametrize(
    ("changes", "asks"),
    [
        ({"started_on": "2025-04-18"}, False),
        ({"started_on": "2025-04-03"}, True),
        ({"started_on": "2025-04-02"}, False),
        ({"started_on": "2025"}, True),
        ({"term": "Runny nose"}, False),
        ({"term": "Runny nose", "ctcae_term": "Cold", "ctcae_version": "5.0"}, True),
        ({"entered_in_error": True}, False),
    ],
)
def test_the_same_term_within_a_week_asks(shared_world: World, changes: dict[str, Any], asks: bool) -> None:
    participant = bodies.enrolled(shared_world)
    kept(shared_world, participant, **COLD)
    assert (posted(shared_world, participant, **(COLD | changes)).status_code == 422) is asks


def test_an_amendment_that_makes_a_likely_duplicate_asks(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    first = kept(shared_world, participant, **COLD)
    other = kept(shared_world, participant, term="Runny nose", started_on="2025-04-12")
    path, same = f"/v1/adverse-events/{other['id']}", other | {"term": "Cold"}
    assert bodies.problem(shared_world.coordinator.put(path, same, version=1)) == "needs-confirmation"
    given = same | {"confirmations": CONFIRMED}
    assert shared_world.coordinator.put(path, given, version=1).status_code == 200
    void = first | {"entered_in_error": True}
    assert shared_world.coordinator.put(f"/v1/adverse-events/{first['id']}", void, version=1).status_code == 200
    assert shared_world.coordinator.put(path, given | {"grade": 3}, version=2).status_code == 200


def test_nothing_is_confirmed_that_was_not_asked(shared_world: World) -> None:
    answer = posted(shared_world, bodies.enrolled(shared_world), confirmations=CONFIRMED)
    assert bodies.said(answer) == {"/confirmations/0/rule": "nothing_to_confirm"}


# --- the narrative ------------------------------------------------------------------------------------------------

TALE = "A narwhal of a case"


def test_a_narrative_is_told_with_its_event_and_nowhere_else(shared_world: World) -> None:
    participant = bodies.enrolled(shared_world)
    event = kept(shared_world, participant, narrative=TALE)
    people, study = shared_world.people, f"/v1/studies/{shared_world.study}"
    assert people["monitor"].get(f"/v1/adverse-events/{event['id']}").json["narrative"] == TALE
    assert people["statistician"].get(f"/v1/adverse-events/{event['id']}").status_code == 403
    for path in (f"{study}/adverse-events", f"/v1/participants/{participant}/course"):
        answer = people["coordinator"].get(path)
        assert (answer.status_code, TALE in answer.text) == (200, False), path
    for path in (f"/v1/audit?record_id={event['id']}", f"/v1/audit:export?record_id={event['id']}"):
        assert TALE in people["auditor"].get(path).text
        seen = people["administrator"].get(path)
        assert (seen.status_code, TALE in seen.text, "Shingles" in seen.text) == (200, False, True), path
