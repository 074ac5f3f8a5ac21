"""Calculate the manual muscle testing of eight groups, out of 80 or out of 150."""

from typing import Any

from registry.domain import items
from registry.domain.muscle_strength import MMT8, mmt8, read_mmt8
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.recorded import of_form, refuse_broken
from registry.schemas.muscle_strength import MuscleStrength


class Mmt8Input(Taken):
    """The muscles of the side used or of both sides, or the total, with the maximum of the version used."""

    class Meta(Taken.Meta):
        """The muscles, the side, the total and its maximum."""

        include = of_form(
            MuscleStrength,
            *items.fields(items.MMT8_ITEMS),
            items.MMT8_SIDE,
            items.MMT8_TOTAL,
            items.MMT8_MAXIMUM,
        )


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    refuse_broken(read_mmt8(body))
    return mmt8(body, rule)


_RIGHT = {item.field: 10 for item in (items.MMT8_AXIAL, *items.MMT8_BY_SIDE["right"])}
_BOTH = {item.field: 10 for item in items.MMT8_ITEMS}

CALCULATION = Calculation(
    "mmt8",
    (MMT8,),
    Mmt8Input,
    _calculate,
    (
        Example("Domain reference 1.2: neck and seven muscles of one side", {**_RIGHT, "mmt8_maximum": 80}, value="80"),
        Example("Domain reference 1.2: neck and seven muscles of both", {**_BOTH, "mmt8_maximum": 150}, value="150"),
        Example("Domain reference 2.3: the cut-off", {"mmt8_total": 78, "mmt8_maximum": 80}, value="78"),
    ),
)
