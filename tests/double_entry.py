"""Forms that are entered twice, in a world of the tests: entered, decided, told."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests import bodies, protocols
from tests.conftest import World

FORM = "disease_activity"
VALUES = {"physician_global_activity": 5.5, "physician_global_scale": "vas", "pain": 3}
OTHER = {
    "physician_global_activity": 5.5,
    "physician_global_scale": "vas",
    "pain": 2,
    "missing": {"patient_global_activity": "refused"},
}
NEEDED = {f"/forms/{FORM}": "double_entry_needed"}


def asked_for(world: World) -> World:
    """Let the protocol of the world's study ask for two entries of two forms."""
    protocols.applied(world, double_entry_forms=[FORM, "vital_signs"])
    return world


def visited(world: World, **changes: Any) -> dict[str, Any]:
    return bodies.visited(world, forms={}, **changes)


def entering(
    world: World, visit: dict[str, Any], who: str = "coordinator", form: str = FORM, **values: Any
) -> TestResponse:
    confirmations = values.pop("confirmations", [])
    sent = {"form": form, "values": values, "confirmations": confirmations}
    return world.people[who].post(f"/v1/visits/{visit['id']}/form-entries", sent)


def differing(world: World) -> dict[str, Any]:
    """A visit of which the form was entered twice, and not alike."""
    visit = visited(world)
    assert entering(world, visit, **VALUES).json["state"] == "first"
    second = entering(world, visit, "investigator", **OTHER)
    assert (second.status_code, second.json["state"]) == (201, "differs"), second.text
    return visit


def reconciling(world: World, visit: dict[str, Any], who: str = "data_manager", **changes: Any) -> TestResponse:
    decided = {"pain": 2, "patient_global_activity": 1}
    sent = {"form": FORM, "choices": decided, "reason": "Read again in the source"} | changes
    return world.people[who].post(f"/v1/visits/{visit['id']}/reconciliations", sent)


def told(world: World, visit: dict[str, Any], who: str = "coordinator", form: str = FORM) -> dict[str, Any]:
    forms: list[dict[str, Any]] = world.people[who].get(f"/v1/visits/{visit['id']}/double-entries").json
    return next(one for one in forms if one["form"] == form)


def read(world: World, visit: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = world.coordinator.get(f"/v1/visits/{visit['id']}").json
    return found
