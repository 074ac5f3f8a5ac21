"""The answer of a calculation: the result of its rule, with the rule's own categories and details."""

from __future__ import annotations

from functools import cache
from typing import Any

from registry.schemas.base import Record, schema_of
from registry.schemas.calculations import CALCULATIONS
from registry.schemas.calculations.calculation import Calculation
from registry.schemas.fields import Choice, Part, about
from registry.schemas.results import RuleResult, schema_of_details, told


@cache
def of_calculation(calculation: Calculation) -> type[Record]:
    """Make the record that a calculation answers with."""
    rule = calculation.widest()
    members: dict[str, Any] = {"__doc__": f"The result of the rule: {rule.title}.", "__module__": __name__}
    if rule.categories:
        members["category"] = Choice(rule.categories, metadata=about("Category"))
    if rule.details is not None:
        members["details"] = Part(schema_of_details(rule.details), metadata=about("What the rule tells besides"))
    name = "".join(word.capitalize() for word in calculation.name.split("-"))
    return type(f"{name}Result", (RuleResult,), members)


class UnknownCalculation(LookupError):
    """There is no calculation of this name."""


def named(name: str) -> Calculation:
    """Give the calculation of this name; raises UnknownCalculation."""
    try:
        return CALCULATIONS[name]
    except KeyError:
        known = ", ".join(CALCULATIONS)
        raise UnknownCalculation(f"There is no calculation of this name; there are: {known}.") from None


def calculated(calculation: Calculation, body: Any) -> dict[str, Any]:
    """Calculate from a body as it was sent, and give the whole answer; raises RulesBroken naming each broken rule."""
    return schema_of(of_calculation(calculation)).present(told(calculation.of(body)))
