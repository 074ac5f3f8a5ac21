"""Calculate the estimated glomerular filtration rate."""

from typing import Any

from registry.domain.renal_function import EGFR, egfr
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.fields import Exact, Text, about


class EgfrInput(Taken):
    """Height and serum creatinine."""

    height = Exact(30, 230, places=1, required=True, metadata=about("Height", unit="cm", example=140))
    creatinine = Exact(
        "0.001", 10000, places=6, required=True, metadata=about("Serum creatinine, in its unit", example="0.5")
    )
    unit = Text(30, metadata=about("Unit of the creatinine: mg/dL or umol/L", example="mg/dL"))


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    return egfr(body["height"], body["creatinine"], body.get("unit"), rule)


CALCULATION = Calculation(
    "egfr",
    (EGFR,),
    EgfrInput,
    _calculate,
    (Example("Domain reference 4.1", {"height": 140, "creatinine": 0.5, "unit": "mg/dL"}, value="115.6"),),
)
