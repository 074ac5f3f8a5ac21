"""Calculate the IMACS definition of improvement."""

from typing import Any

from registry.domain.definition_of_improvement import DEFINITION_OF_IMPROVEMENT, definition_of_improvement
from registry.domain.rules import Result, Rule
from registry.schemas.calculations import core_set_examples as vectors
from registry.schemas.calculations.calculation import Body, Calculation, Example
from registry.schemas.calculations.core_set_fields import ResponseInput, assessment


class DefinitionOfImprovementInput(ResponseInput):
    """The IMACS core set measures at two visits."""


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    return definition_of_improvement(
        assessment(body["baseline"]),
        assessment(body["followup"]),
        rule,
        strength_measure=body.get("strength_measure") or "mmt8",
    )


CALCULATION = Calculation(
    "definition-of-improvement",
    (DEFINITION_OF_IMPROVEMENT,),
    DefinitionOfImprovementInput,
    _calculate,
    (Example("Domain reference 8.1, vector A (Aggarwal 2018): reached", vectors.A, category="met"),),
)
