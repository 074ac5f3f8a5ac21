"""Calculate the CDASI version 2: its activity, with its damage beside it."""

from typing import Any

from registry.domain import items
from registry.domain.rules import Result, Rule
from registry.domain.skin_disease import CDASI_ACTIVITY, cdasi_activity, read_cdasi_activity, read_cdasi_damage
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.recorded import of_form, refuse_broken
from registry.schemas.skin_disease import SkinDisease

_ITEMS = (*items.CDASI_ACTIVITY_ITEMS, *items.CDASI_DAMAGE_ITEMS)


class CdasiInput(Taken):
    """The items of CDASI activity and damage, or their totals."""

    class Meta(Taken.Meta):
        """The items and the two totals."""

        include = of_form(SkinDisease, *items.fields(_ITEMS), items.CDASI_ACTIVITY_TOTAL, items.CDASI_DAMAGE_TOTAL)


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    refuse_broken(read_cdasi_activity(body), read_cdasi_damage(body))
    return cdasi_activity(body, rule)


_WORST = {item.field: True if item.kind == "flag" else item.maximum for item in _ITEMS}
_NO_PAPULES = {**_WORST, items.CDASI_HANDS_PAPULES.field: False}

CALCULATION = Calculation(
    "cdasi",
    (CDASI_ACTIVITY,),
    CdasiInput,
    _calculate,
    (
        Example("Domain reference 1.6: 90 + 7 + 2 + 1 activity, 32 damage", _WORST, value="100"),
        Example("Domain reference 1.6: erythema counts once without papules", _NO_PAPULES, value="97"),
    ),
)
