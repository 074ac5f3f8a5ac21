"""Calculate the manual muscle testing of twenty-six muscles."""

from typing import Any

from registry.domain import items
from registry.domain.muscle_strength import MMT26, mmt26, read_mmt26
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.recorded import of_form, refuse_broken
from registry.schemas.muscle_strength import MuscleStrength


class Mmt26Input(Taken):
    """The axial, proximal and distal muscles, or their total."""

    class Meta(Taken.Meta):
        """The groups of muscles and the total."""

        include = of_form(MuscleStrength, *items.fields(items.MMT26_PARTS), items.MMT26_TOTAL)


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    refuse_broken(read_mmt26(body))
    return mmt26(body, rule)


CALCULATION = Calculation(
    "mmt26",
    (MMT26,),
    Mmt26Input,
    _calculate,
    (
        Example(
            "Domain reference 1.2: 20 axial, 160 proximal, 80 distal",
            {"mmt_axial": 20, "mmt_proximal": 160, "mmt_distal": 80},
            value="260",
        ),
    ),
)
