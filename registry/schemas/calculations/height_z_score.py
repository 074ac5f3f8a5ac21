"""Calculate the z-score of height for age."""

from typing import Any

from registry.domain.growth import HEIGHT_Z_SCORE, Child, height_z_score
from registry.domain.rules import Result, Rule
from registry.domain.vocabulary import SEX_AT_BIRTH
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.fields import Choice, Exact, Whole, about


class HeightZScoreInput(Taken):
    """Height with sex and age."""

    height = Exact(30, 230, places=1, metadata=about("Height", unit="cm", example=140))
    sex = Choice(SEX_AT_BIRTH, metadata=about("Sex at birth; the reference is for female and male", example="female"))
    age_months = Whole(0, 1500, metadata=about("Age in completed months; the reference is for 61 to 228", unit="mo"))


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    child = Child(height=body.get("height"), sex=body.get("sex"), age_months=body.get("age_months"))
    return height_z_score(child, rule)


CALCULATION = Calculation(
    "height-z-score",
    (HEIGHT_Z_SCORE,),
    HeightZScoreInput,
    _calculate,
    (
        Example(
            "WHO 2007: girl of 61 months, M 109.6016, S 0.04355",
            {"height": 109.6, "sex": "female", "age_months": 61},
            value="0.00",
        ),
    ),
)
