"""Dictionaries over HTTP: versions side by side, terms found by their words, and a study that changes its version."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from registry.schemas import dictionary_files
from tests import bodies, dictionaries
from tests.conftest import Person, World
from tests.dictionaries import FIRST, QUOKKA, WOMBAT, Coded, term


@pytest.fixture(scope="module")
def own(shared_world: World) -> Coded:
    """A study whose events are coded in every way, after it changed to the second version."""
    coded = dictionaries.coded(shared_world)
    words = ("Quokka fever", "Wombat itch", "Emu cough", "Numbat ache", "Platypus sting", "A howl at night", "Bite")
    coded.events = {one: coded.event(one) for one in words}  # type: ignore[attr-defined]
    by_hand = coded.coding(events(coded)["Bite"])
    assert coded.decide(by_hand, coded.term_id(0, "Numbat ache")).status_code == 200
    coded.answer = coded.use(1, key="changed-once-and-asked-again")  # type: ignore[attr-defined]
    return coded


def events(own: Coded) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = own.events  # type: ignore[attr-defined]
    return found


def test_a_new_version_carries_codes_over_and_tells_what_it_changed(own: Coded) -> None:
    answer = own.answer  # type: ignore[attr-defined]
    assert answer.status_code == 201, answer.text
    report = answer.json["report"]
    by_record = {row["record_id"]: row for row in report["changes"]}
    named = {
        words: by_record[event["id"]]["change"] for words, event in events(own).items() if event["id"] in by_record
    }
    assert named == {
        "Quokka fever": "renamed",
        "Wombat itch": "no_longer_current",
        "Emu cough": "moved",
        "Platypus sting": "newly_automatic",
        "A howl at night": "to_code",
    }
    counts = {row["change"]: row["records"] for row in report["counts"]}
    assert counts == {"unchanged": 2, "renamed": 1, "moved": 1, "recoded": 0, "no_longer_current": 1,
                      "newly_automatic": 1, "newly_coded": 0, "to_code": 1, "not_needed": 0}  # fmt: skip
    moved = by_record[events(own)["Emu cough"]["id"]]
    assert [moved[side]["system_organ_class"] for side in ("before", "after")] == ["Ratite disorders", "Bird disorders"]
    assert own.coding(events(own)["Bite"], 1)["status"] == "coded"


def test_the_change_is_told_again_and_versions_stay_side_by_side(own: Coded) -> None:
    first, again = own.answer, own.use(1, key="changed-once-and-asked-again")  # type: ignore[attr-defined]
    assert (again.status_code, again.json) == (201, first.json)
    path = (
        f"{own.base}/coding-changes?from_dictionary_id={own.versions[0]['id']}&to_dictionary_id={own.versions[1]['id']}"
    )
    assert own.world.monitor.get(path).json == first.json["report"]
    used = own.world.monitor.get(f"{own.base}/dictionary").json
    assert [one["dictionary_id"] for one in used] == [version["id"] for version in own.versions]
    old = own.coding(events(own)["Wombat itch"])
    assert (old["status"], old["term"]) == ("coded_automatically", "Wombat itch")
    assert bodies.said(own.decide(old, own.term_id(0, "Emu cough"))) == {"/dictionary_term_id": "dictionary_superseded"}
    waiting = {one["dictionary_id"] for one in own.codings("status=to_code")}
    assert waiting == {own.versions[1]["id"]}
    history = own.world.auditor.get(f"/v1/codings/{own.coding(events(own)['A howl at night'])['id']}/history").json
    assert [entry["action"] for entry in history] == ["record", "amend"]


def test_the_same_version_again_changes_nothing(shared_world: World) -> None:
    own = dictionaries.coded(shared_world)
    answer = own.use(0)
    assert (answer.status_code, len(shared_world.monitor.get(f"{own.base}/dictionary").json)) == (201, 1)


def test_events_recorded_while_the_version_changes_get_a_code_in_it(shared_world: World) -> None:
    own = dictionaries.coded(shared_world)
    with ThreadPoolExecutor(5) as pool:
        recorded = [pool.submit(own.event, f"Howl number {number}") for number in range(4)]
        changed = pool.submit(own.use, 1)
        ids = {one.result()["id"] for one in recorded}
        assert changed.result().status_code == 201
    found = own.codings(f"dictionary_id={own.versions[1]['id']}")
    assert {one["record_id"] for one in found} == ids


def test_terms_are_found_by_a_part_of_their_words_or_by_words_like_them(own: Coded) -> None:
    path = f"/v1/dictionaries/{own.versions[0]['id']}/terms"
    found = own.world.coordinator.get(f"{path}?search=quoka%20fevr&limit=1").json
    assert [(one["term"], one["current"]) for one in found] == [("Quokka fever", True)]
    assert [one["term"] for one in own.world.coordinator.get(f"{path}?search=umba").json] == ["Numbat ache"]
    assert own.world.coordinator.get(f"{path}?search=%25").json == []
    assert bodies.said(own.world.coordinator.get(path)) == {"/search": "required"}
    read = own.world.coordinator.get(f"/v1/dictionaries/{own.versions[0]['id']}").json
    assert (read["name"], read["edition"], read["terms"]) == (own.study, "1.0", len(FIRST))
    assert read["id"] in {one["id"] for one in own.world.administrator.get("/v1/dictionaries?limit=200").json}


def test_who_does_not_code_at_every_site_does_not_choose_the_version(own: Coded) -> None:
    world, body = own.world, {"dictionary_id": own.versions[0]["id"]}
    grants = [{"role": "data_manager", "site_id": world.site}]
    account = world.administrator.post("/v1/accounts", {"name": "One", "organisation": "Tests", "grants": grants}).json[
        "id"
    ]
    token = {"account_id": account, "label": "tests", "expires_at": "2099-01-01T00:00:00Z"}
    somebody = Person(world.app.test_client(), world.administrator.post("/v1/tokens", token).json["token"], account)
    for by in (world.coordinator, world.monitor, somebody):
        assert by.post(f"{own.base}/dictionary", body).status_code == 403
    nowhere = world.data_manager.post(f"{own.base}/dictionary", {"dictionary_id": world.site})
    assert bodies.said(nowhere) == {"/dictionary_id": "no_such_dictionary"}


def test_terms_are_loaded_with_their_dictionary_and_never_change(own: Coded) -> None:
    with psycopg.connect(own.world.installation.service_url) as connection:
        with pytest.raises(psycopg.errors.CheckViolation) as refused:
            connection.execute(
                "insert into dictionary_term (dictionary_id, code, term) values (%s, 'X', 'Slipped in')",
                [own.versions[0]["id"]],
            )
        assert refused.value.diag.constraint_name == "dictionary_term_comes_with_dictionary"
        connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("update dictionary_term set term = 'Another'")


def test_the_shipped_terms_are_those_of_ctcae_and_have_no_codes_of_meddra(shared_world: World) -> None:
    terms = dictionary_files.shipped()
    assert len(terms) == 837
    assert all(term["code"] == term["term"] and term["system_organ_class"] for term in terms)
    own = dictionaries.coded(shared_world, use=False)
    own.versions = [dictionaries.loaded(shared_world, f"{own.study}-C", "5.0", terms)]
    assert own.use(0).status_code == 201
    assert own.coding(own.event("shingles"))["system_organ_class"] == "Infections and infestations"


def test_a_code_is_carried_over_only_within_a_dictionary_and_while_its_words_stay(shared_world: World) -> None:
    own = dictionaries.coded(shared_world)
    automatic, by_hand = own.event("Quokka fever"), own.event("A quokka bit")
    assert own.decide(own.coding(by_hand), own.term_id(0, "Wombat itch")).status_code == 200
    turned = [term(QUOKKA, "Emu cough"), term(WOMBAT, "Itch of wombats"), term("90000011", "Quokka fever")]
    own.versions.append(dictionaries.loaded(shared_world, own.study, "3.0", turned))
    own.versions.append(dictionaries.loaded(shared_world, f"{own.study}-X", "1.0", turned))
    assert own.use(2).status_code == 201
    found = {one: (coding["status"], coding["code"]) for one in (automatic["id"], by_hand["id"])
             for coding in own.codings(f"dictionary_id={own.versions[2]['id']}") if coding["record_id"] == one}  # fmt: skip
    assert found == {automatic["id"]: ("coded_automatically", "90000011"), by_hand["id"]: ("coded", WOMBAT)}
    assert own.use(3).status_code == 201
    assert (own.coding(automatic, 3)["code"], own.coding(by_hand, 3)["status"]) == ("90000011", "to_code")


def test_changes_from_or_to_what_is_no_dictionary_are_not_there(own: Coded) -> None:
    known, unknown = own.versions[0]["id"], own.participant
    for query in (f"to_dictionary_id={unknown}", f"from_dictionary_id={unknown}&to_dictionary_id={known}"):
        assert own.world.monitor.get(f"{own.base}/coding-changes?{query}").status_code == 404
