"""Tell a high risk of a severe course by the features of SHARE."""

from decimal import Decimal
from types import MappingProxyType
from typing import Any

from marshmallow import validates_schema

from registry.domain import items
from registry.domain.high_risk import HIGH_RISK, INPUTS, Features, high_risk
from registry.domain.rules import Result, Rule
from registry.schemas.base import Form
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.fields import Whole, about
from registry.schemas.muscle_strength import MuscleStrength
from registry.schemas.organ_involvement import OrganInvolvement
from registry.schemas.sentences import broken

_ORGANS = (
    "bed_bound",
    "aspiration",
    "dysphagia",
    "gastrointestinal_vasculopathy",
    "myocarditis",
    "interstitial_lung_disease",
    "central_nervous_system",
    "skin_ulceration",
    "intensive_care",
)
_STRENGTH = ("cmas_total", "cmas_maximum", "mmt8_total", "mmt8_maximum")


def _of(form: type[Form], names: tuple[str, ...]) -> dict[str, Any]:
    fields = form().fields
    return {name: fields[name] for name in names}


class HighRiskInput(Taken):
    """The features as a visit records them; what is null is not known. Suspected lung disease counts as not known."""

    age_months = Whole(0, 1440, metadata=about("Age in completed months", unit="mo", example=96))

    class Meta(Taken.Meta):
        """The fields of the visit's forms."""

        include = MappingProxyType(_of(OrganInvolvement, _ORGANS) | _of(MuscleStrength, _STRENGTH))

    @validates_schema(skip_on_field_errors=True)
    def totals_have_their_scale(self, body: dict[str, Any], **_: Any) -> None:
        """A total comes with the maximum of its version and does not exceed it."""
        for total, maximum, words in (
            (items.CMAS_TOTAL, items.CMAS_MAXIMUM, "CMAS"),
            (items.MMT8_TOTAL, items.MMT8_MAXIMUM, "MMT8"),
        ):
            if body.get(total) is None:
                continue
            if body.get(maximum) is None:
                raise broken("required", f"The {words} total needs the maximum of the version used.", maximum)
            if body[total] > body[maximum]:
                raise broken("above_maximum", f"The {words} total must not exceed its maximum.", total)

    @validates_schema(skip_on_field_errors=True)
    def mmt8_is_of_one_side(self, body: dict[str, Any], **_: Any) -> None:
        """The cut-off of MMT8 is on the scale of one side."""
        if body.get(items.MMT8_MAXIMUM) == items.MMT8_BILATERAL_MAXIMUM:
            sentence = "The MMT8 must be on the scale of 0 to 80: the high-risk rule of SHARE has its cut-off there."
            raise broken("wrong_scale", sentence, items.MMT8_MAXIMUM)


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    return high_risk(Features(**{name: _decimal(body.get(name)) for name in INPUTS}), rule)


def _decimal(value: Any) -> Any:
    return Decimal(value) if type(value) is int else value


_NONE = {
    **dict.fromkeys(_ORGANS, False),
    "dysphagia": "none",
    "interstitial_lung_disease": "absent",
    "cmas_total": 15,
    "cmas_maximum": 52,
    "mmt8_total": 30,
    "mmt8_maximum": 80,
    "age_months": 12,
}

CALCULATION = Calculation(
    "high-risk",
    (HIGH_RISK,),
    HighRiskInput,
    _calculate,
    (
        Example("Domain reference 7 (S-SHARE): every feature at its limit", _NONE, category="not_high_risk"),
        Example(
            "Domain reference 7 (S-SHARE): CMAS below 15", {"cmas_total": 14, "cmas_maximum": 52}, category="high_risk"
        ),
    ),
)
