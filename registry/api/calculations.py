"""Calculations: each rule as a stateless service on posted numbers; nothing is recorded."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api.contract import Call, contract
from registry.schemas.calculations import CALCULATIONS
from registry.schemas.calculations.answers import of_calculation
from registry.schemas.calculations.calculation import Calculation
from registry.schemas.results import told

namespace = Namespace("calculations")


def publish(calculation: Calculation) -> None:
    """Publish one calculation."""

    def post(_: Resource, call: Call) -> dict[str, Any]:
        return told(calculation.calculated(call.body))

    post.__doc__ = f"Calculate the rule: {calculation.rules[0].title}."
    promised = contract(
        may="calculation.run",
        takes=calculation.takes,
        gives=of_calculation(calculation),
        stateless=True,
    )
    resource = type("OneCalculation", (Resource,), {"post": promised(post), "__doc__": "A rule as a service."})
    namespace.add_resource(resource, f"/calculations/{calculation.name}", endpoint=f"calculate_{calculation.name}")


for _calculation in CALCULATIONS.values():
    publish(_calculation)
