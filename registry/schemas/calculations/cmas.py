"""Calculate the Childhood Myositis Assessment Scale."""

from typing import Any

from registry.domain import items
from registry.domain.muscle_strength import CMAS, cmas, read_cmas
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.recorded import of_form, refuse_broken
from registry.schemas.fields import Whole, about
from registry.schemas.muscle_strength import MuscleStrength


class CmasInput(Taken):
    """The fourteen items of the CMAS, or its total with the maximum it is out of."""

    age_years = Whole(0, 120, metadata=about("Age in whole years, for what is normal at it", unit="a", example=8))

    class Meta(Taken.Meta):
        """The items, the total and its maximum."""

        include = of_form(MuscleStrength, *items.fields(items.CMAS_ITEMS), items.CMAS_TOTAL, items.CMAS_MAXIMUM)


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    refuse_broken(read_cmas(body))
    return cmas(body, body.get("age_years"), rule)


_BEST = {item.field: item.maximum for item in items.CMAS_ITEMS}

CALCULATION = Calculation(
    "cmas",
    (CMAS,),
    CmasInput,
    _calculate,
    (
        Example("Domain reference 1.3: the maxima of the items sum to 52", _BEST, value="52"),
        Example(
            "Domain reference 1.1: below 15 severe",
            {items.CMAS_TOTAL: 14, items.CMAS_MAXIMUM: 52, "age_years": 8},
            value="14",
        ),
    ),
)
