"""Blinded study product over HTTP: what the pharmacist knows, what the site records of it, and what a dose may say."""

from __future__ import annotations

from typing import Any

import pytest

from tests import blinding, bodies
from tests.blinding import KIT, KITS, PRODUCTS, QUOKKA, WOMBAT, Trial
from tests.conftest import World


@pytest.fixture(scope="module")
def trials(shared_world: World) -> list[Trial]:
    """One participant in each arm of a double-blind study, and two more."""
    arms = [QUOKKA, WOMBAT] * 2
    own = blinding.blinded(shared_world, arms)
    return [blinding.allocated(own, arm) for arm in arms]


def test_the_pharmacist_records_amends_and_reads_what_was_given(trials: list[Trial], shared_world: World) -> None:
    pharmacist = shared_world.pharmacist
    given = pharmacist.post(f"{trials[0].base}/study-product-doses", trials[0].dose())
    assert given.status_code == 201, given.text
    path = f"/v1/study-product-doses/{given.json['id']}"
    returned = pharmacist.put(path, given.json | {"units_returned": 4, "ended_on": trials[0].allocated_on}, version=1)
    assert returned.json["units_returned"] == 4
    assert pharmacist.get(f"{path}/versions/1").json == given.json
    changed = {change["field"] for change in pharmacist.get(f"{path}/history").json[1]["changes"]}
    assert changed == {"/units_returned", "/ended_on"}
    listed = pharmacist.get(f"{trials[0].base}/study-product-doses?participant_id={trials[0].participant}")
    assert listed.json == [returned.json]
    assert shared_world.unblinded_statistician.get(path).json == returned.json


def test_nobody_else_comes_near_it(trials: list[Trial], shared_world: World) -> None:
    path = f"{trials[0].base}/study-product-doses"
    for role, person in shared_world.people.items():
        if role not in ("pharmacist", "unblinded_statistician"):
            assert person.get(path).status_code == 403, role
            assert person.post(path, trials[0].dose()).status_code == 403, role


def test_two_intervals_of_study_product_never_overlap(trials: list[Trial], shared_world: World) -> None:
    for sender, name, body in (
        (shared_world.pharmacist, "doses", trials[1].dose()),
        (shared_world.coordinator, "intakes", trials[1].intake()),
    ):
        path = f"{trials[1].base}/study-product-{name}"
        assert sender.post(path, body).status_code == 201
        again = sender.post(path, body)
        assert (again.status_code, bodies.problem(again)) == (409, "study-products-overlap")


def test_the_site_records_that_study_product_was_taken_without_knowing_what(
    trials: list[Trial], shared_world: World
) -> None:
    kept = [
        shared_world.coordinator.post(f"{trial.base}/study-product-intakes", trial.intake()) for trial in trials[2:]
    ]
    assert [answer.status_code for answer in kept] == [201, 201], kept[0].text
    assert kept[0].json.keys() == kept[1].json.keys()
    path = f"/v1/study-product-intakes/{kept[0].json['id']}"
    amended = shared_world.data_manager.put(path, kept[0].json | {"adherence": "full"}, version=1)
    assert amended.json["adherence"] == "full"
    assert shared_world.neighbour.get(path).status_code == 404
    assert shared_world.coordinator.put(path, kept[0].json, version=1).status_code == 412


BAD = [
    ({"product": "placebo"}, {"/mg_per_intake": "dose_of_placebo"}),
    ({"mg_per_intake": 0}, {"/mg_per_intake": "dose_of_placebo"}),
    ({"units_returned": 9000}, {"/units_returned": "more_than_dispensed"}),
    ({"started_on": "2025-01-01"}, {"/started_on": "study_product_after_allocation"}),
    ({"kit": ""}, {"/kit": "wrong_length"}),
    ({"arm": "x"}, {"/arm": "unknown_field"}),
]


@pytest.mark.parametrize(("changes", "said"), BAD)
def test_what_cannot_be_is_refused_with_its_place(
    trials: list[Trial], shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    answer = shared_world.pharmacist.post(f"{trials[2].base}/study-product-doses", trials[2].dose(**changes))
    assert bodies.said(answer) == said


def test_a_kit_is_of_one_participant_and_another_product_than_the_arms_needs_words(
    trials: list[Trial], shared_world: World
) -> None:
    own = blinding.blinded(shared_world, [QUOKKA, WOMBAT] * 2)
    one, other = (blinding.allocated(own, arm) for arm in (QUOKKA, WOMBAT))
    path, pharmacist = f"{one.base}/study-product-doses", shared_world.pharmacist
    for kit in (KITS[WOMBAT], f"{KIT}102"):
        assert bodies.said(pharmacist.post(path, one.dose(kit=kit))) == {"/kit": "study_product_dose_kit_of_one"}, kit
    mistaken = one.dose(kit="SPARE-1", product=PRODUCTS[WOMBAT])
    assert bodies.said(pharmacist.post(path, mistaken)) == {"/product": "study_product_dose_of_arm"}
    assert pharmacist.post(path, mistaken | {"other_product_reason": "Dispensed by mistake"}).status_code == 201
    assert bodies.said(pharmacist.post(path, other.dose(kit="SPARE-1"))) == {"/kit": "study_product_dose_kit_of_one"}
    assert pharmacist.post(path, other.dose(kit="SPARE-2")).status_code == 201


def test_who_is_not_allocated_has_no_study_product(trials: list[Trial], shared_world: World) -> None:
    newcomer = bodies.enrolled(trials[0].world)
    for sender, name, body in (
        (shared_world.pharmacist, "doses", trials[0].dose(participant_id=newcomer)),
        (shared_world.coordinator, "intakes", trials[0].intake(participant_id=newcomer)),
    ):
        answer = sender.post(f"{trials[0].base}/study-product-{name}", body)
        assert bodies.said(answer) == {"/participant_id": "study_product_blinded"}


# --- doses that everyone may read ---------------------------------------------------------------------------------


def dosed(trial: Trial, drug: str, **changes: Any) -> dict[str, str]:
    """Give what is said to a dose by the coordinator, nothing when it is recorded."""
    body = bodies.dose(trial.participant, drug=drug, weight_used=None, **changes)
    answer = trial.world.coordinator.post(f"{trial.base}/doses", body)
    return {} if answer.status_code == 201 else bodies.said(answer)


def test_a_dose_of_a_blinded_product_is_refused_alike_in_every_arm(trials: list[Trial]) -> None:
    for trial in trials[:2]:
        for product in PRODUCTS.values():
            for days in ({"started_on": trial.allocated_on}, {"started_on": "2025-02-10"}):
                assert dosed(trial, product, **days) == {"/drug": "dose_blinded_product"}, (trial.arm, product)


def test_what_was_taken_before_allocation_or_is_no_product_of_the_study_is_recorded(trials: list[Trial]) -> None:
    assert dosed(trials[2], PRODUCTS[QUOKKA], started_on="2025-02-10", ended_on="2025-03-10") == {}
    assert dosed(trials[2], "baricitinib", started_on=trials[2].allocated_on) == {}


def test_a_dose_is_not_amended_into_a_blinded_one(trials: list[Trial], shared_world: World) -> None:
    body = bodies.dose(trials[3].participant, drug=PRODUCTS[WOMBAT], started_on="2025-02-10", ended_on="2025-03-10",
                       weight_used=None)  # fmt: skip
    kept = shared_world.coordinator.post(f"{trials[3].base}/doses", body).json
    answer = shared_world.coordinator.put(f"/v1/doses/{kept['id']}", kept | {"ended_on": None}, version=1)
    assert bodies.said(answer) == {"/drug": "dose_blinded_product"}


def test_after_the_code_was_opened_what_is_taken_openly_is_recorded(trials: list[Trial], shared_world: World) -> None:
    trials[3].broken(shared_world.investigator, emergency=True)
    assert dosed(trials[3], PRODUCTS[WOMBAT], started_on=trials[3].allocated_on) == {}
