"""Classify by the 2017 EULAR/ACR criteria of idiopathic inflammatory myopathy."""

from decimal import Decimal
from types import MappingProxyType
from typing import Any

from marshmallow import validates_schema

from registry.domain import diagnostic_items as diagnostic
from registry.domain.classification import CLASSIFICATION, Age, Findings, classification
from registry.domain.classification_weights import BIOPSY_ITEMS, ITEMS
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.fields import Exact, YesNo, about
from registry.schemas.sentences import broken

_FLAGS = ("biopsy_done", *ITEMS, *BIOPSY_ITEMS)
_WORDS = {item.field.removeprefix("diagnostic_"): item.words for item in diagnostic.DIAGNOSTIC_ITEMS}


class ClassificationInput(Taken):
    """The items of the criteria, each true, false, or null where it is not known, and the age at onset.

    With a biopsy done, the column of weights with a biopsy is used.
    """

    anti_jo_1 = YesNo(metadata=about("Anti-Jo-1 present"))
    onset_age = Exact(0, 120, places=1, metadata=about("Age at the first symptom", unit="a", example=8))

    class Meta(Taken.Meta):
        """The items found at diagnosis."""

        include = MappingProxyType({name: YesNo(metadata=about(_WORDS[name])) for name in _FLAGS if name in _WORDS})

    @validates_schema(skip_on_field_errors=True)
    def biopsy_was_done(self, body: dict[str, Any], **_: Any) -> None:
        """The items of a biopsy come with a biopsy that was done."""
        given = next((name for name in BIOPSY_ITEMS if body.get(name) is not None), None)
        if given is not None and body.get("biopsy_done") is not True:
            sentence = "The items of the biopsy in the EULAR/ACR classification need biopsy_done to be true."
            raise broken("biopsy_not_done", sentence, given)


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    age: Decimal | None = body.get("onset_age")
    onset = None if age is None else Age(youngest=age, oldest=age)
    return classification(Findings(onset_age=onset, **{name: body.get(name) for name in _FLAGS}), rule)


_CHILD = {**dict.fromkeys(ITEMS, False), "biopsy_done": False, "onset_age": 8}
_RASH = {"heliotrope_rash": True, "gottron_papules": True}
_SOURCE = "Domain reference 2.9 and 8.2, derived: child, no biopsy: "

CALCULATION = Calculation(
    "classification",
    (CLASSIFICATION,),
    ClassificationInput,
    _calculate,
    (
        Example(
            f"{_SOURCE}heliotrope, Gottron's papules, legs, enzyme; probability 0.8776",
            _CHILD | _RASH | {"lower_limb_weakness": True, "raised_enzymes": True},
            value="7.3",
            category="probable",
        ),
        Example(
            f"{_SOURCE}heliotrope, Gottron's papules; probability 0.4675",
            _CHILD | _RASH,
            value="5.2",
            category="not_a_case",
        ),
        Example(
            f"{_SOURCE}heliotrope, Gottron's papules and sign; probability 0.9597",
            _CHILD | _RASH | {"gottron_sign": True},
            value="8.5",
            category="definite",
        ),
        Example(
            f"{_SOURCE}heliotrope, Gottron's papules and sign, legs, enzyme; probability 0.995",
            _CHILD | _RASH | {"gottron_sign": True, "lower_limb_weakness": True, "raised_enzymes": True},
            value="10.6",
            category="definite",
        ),
    ),
)
