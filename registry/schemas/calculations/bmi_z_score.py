"""Calculate the z-score of the body mass index for age."""

from typing import Any

from registry.domain.growth import BMI_Z_SCORE, Child, bmi_z_score
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example
from registry.schemas.calculations.height_z_score import HeightZScoreInput
from registry.schemas.fields import Exact, about


class BmiZScoreInput(HeightZScoreInput):
    """Height and weight with sex and age."""

    weight = Exact(1, 250, places=2, metadata=about("Body weight", unit="kg", example=35))


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    child = Child(
        height=body.get("height"), weight=body.get("weight"), sex=body.get("sex"), age_months=body.get("age_months")
    )
    return bmi_z_score(child, rule)


CALCULATION = Calculation(
    "bmi-z-score",
    (BMI_Z_SCORE,),
    BmiZScoreInput,
    _calculate,
    (
        Example(
            "WHO 2007: boy of 61 months, M 15.2641",
            {"height": 100, "weight": 15.26, "sex": "male", "age_months": 61},
            value="0.00",
        ),
    ),
)
