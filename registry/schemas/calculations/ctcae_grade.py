"""Grade a laboratory value by the CTCAE, version 5.0 or 6.0."""

from typing import Any

from marshmallow import validates_schema

from registry.domain import ctcae_5, ctcae_6
from registry.domain.ctcae_ladder import Measured
from registry.domain.rules import Result, Rule
from registry.domain.vocabulary import COMPARATORS
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.fields import Choice, Exact, Text, about
from registry.schemas.laboratory_results import ANALYTES
from registry.schemas.sentences import broken

VERSIONS = {ctcae_5.VERSION: "CTCAE version 5.0 (2017)", ctcae_6.VERSION: "CTCAE version 6.0 (2025)"}
TERMS = {"decrease": "The term for a low value", "increase": "The term for a high value"}
TWO_WAYS = "HGB"
"""The analyte that has a term for a low value and one for a high value."""
LARGEST = 10_000_000
"""Above any value of a graded analyte in any of its units: platelets are at most millions a microlitre."""
LIMITS = (("lower_limit", "upper_limit"), ("baseline_lower_limit", "baseline_upper_limit"))


def _number(words: str, example: int | None = None, *, places: int = 4) -> Exact:
    return Exact(0, LARGEST, places=places, metadata=about(words, example=example))


class CtcaeGradeInput(Taken):
    """A value with its unit and limits of normal, and where the version asks for it the value at baseline."""

    ctcae_version = Choice(VERSIONS, empty="5.0", metadata=about("Version of the CTCAE", example="5.0"))
    analyte = Choice(ANALYTES, required=True, metadata=about("Analyte, from the catalogue", example="ALT"))
    term = Choice(
        TERMS, metadata=about("Direction, for haemoglobin alone, which has a term for each: decrease unless said")
    )
    value = _number("Value as reported", 121, places=6)
    unit = Text(30, metadata=about("Unit of the value and of every limit, UCUM", example="U/L"))
    comparator = Choice(COMPARATORS, metadata=about("The true value is below or above the value given (censored)"))
    lower_limit = _number("Lower limit of normal, in the unit of the value")
    upper_limit = _number("Upper limit of normal, in the unit of the value", 39)
    baseline_value = _number("Value at baseline, in the unit of the value", 40)
    baseline_lower_limit = _number("Lower limit of normal at baseline; that of the value unless given")
    baseline_upper_limit = _number("Upper limit of normal at baseline; that of the value unless given")

    @validates_schema(skip_on_field_errors=True)
    def limits_are_in_order(self, body: dict[str, Any], **_: Any) -> None:
        """A lower limit is not above its upper limit."""
        for low, high in LIMITS:
            if body.get(low) is not None and body.get(high) is not None and body[low] > body[high]:
                raise broken("limits_reversed", "The lower limit of normal must not be above the upper.", low)

    @validates_schema(skip_on_field_errors=True)
    def only_haemoglobin_has_two_terms(self, body: dict[str, Any], **_: Any) -> None:
        """The direction is said of haemoglobin alone."""
        if body.get("term") is not None and body["analyte"] != TWO_WAYS:
            raise broken("one_term_only", "Only haemoglobin (HGB) has a term for each direction in the CTCAE.", "term")


MEASURED = (
    "value",
    "unit",
    "comparator",
    "lower_limit",
    "upper_limit",
    "baseline_value",
    "baseline_lower_limit",
    "baseline_upper_limit",
)


def _choose(body: Body) -> int:
    return 1 if body.get("ctcae_version") == ctcae_6.VERSION else 0


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    measured = Measured(analyte=body["analyte"], **{name: body.get(name) for name in MEASURED})
    if _choose(body):
        return ctcae_6.grade(measured, body.get("term"), rule)
    return ctcae_5.grade(measured, body.get("term"), rule)


_ALT = {"analyte": "ALT", "unit": "U/L", "upper_limit": 39, "baseline_value": 40}
_NEUTROPHILS = {"analyte": "NEUT", "unit": "10*9/L", "lower_limit": 2}
_VECTORS = "Domain reference 4.4 (pharmaverse/admiral)"

CALCULATION = Calculation(
    "ctcae-grade",
    (ctcae_5.CTCAE_5, ctcae_6.CTCAE_6),
    CtcaeGradeInput,
    _calculate,
    (
        Example(_VECTORS, {**_ALT, "value": 121}, value="2", category="grade_2"),
        Example(_VECTORS, {**_ALT, "value": 120}, value="1", category="grade_1"),
        Example(_VECTORS, {**_NEUTROPHILS, "value": 0.5}, value="3", category="grade_3"),
        Example(
            "Domain reference 4.3",
            {**_NEUTROPHILS, "ctcae_version": "6.0", "value": 0.5},
            value="2",
            category="grade_2",
        ),
    ),
    choose=_choose,
)
