"""Calculate the JDM Disease Activity Score with its skin and muscle parts."""

from typing import Any

from registry.domain import items
from registry.domain.rules import Result, Rule
from registry.domain.skin_disease import DAS, das, read_das
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.recorded import of_form, refuse_broken
from registry.schemas.skin_disease import SkinDisease

_ITEMS = (*items.DAS_SKIN_ITEMS, *items.DAS_MUSCLE_ITEMS)


class DasInput(Taken):
    """The items of the DAS, its two parts, or its total."""

    class Meta(Taken.Meta):
        """The items, the parts and the total."""

        include = of_form(
            SkinDisease, *items.fields(_ITEMS), items.DAS_SKIN_TOTAL, items.DAS_MUSCLE_TOTAL, items.DAS_TOTAL
        )


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    refuse_broken(read_das(body))
    return das(body, rule)


CALCULATION = Calculation(
    "das",
    (DAS,),
    DasInput,
    _calculate,
    (
        Example("Domain reference 1.5: skin 9, muscle 11", {item.field: item.maximum for item in _ITEMS}, value="20"),
        Example("Domain reference 1.5: from its parts", {"das_skin_total": 6, "das_muscle_total": 3}, value="9"),
    ),
)
