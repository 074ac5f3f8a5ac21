"""The causality of an event keeps the blind: no suspect of an allocated participant is a product of the blinded study."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests import blinding, bodies
from tests.blinding import PRODUCTS, QUOKKA, WOMBAT, Trial
from tests.conftest import World

SAID = {"/causality": "adverse_event_keeps_the_blind"}


def suspected(trial: Trial, drug: str, **changes: Any) -> TestResponse:
    body = bodies.adverse_event(
        trial.participant,
        **{"started_on": trial.allocated_on} | changes,
        causality=[{"drug": drug, "causality": "possible"}],
    )
    return trial.world.coordinator.post(f"{trial.base}/adverse-events", body)


def assessed(trial: Trial, event: dict[str, Any], drug: str) -> TestResponse:
    body = {"sponsor_aware_at": event["recorded_at"], "drugs": [{"drug": drug, "causality": "reasonable_possibility"}]}
    return trial.world.safety_officer.post(f"/v1/adverse-events/{event['id']}/sponsor-assessment", body)


def test_no_suspect_of_an_allocated_participant_is_a_product_of_the_study(world: World) -> None:
    trial = blinding.allocated(blinding.blinded(world, [QUOKKA, WOMBAT]), QUOKKA)
    for product in PRODUCTS.values():
        assert bodies.said(suspected(trial, product)) == SAID
    event = suspected(trial, "study_product").json
    named = event | {"causality": [{"drug": PRODUCTS[WOMBAT], "causality": "possible"}]}
    assert bodies.said(world.coordinator.put(f"/v1/adverse-events/{event['id']}", named, version=1)) == SAID
    for product in PRODUCTS.values():
        assert bodies.said(assessed(trial, event, product)) == {"/drugs": "sponsor_assessment_keeps_the_blind"}
    assert assessed(trial, event, "study_product").status_code == 201
    assert suspected(trial, "methotrexate", term="Mouth ulcer").status_code == 201
    earlier = suspected(trial, PRODUCTS[QUOKKA], term="Nausea under the marketed drug", started_on="2025-04-01")
    assert earlier.status_code == 201, earlier.text
    trial.broken(world.investigator, emergency=True)
    assert bodies.said(suspected(trial, PRODUCTS[QUOKKA], term="Rash")) == SAID
