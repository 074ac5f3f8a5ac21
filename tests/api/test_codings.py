"""Codings over HTTP: coded by their words, a work list for the rest, suggestions, and a person's choice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import psycopg
import pytest

from registry.db import codings
from registry.domain.coding import CODING, RECORD_KINDS
from registry.domain.medications import MEDICATIONS
from tests import bodies, dictionaries
from tests.conftest import World, attribution, person
from tests.dictionaries import EMU, QUOKKA, Coded


@pytest.fixture(scope="module")
def own(shared_world: World) -> Coded:
    return dictionaries.coded(shared_world)


def test_words_that_are_one_term_are_coded_and_the_rest_waits_for_a_person(own: Coded) -> None:
    event = own.event("  QUOKKA   fever ")
    coding = own.coding(event)
    assert {name: coding[name] for name in ("status", "code", "term", "preferred_term", "system_organ_class")} == {
        "status": "coded_automatically", "code": QUOKKA, "term": "Quokka fever", "preferred_term": "Quokka fever",
        "system_organ_class": "Marsupial disorders",
    }  # fmt: skip
    assert (coding["record_kind"], coding["participant_id"], coding["version"]) == ("adverse_event", own.participant, 1)
    waiting = own.event("Fever after a quokka bit")
    [listed] = [one for one in own.codings("status=to_code") if one["record_id"] == waiting["id"]]
    assert (listed["dictionary_term_id"], listed["code"], listed["verbatim"]) == (None, None, waiting["term"])


@pytest.mark.parametrize("words", ["Dingo rash", "Koala stare", "Quökka fever"])
def test_words_of_two_terms_or_of_one_that_is_not_current_wait(own: Coded, words: str) -> None:
    assert own.coding(own.event(words))["status"] == "to_code"


def test_a_person_chooses_among_suggestions_and_the_choice_stays_until_the_words_change(own: Coded) -> None:
    event = own.event("Severe fever, as of a quokka")
    coding = own.coding(event)
    suggested = own.world.monitor.get(f"/v1/codings/{coding['id']}/suggestions").json
    assert suggested[0]["term"] == "Quokka fever severe"
    assert [one["similarity"] for one in suggested] == sorted((one["similarity"] for one in suggested), reverse=True)
    assert Decimal(str(suggested[0]["similarity"])) > Decimal("0.5")
    done = own.decide(coding, suggested[0]["id"])
    assert (done.status_code, done.json["status"], done.json["code"], done.json["version"]) == (
        200,
        "coded",
        "90000004",
        2,
    )
    amended = own.world.coordinator.put(f"/v1/adverse-events/{event['id']}", event | {"grade": 3}, version=1)
    assert amended.status_code == 200, amended.text
    assert own.coding(event)["version"] == 2
    words = amended.json | {"term": "Emu cough"}
    assert own.world.coordinator.put(f"/v1/adverse-events/{event['id']}", words, version=2).status_code == 200
    again = own.coding(event)
    assert (again["status"], again["code"], again["version"]) == ("coded_automatically", EMU, 3)
    history = own.world.auditor.get(f"/v1/codings/{coding['id']}/history").json
    assert [entry["reason"] for entry in history] == [None, "Chosen by hand", "A correction"]


def test_an_event_entered_in_error_leaves_the_work_list_and_comes_back(own: Coded) -> None:
    event = own.event("Bitten by something")
    wrong = own.world.coordinator.put(
        f"/v1/adverse-events/{event['id']}", event | {"entered_in_error": True}, version=1
    )
    assert (wrong.status_code, own.coding(event)["status"]) == (200, "not_needed")
    refused = own.decide(own.coding(event), own.term_id(0, "Emu cough"))
    assert (refused.status_code, bodies.problem(refused)) == (409, "transition-not-allowed")
    right = event | {"entered_in_error": False}
    assert own.world.coordinator.put(f"/v1/adverse-events/{event['id']}", right, version=2).status_code == 200
    assert own.coding(event)["status"] == "to_code"


def test_a_term_of_another_version_or_no_current_one_is_refused(own: Coded) -> None:
    coding = own.coding(own.event("Something with feathers"))
    for term_id in (own.term_id(1, "Platypus sting"), own.term_id(0, "Koala stare"), coding["id"]):
        assert bodies.said(own.decide(coding, term_id)) == {"/dictionary_term_id": "not_in_dictionary"}
    for body, said in (
        ({}, "required"),
        ({"dictionary_term_id": "x"}, "wrong_type"),
    ):
        answer = own.world.data_manager.put(f"/v1/codings/{coding['id']}", body, version=1)
        assert bodies.said(answer) == {"/dictionary_term_id": said}


def test_of_two_who_choose_at_once_one_is_told_that_the_version_is_stale(own: Coded) -> None:
    coding = own.coding(own.event("Cough near an emu"))
    chosen = [own.term_id(0, "Emu cough"), own.term_id(0, "Numbat ache")]
    by = [own.world.data_manager, own.world.safety_officer]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda n: own.decide(coding, chosen[n], by=by[n]), range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert own.decide(coding, chosen[0], version=1).status_code == 412


def test_another_sites_codings_are_not_there_and_the_site_does_not_code(own: Coded) -> None:
    world = own.world
    coding = own.coding(own.event("Sting by the river"))
    with world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        monitor = person(world.app, tx, "monitor", world.other_site)
        tx.commit()
    for path in (f"/v1/codings/{coding['id']}", f"/v1/codings/{coding['id']}/suggestions"):
        assert (monitor.get(path).status_code, world.coordinator.get(path).status_code) == (404, 200)
    assert monitor.get(f"{own.base}/codings").json == []
    assert own.decide(coding, own.term_id(0, "Emu cough"), by=world.coordinator).status_code == 403


def test_terms_are_those_of_the_dictionary_in_use_now_or_then(shared_world: World) -> None:
    own = dictionaries.coded(shared_world)
    events = [own.event(words) for words in ("Quokka fever", "Wombat itch", "A sting")]
    ids = [event["id"] for event in events]
    with shared_world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        now = tx.one("select clock_timestamp() as at")
        own.use(1)
        present, then = codings.terms_of(tx, ids), codings.terms_of(tx, ids, now and now["at"])
    assert {one: (term["preferred_term"], term["version"]) for one, term in present.items()} == {
        ids[0]: ("Fever of quokkas", "2.0")
    }
    assert {one: (term["term"], term["version"]) for one, term in then.items()} == {
        ids[0]: ("Quokka fever", "1.0"), ids[1]: ("Wombat itch", "1.0")
    }  # fmt: skip


def test_medications_are_coded_by_the_words_of_the_catalogue(shared_world: World) -> None:
    own = dictionaries.coded(shared_world, use=False)
    body = bodies.concomitant_medication(own.participant, medication="ivig")
    given = shared_world.coordinator.post(f"{own.base}/concomitant-medications", body).json
    drugs = [dictionaries.term("M1", "Immunoglobulin, intravenous"), dictionaries.term("M2", "Methotrexate")]
    own.versions = [dictionaries.loaded(shared_world, f"{own.study}-D", "1", drugs, "concomitant_medication")]
    assert own.use(0).status_code == 201
    later = bodies.concomitant_medication(own.participant, medication="prednisolone")
    assert shared_world.coordinator.post(f"{own.base}/concomitant-medications", later).status_code == 201
    found = {one["verbatim"]: (one["status"], one["code"]) for one in own.codings()}
    assert found == {"Immunoglobulin, intravenous": ("coded_automatically", "M1"), "Prednisolone": ("to_code", None)}
    assert own.coding(given)["record_kind"] == "concomitant_medication"


def test_the_database_knows_the_words_of_every_medication_and_the_states_of_the_table(shared_world: World) -> None:
    with psycopg.connect(shared_world.installation.admin_url) as connection:
        rows = connection.execute(
            "select c, medication_words(c) from unnest(%s::text[]) c", [list(MEDICATIONS)]
        ).fetchall()
        assert dict(rows) == {code: medication.name for code, medication in MEDICATIONS.items()}
        query = "select pg_get_constraintdef(oid) from pg_constraint where conname = %s"
        for name, words in (("coding_status_known", CODING.words), ("coding_record_kind_known", RECORD_KINDS)):
            [(check,)] = connection.execute(query, [name]).fetchall()
            assert all(f"'{word}'" in check for word in words)


def test_a_new_event_asks_when_its_words_have_the_code_that_another_was_given_by_hand(own: Coded) -> None:
    first = own.event("Marsupial heat")
    assert own.decide(own.coding(first), own.term_id(0, "Quokka fever")).status_code == 200
    body = bodies.adverse_event(own.participant, term="quokka  fever")
    asked = own.world.coordinator.post(f"{own.base}/adverse-events", body)
    assert bodies.said(asked) == {"/term": "adverse_event_likely_duplicate"}


def test_a_wrong_code_is_put_back_on_the_work_list(own: Coded) -> None:
    coding = own.coding(own.event("Quokka fever severe"))
    back = own.decide(coding, None)
    assert (back.status_code, back.json["status"], back.json.get("code")) == (200, "to_code", None), back.text
    assert own.decide(back.json, None).status_code == 409
    assert own.decide(back.json, own.term_id(0, "Numbat ache")).json["status"] == "coded"
    history = own.world.auditor.get(f"/v1/codings/{coding['id']}/history").json
    assert [entry["reason"] for entry in history] == [None, "Chosen by hand", "Chosen by hand"]
