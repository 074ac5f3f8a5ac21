"""Conditions of a protocol on what is recorded of a participant: true, false, or not known where what decides is missing.

A condition is a tree: `{"measure": "age", "at_least": 2}`, `{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}`. A measure
has one comparison; with `within_days` a value that is older than so many days is not known. A fact is what is known of a
measure: a number as the range in which it lies, a code, or a set as far as it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from registry.domain.course import Input
from registry.domain.three_valued import all_of, any_of

JOINS = ("all", "any", "not")
WITHIN = "within_days"


@dataclass(frozen=True, slots=True)
class Between:
    """A number that lies from `low` to `high`, both included; None where it has no bound there."""

    low: Decimal | None
    high: Decimal | None

    @classmethod
    def exactly(cls, number: Decimal | int) -> Between:
        """A number that is known."""
        return cls(Decimal(number), Decimal(number))


@dataclass(frozen=True, slots=True)
class Members:
    """What belongs to a set and what does not; `whole` where everything that is not named as belonging does not."""

    those: frozenset[str]
    not_those: frozenset[str] = frozenset()
    whole: bool = False


Value = Between | Members | str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a measure, how many days it is old where it has a date, and the records that it is from."""

    value: Value = None
    days_old: int | None = None
    inputs: tuple[Input, ...] = ()


NOTHING = Fact()
Condition = Mapping[str, Any]


def evaluate(condition: Condition, facts: Mapping[str, Fact]) -> bool | None:
    """Tell whether a condition holds; None where what is not known decides. A measure without a fact is not known."""
    if "all" in condition:
        return all_of(evaluate(one, facts) for one in condition["all"])
    if "any" in condition:
        return any_of(evaluate(one, facts) for one in condition["any"])
    if "not" in condition:
        return _not(evaluate(condition["not"], facts))
    fact = facts.get(condition["measure"], NOTHING)
    within = condition.get(WITHIN)
    if fact.value is None or (within is not None and (fact.days_old is None or fact.days_old > within)):
        return None
    comparison, wanted = next((name, condition[name]) for name in COMPARISONS if name in condition)
    return COMPARISONS[comparison](fact.value, wanted)


def measures_of(condition: Condition) -> Iterator[str]:
    """Give the measures that a condition asks for, in its order."""
    if "measure" in condition:
        yield condition["measure"]
    for name in JOINS:
        inner = condition.get(name) or ()
        for one in [inner] if isinstance(inner, Mapping) else inner:
            yield from measures_of(one)


def _not(holds: bool | None) -> bool | None:
    return None if holds is None else not holds


# --- comparisons: each of a value of the kind that its measure has --------------------------------------------------


def _at_least(value: Any, wanted: Any) -> bool | None:
    if value.low is not None and value.low >= wanted:
        return True
    return False if value.high is not None and value.high < wanted else None


def _above(value: Any, wanted: Any) -> bool | None:
    if value.low is not None and value.low > wanted:
        return True
    return False if value.high is not None and value.high <= wanted else None


def _equals(value: Any, wanted: Any) -> bool | None:
    if not isinstance(value, Between):
        return bool(value == wanted)
    outside = (value.low is not None and wanted < value.low) or (value.high is not None and wanted > value.high)
    return False if outside else True if value.low is not None and value.low == value.high else None


def _contains_any(value: Any, wanted: Any) -> bool | None:
    asked = frozenset(wanted)
    if value.those & asked:
        return True
    return False if value.whole or asked <= value.not_those else None


COMPARISONS: Mapping[str, Callable[[Any, Any], bool | None]] = {
    "at_least": _at_least,
    "above": _above,
    "at_most": lambda value, wanted: _not(_above(value, wanted)),
    "below": lambda value, wanted: _not(_at_least(value, wanted)),
    "equals": _equals,
    "one_of": lambda value, wanted: value in wanted,
    "contains_any": _contains_any,
}
BY_KIND: Mapping[str, tuple[str, ...]] = {
    "number": ("at_least", "above", "at_most", "below", "equals"),
    "code": ("equals", "one_of"),
    "set": ("contains_any",),
}
"""The comparisons that a measure of each kind has."""
