"""Calculate the ACR/EULAR Total Improvement Score."""

from typing import Any

from registry.domain.rules import Result, Rule
from registry.domain.total_improvement_score import TOTAL_IMPROVEMENT_SCORE, total_improvement_score
from registry.domain.total_improvement_table import POPULATIONS
from registry.domain.vocabulary import CORE_SETS
from registry.schemas.calculations import core_set_examples as vectors
from registry.schemas.calculations.calculation import Body, Calculation, Example
from registry.schemas.calculations.core_set_fields import ResponseInput, assessment
from registry.schemas.fields import Choice, about


class TotalImprovementScoreInput(ResponseInput):
    """The core set measures at two visits, and the variant of the score."""

    core_set = Choice(CORE_SETS, metadata=about("Core set, the same at every visit", example="imacs"))
    population = Choice(POPULATIONS, metadata=about("Whose thresholds hold; juvenile unless said", example="juvenile"))


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    return total_improvement_score(
        assessment(body["baseline"]),
        assessment(body["followup"]),
        rule,
        core_set=body.get("core_set"),
        strength_measure=body.get("strength_measure"),
        population=body.get("population"),
    )


CALCULATION = Calculation(
    "total-improvement-score",
    (TOTAL_IMPROVEMENT_SCORE,),
    TotalImprovementScoreInput,
    _calculate,
    (
        Example("Domain reference 8.1, vector A (Aggarwal 2018)", vectors.A, value="52.5", category="moderate"),
        Example(
            "Domain reference 8.1, vector A (Aggarwal 2018), adult",
            {**vectors.A, "population": "adult"},
            value="52.5",
            category="moderate",
        ),
        Example("Domain reference 8.1, vector C: the maximum", vectors.C, value="100.0", category="major"),
        Example("Domain reference 8.1, vector D: each measure on its edge", vectors.D, value="0", category="none"),
        Example("Domain reference 8.1, vector E: just above the edges", vectors.E, value="35.0", category="minimal"),
        Example("Domain reference 8.1, vector F, juvenile", vectors.F, value="25.0", category="none"),
        Example(
            "Domain reference 8.1, vector F, adult",
            {**vectors.F, "population": "adult"},
            value="25.0",
            category="minimal",
        ),
    ),
)
