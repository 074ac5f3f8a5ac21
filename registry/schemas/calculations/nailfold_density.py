"""Calculate the nailfold end-row-loop density."""

from decimal import Decimal
from typing import Any

from registry.domain import items
from registry.domain.rules import Result, Rule
from registry.domain.skin_disease import NAILFOLD, nailfold_density, read_nailfold
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.recorded import of_form, refuse_broken
from registry.schemas.skin_disease import SkinDisease


class NailfoldDensityInput(Taken):
    """The density at each of eight fingers, or their mean."""

    class Meta(Taken.Meta):
        """The fingers and the mean."""

        include = of_form(SkinDisease, *items.fields(items.NAILFOLD_ITEMS), items.NAILFOLD_MEAN)


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    refuse_broken(read_nailfold(body))
    return nailfold_density(body, rule)


_DENSITIES = ("4", "5", "6", "5.5", "4.5", "5", "6", "4.8")
_FINGERS = dict(zip(items.fields(items.NAILFOLD_ITEMS), map(Decimal, _DENSITIES), strict=True))

CALCULATION = Calculation(
    "nailfold-density",
    (NAILFOLD,),
    NailfoldDensityInput,
    _calculate,
    (Example("Domain reference 1.1: the average of 8 fingers", _FINGERS, value="5.1"),),
)
