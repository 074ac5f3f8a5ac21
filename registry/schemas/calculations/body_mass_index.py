"""Calculate the body mass index."""

from typing import Any

from registry.domain.growth import BODY_MASS_INDEX, body_mass_index
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.fields import Exact, about


class SizeInput(Taken):
    """Height and weight."""

    height = Exact(30, 230, places=1, metadata=about("Height", unit="cm", example=140))
    weight = Exact(1, 250, places=2, metadata=about("Body weight", unit="kg", example=35))


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    return body_mass_index(body.get("height"), body.get("weight"), rule)


CALCULATION = Calculation(
    "body-mass-index",
    (BODY_MASS_INDEX,),
    SizeInput,
    _calculate,
    (Example("Arithmetic: 36 kg / (1.2 m)2", {"height": 120, "weight": 36}, value="25.00"),),
)
