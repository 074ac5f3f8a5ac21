"""Calculate the hybrid measure of muscle strength (hMC)."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.course import exact
from registry.domain.hybrid_measure import HMC, RECODED_MAXIMUM, Measures, hmc
from registry.domain.items import CMAS_ITEMS, MMT8_BILATERAL_MAXIMUM, MMT8_UNILATERAL_MAXIMUM
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.clinically_inactive_disease import refuse_other_mmt8
from registry.schemas.fields import OneOfNumbers, Whole, about
from registry.schemas.instruments import fields_of
from registry.schemas.sentences import broken

CMAS_PARTS = ("cmas_head_elevation", "cmas_sit_ups", "cmas_floor_rise")
PARTS = ("mmt8_total", *CMAS_PARTS, "floor_rise_recoded")


class HmcInput(Taken):
    """MMT8 and three items of the CMAS; the floor rise recoded, for how it is recoded is not published."""

    mmt8_total = Whole(
        0,
        MMT8_BILATERAL_MAXIMUM,
        metadata=about("MMT8 total, on the scale of 0 to 80", unit="{score}", example=72),
    )
    mmt8_maximum = OneOfNumbers(
        (MMT8_UNILATERAL_MAXIMUM, MMT8_BILATERAL_MAXIMUM),
        metadata=about("Maximum of the MMT8 version used: must be 80", unit="{score}", example=80),
    )
    floor_rise_recoded = Whole(
        0, RECODED_MAXIMUM, metadata=about("CMAS floor rise recoded to 0 to 9", unit="{score}", example=7)
    )

    class Meta(Taken.Meta):
        """The items of the CMAS that count."""

        include = fields_of(item for item in CMAS_ITEMS if item.field in CMAS_PARTS)

    @validates_schema(skip_on_field_errors=True)
    def mmt8_is_on_80(self, body: dict[str, Any], **_: Any) -> None:
        """The MMT8 says its scale, which is 0 to 80: another is refused, never converted."""
        refuse_other_mmt8(body, "hMC")

    @validates_schema(skip_on_field_errors=True)
    def floor_rise_is_given_once(self, body: dict[str, Any], **_: Any) -> None:
        """The floor rise is given recoded, or as scored where the study set the recoding."""
        if body.get("floor_rise_recoded") is not None and body.get("cmas_floor_rise") is not None:
            sentence = "Give the floor rise of the hMC recoded or as scored in the CMAS, not both."
            raise broken("given_twice", sentence, "floor_rise_recoded")


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    return hmc(Measures(**{name: exact(body.get(name)) for name in PARTS}, unusable=None), rule)


_BODY = {"mmt8_total": 72, "mmt8_maximum": 80, "cmas_head_elevation": 4, "cmas_sit_ups": 5, "floor_rise_recoded": 7}

CALCULATION = Calculation(
    "hmc",
    (HMC,),
    HmcInput,
    _calculate,
    (Example("Domain reference 1.1: 72 + 4 + 5 + 7", _BODY, value="88"),),
)
