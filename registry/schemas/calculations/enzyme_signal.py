"""Say whether a muscle enzyme rose while strength and disease activity were stable."""

from decimal import Decimal
from typing import Any

from marshmallow import validates_schema

from registry.domain import items
from registry.domain.enzyme_signal import ENZYME_SIGNAL, Occasion, enzyme_signal
from registry.domain.muscle_enzymes import MUSCLE_ENZYMES
from registry.domain.rules import Result, Rule
from registry.domain.vocabulary import COMPARATORS
from registry.schemas.base import Record
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.core_set_fields import centimetres
from registry.schemas.fields import Choice, Exact, OneOfNumbers, Part, Text, Whole, about
from registry.schemas.laboratory_results import ANALYTES
from registry.schemas.sentences import broken

LARGEST = 10_000_000
"""Above any muscle enzyme in any of its units."""
ENZYMES = {code: ANALYTES[code] for code in MUSCLE_ENZYMES}
TOTALS = (("mmt8_total", "mmt8_maximum", "MMT8"), ("cmas_total", "cmas_maximum", "CMAS"))


class EnzymeSignalOccasion(Record):
    """The enzyme, strength and the physician's global activity at one visit."""

    value = Exact(0, LARGEST, places=6, metadata=about("Enzyme as reported", example=900))
    unit = Text(30, metadata=about("Unit of the enzyme and its limit, UCUM", example="U/L"))
    comparator = Choice(COMPARATORS, metadata=about("The true value is below or above the value given (censored)"))
    upper_limit = Exact(0, LARGEST, places=4, metadata=about("Upper limit of normal, in its unit", example=200))
    mmt8_total = Whole(0, items.MMT8_BILATERAL_MAXIMUM, metadata=about("MMT8 total", unit="{score}", example=78))
    mmt8_maximum = OneOfNumbers(
        (items.MMT8_UNILATERAL_MAXIMUM, items.MMT8_BILATERAL_MAXIMUM),
        metadata=about("Maximum of the MMT8 version used: 80 one side, 150 both sides", unit="{score}", example=80),
    )
    cmas_total = Whole(0, items.CMAS_FULL_MAXIMUM, metadata=about("CMAS total", unit="{score}"))
    cmas_maximum = OneOfNumbers(
        (items.CMAS_FULL_MAXIMUM, items.CMAS_YOUNG_CHILD_MAXIMUM),
        metadata=about("Maximum of the CMAS version used", unit="{score}"),
    )
    physician_global_activity = centimetres("Physician's global assessment of disease activity, 10 cm scale", "1.5")

    @validates_schema(skip_on_field_errors=True)
    def totals_fit_their_maximum(self, body: dict[str, Any], **_: Any) -> None:
        """A total is not above the maximum of its version."""
        for total, maximum, words in TOTALS:
            if body.get(total) is not None and body.get(maximum) is not None and body[total] > body[maximum]:
                raise broken(
                    "above_maximum", f"The {words} total must not be above the maximum of the version used.", total
                )


class EnzymeSignalInput(Taken):
    """A muscle enzyme at two visits, with strength and disease activity at each."""

    enzyme = Choice(ENZYMES, empty="CK", metadata=about("Muscle enzyme", example="CK"))
    previous = Part(EnzymeSignalOccasion, metadata=about("The last visit before that has the enzyme"))
    current = Part(EnzymeSignalOccasion, required=True, metadata=about("This visit"))


def _occasion(body: Body | None) -> Occasion:
    given = {name: value for name, value in (body or {}).items() if value is not None}
    numbers: dict[str, Any] = {
        name: Decimal(value) if isinstance(value, int) else value for name, value in given.items()
    }
    return Occasion(**numbers)


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    previous, current = _occasion(body.get("previous")), _occasion(body["current"])
    return enzyme_signal(body.get("enzyme") or "CK", previous, current, rule)


_STABLE = {"mmt8_total": 78, "mmt8_maximum": 80, "physician_global_activity": 1}
_BEFORE = {"value": 180, "unit": "U/L", "upper_limit": 200, **_STABLE}
_OURS = "Rule of ours, version 1"

CALCULATION = Calculation(
    "enzyme-signal",
    (ENZYME_SIGNAL,),
    EnzymeSignalInput,
    _calculate,
    (
        Example(_OURS, {"previous": _BEFORE, "current": {**_BEFORE, "value": 500}}, category="signal"),
        Example(_OURS, {"previous": _BEFORE, "current": {**_BEFORE, "value": 499}}, category="no_signal"),
        Example(
            _OURS,
            {"previous": _BEFORE, "current": {**_BEFORE, "value": 500, "mmt8_total": 70}},
            category="rise_with_activity",
        ),
    ),
)
