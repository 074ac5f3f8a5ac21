"""A condition on what is recorded of a participant, as a protocol writes it: a measure compared, or several joined."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError

from registry.domain.conditions import BY_KIND, COMPARISONS, JOINS, WITHIN
from registry.domain.eligibility_measures import MEASURES, Measure
from registry.schemas.fields import Strict
from registry.schemas.sentences import Sentence

DEEPEST = 5
MOST = 20
"""Conditions in one `all` or `any`, and codes in one list."""
LARGEST = Decimal(10) ** 12
LONGEST_WITHIN = 3650

FORM = Sentence("wrong_form", "A condition is one of: a measure with one comparison, all, any, not.")
TOO_DEEP = Sentence("too_deep", f"Conditions stand at most {DEEPEST} levels in one another.")
NO_MEASURE = Sentence("no_such_measure", "The measure must be one of those that GET /v1/eligibility-measures lists.")
ONE_COMPARISON = Sentence("one_comparison", "A measure has exactly one comparison; join several with all.")
NOT_A_NUMBER = Sentence("wrong_type", "The value must be a number.")
NOT_LISTED = Sentence("not_in_list", "The value must be a code of the measure.")
NOT_CODES = Sentence("wrong_type", f"The value must be a list of 1 to {MOST} different codes.")
NOT_CONDITIONS = Sentence("wrong_type", f"The value must be a list of 1 to {MOST} conditions.")
NOT_DATED = Sentence("not_dated", "This measure has no date.")
NOT_DAYS = Sentence("out_of_range", f"The value must be a whole number from 0 to {LONGEST_WITHIN}.")
UNKNOWN = Sentence("unknown_field", "This field does not exist here.")

Errors = Any
"""What is wrong, as marshmallow nests it: by member, or a list of sentences; empty where nothing is."""


class Condition(Strict):
    """A condition: `{"measure": ..., "at_least": ...}`, `{"all": [...]}`, `{"any": [...]}` or `{"not": {...}}`."""

    kind = "a condition"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.refuse()
        wrong = faults(value)
        if wrong:
            raise ValidationError(wrong)
        return value


def faults(condition: Any, level: int = 1) -> Errors:
    """Give what is wrong with a condition; empty where nothing is."""
    if not isinstance(condition, dict):
        return [FORM]
    if level > DEEPEST:
        return [TOO_DEEP]
    if "measure" in condition:
        return _of_measure(condition)
    if len(condition) != 1 or not set(condition) <= set(JOINS):
        return [FORM]
    [(join, inner)] = condition.items()
    found = faults(inner, level + 1) if join == "not" else _of_several(inner, level + 1)
    return {join: found} if found else {}


def _of_several(inner: Any, level: int) -> Errors:
    if not isinstance(inner, list) or not 1 <= len(inner) <= MOST:
        return [NOT_CONDITIONS]
    found = {index: faults(one, level) for index, one in enumerate(inner)}
    return {index: wrong for index, wrong in found.items() if wrong}


def _of_measure(condition: Mapping[str, Any]) -> Errors:
    code = condition["measure"]
    if not isinstance(code, str) or code not in MEASURES:
        return {"measure": [NO_MEASURE]}
    measure = MEASURES[code]
    wrong: dict[str, Errors] = {name: [UNKNOWN] for name in condition if name not in {"measure", WITHIN, *COMPARISONS}}
    if WITHIN in condition:
        wrong |= _of_within(measure, condition[WITHIN])
    compared = [name for name in condition if name in COMPARISONS]
    if len(compared) != 1:
        return wrong or [ONE_COMPARISON]
    fault = _of_comparison(measure, compared[0], condition[compared[0]])
    return wrong | ({compared[0]: [fault]} if fault else {})


def _of_within(measure: Measure, days: Any) -> Errors:
    if not measure.dated:
        return {WITHIN: [NOT_DATED]}
    return {} if type(days) is int and 0 <= days <= LONGEST_WITHIN else {WITHIN: [NOT_DAYS]}


def _of_comparison(measure: Measure, comparison: str, wanted: Any) -> Sentence | None:
    fitting = BY_KIND[measure.kind]
    if comparison not in fitting:
        return Sentence("comparison_does_not_fit", f"This measure is compared by: {', '.join(fitting)}.")
    if comparison in ("one_of", "contains_any"):
        return _of_codes(measure, wanted)
    if measure.kind == "code":
        return None if isinstance(wanted, str) and wanted in measure.codes else NOT_LISTED
    return None if _is_number(wanted) else NOT_A_NUMBER


def _of_codes(measure: Measure, wanted: Any) -> Sentence | None:
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= MOST or not all(isinstance(one, str) for one in wanted):
        return NOT_CODES
    if len(set(wanted)) < len(wanted):
        return NOT_CODES
    return None if set(wanted) <= measure.codes.keys() else NOT_LISTED


def _is_number(wanted: Any) -> bool:
    whole, exact = type(wanted) is int, isinstance(wanted, Decimal) and wanted.is_finite()
    return (whole or exact) and abs(wanted) <= LARGEST
