"""Visits of a child whose eGFR is known, for tests of what is derived."""

from __future__ import annotations

from typing import Any

from tests import bodies
from tests.conftest import World

WHEN = {"collected_at": "2025-02-10T08:30:00Z"}


def creatinine(value: float) -> dict[str, Any]:
    return {"analyte": "CREAT", "value": value, "unit": "mg/dL", **WHEN}


def seen(record: dict[str, Any], rule: str = "egfr") -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in record["derived"] if one["rule"] == rule)
    return found


def measured(world: World) -> dict[str, Any]:
    """Record a visit of a child of 140 cm with a creatinine of 0.5 mg/dL: an eGFR of 115.6."""
    return bodies.visited(world, forms={"vital_signs": {"height": 140}}, laboratory_results=[creatinine(0.5)])


def corrected(visit: dict[str, Any]) -> dict[str, Any]:
    """The same visit of a child of 70 cm: an eGFR of 57.8."""
    return visit | {"forms": {"vital_signs": {"height": 70}}}
