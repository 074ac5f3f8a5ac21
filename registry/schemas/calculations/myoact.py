"""Calculate the sum of the extramuscular organ scales of the MDAAT (MYOACT)."""

from typing import Any

from registry.domain.disease_activity import MUSCLE, MYOACT, ORGANS, myoact
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.recorded import of_form
from registry.schemas.disease_activity import DiseaseActivity


class MyoactInput(Taken):
    """Six extramuscular organ scales, and the muscle scale."""

    class Meta(Taken.Meta):
        """The organ scales."""

        include = of_form(DiseaseActivity, *ORGANS, MUSCLE)


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    return myoact(body, rule)


CALCULATION = Calculation(
    "myoact",
    (MYOACT,),
    MyoactInput,
    _calculate,
    (
        Example(
            "Domain reference 1.1: 0 to 60, with the muscle 0 to 70", dict.fromkeys((*ORGANS, MUSCLE), 10), value="60"
        ),
    ),
)
