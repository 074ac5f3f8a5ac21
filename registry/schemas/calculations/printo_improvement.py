"""Calculate the PRINTO definition of improvement."""

from typing import Any

from registry.domain.printo_improvement import PRINTO_IMPROVEMENT, printo_improvement
from registry.domain.rules import Result, Rule
from registry.schemas.calculations import core_set_examples as vectors
from registry.schemas.calculations.calculation import Body, Calculation, Example
from registry.schemas.calculations.core_set_fields import ResponseInput, assessment


class PrintoImprovementInput(ResponseInput):
    """The PRINTO core set measures at two visits."""


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    return printo_improvement(
        assessment(body["baseline"]),
        assessment(body["followup"]),
        rule,
        strength_measure=body.get("strength_measure") or "mmt8",
    )


CALCULATION = Calculation(
    "printo-improvement",
    (PRINTO_IMPROVEMENT,),
    PrintoImprovementInput,
    _calculate,
    (Example("Derived from the text of domain reference 2.2", vectors.PRINTO, category="printo_50"),),
)
