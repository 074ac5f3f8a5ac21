"""Calculate the body surface area."""

from typing import Any

from registry.domain.growth import BODY_SURFACE_AREA, body_surface_area
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.body_mass_index import SizeInput
from registry.schemas.calculations.calculation import Body, Calculation, Example


class BodySurfaceAreaInput(SizeInput):
    """Height and weight."""


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    return body_surface_area(body.get("height"), body.get("weight"), rule)


CALCULATION = Calculation(
    "body-surface-area",
    (BODY_SURFACE_AREA,),
    BodySurfaceAreaInput,
    _calculate,
    (Example("Mosteller 1987: the square root of 100 x 36 / 3600", {"height": 100, "weight": 36}, value="1.00"),),
)
