"""A successful request for every route of blinding that writes: study product, what is taken of it, and code breaks."""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.test import TestResponse

from tests import blinding
from tests.blinding import QUOKKA, WOMBAT
from tests.conftest import World


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """Give each request by its route, to be made in this order."""
    own = blinding.blinded(world, [QUOKKA, WOMBAT])
    first, other = blinding.allocated(own, QUOKKA), blinding.allocated(own, WOMBAT)
    given = world.pharmacist.post(f"{first.base}/study-product-doses", first.dose()).json
    taken = world.coordinator.post(f"{first.base}/study-product-intakes", first.intake()).json
    asked = first.broken(world.investigator)
    code_break = f"/v1/code-breaks/{asked['id']}"
    reason = {"category": "overdose", "reason": "A toddler took some"}
    return {
        "POST /v1/studies/<study>/study-product-doses": lambda: world.pharmacist.post(
            f"{first.base}/study-product-doses", other.dose()),
        "PUT /v1/study-product-doses/<uuid:record_id>": lambda: world.pharmacist.put(
            f"/v1/study-product-doses/{given['id']}", given | {"units_returned": 1}, version=1),
        "POST /v1/studies/<study>/study-product-intakes": lambda: world.coordinator.post(
            f"{first.base}/study-product-intakes", other.intake()),
        "PUT /v1/study-product-intakes/<uuid:record_id>": lambda: world.coordinator.put(
            f"/v1/study-product-intakes/{taken['id']}", taken | {"adherence": "full"}, version=1),
        "POST /v1/participants/<uuid:record_id>/code-breaks": lambda: world.investigator.post(
            f"/v1/participants/{other.participant}/code-breaks", reason),
        "POST /v1/code-breaks/<uuid:record_id>/confirmation": lambda: world.safety_officer.post(
            f"{code_break}/confirmation", {"decision": "confirm", "comment": "Agreed"}),
        "POST /v1/code-breaks/<uuid:record_id>/acknowledgement": lambda: world.safety_officer.post(
            f"{code_break}/acknowledgement", {"comment": "Noted"}),
    }  # fmt: skip


def known(world: World) -> dict[str, str]:
    """Give one record of each kind, by the first step of its path."""
    trial = blinding.allocated(blinding.blinded(world, [QUOKKA, WOMBAT]), QUOKKA)
    given = world.pharmacist.post(f"{trial.base}/study-product-doses", trial.dose())
    taken = world.coordinator.post(f"{trial.base}/study-product-intakes", trial.intake())
    return {
        "study-product-doses": given.json["id"],
        "study-product-intakes": taken.json["id"],
        "code-breaks": trial.broken(world.investigator)["id"],
    }
