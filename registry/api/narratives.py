"""The narrative of an adverse event in the audit: told to those who may read the event, and to nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.db.transaction import Attribution
from registry.permissions import MAY

READERS = frozenset(role.value for role in MAY["adverse_event.read"])
NARRATIVE = "narrative"


def withheld(event: Mapping[str, Any], attribution: Attribution) -> dict[str, Any]:
    """Give an event of the audit as somebody may see it: without the narrative, unless a role at its site reads events."""
    if event["kind"] != "adverse_event":
        return dict(event)
    roles = attribution.role_at(str(event["site_id"]))
    if READERS & set(roles.split(",")):
        return dict(event)
    return {**event, "before": _without(event["before"]), "after": _without(event["after"])}


def _without(image: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if image is None else {name: value for name, value in image.items() if name != NARRATIVE}
