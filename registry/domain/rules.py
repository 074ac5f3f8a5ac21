"""What a rule of the science is: its id, version, source, certainty, constants, and the result it gives.

A rule is a pure function beside its `Rule`. Its constants are a frozen dataclass, each said with its source and with its
certainty in percent: below 100 where the domain reference marks it [MEM], not confirmed in a source. A study passes its
own: the rule then says which constants it overrides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar

C = TypeVar("C")
NO_CODES: Mapping[str, str] = MappingProxyType({})
LARGEST = Decimal(10) ** 9
MOST_PLACES = 12
LONGEST = 100


class ConstantRefused(ValueError):
    """A study's own constant is not one of the rule, not of its kind, or makes no sense; `name` says which.

    `other` is the constant that it contradicts, where there is one.
    """

    def __init__(self, name: str, sentence: str, other: str = "") -> None:
        super().__init__(sentence)
        self.name = name
        self.other = other


def constant(  # noqa: PLR0913 (all that is said of a constant is said here)
    words: str,
    value: Any,
    *,
    source: str,
    certainty: int = 100,
    one_of: Iterable[str] = (),
    low: int | None = None,
    high: int | None = None,
    ordered: Literal["strictly", "loosely"] | None = None,
) -> Any:
    """Declare a constant of a rule, as a field of its dataclass: a Decimal, an int, a code, a mapping of these, or None.

    None means that no source gives it: the rule refuses to use it until a study sets it. A code is one of a closed list.
    A number lies from `low` to `high`, both included; without a `low` one shipped above 0 is above 0, any other is not
    below it. An `ordered` mapping ascends or descends as shipped; loosely, neighbours may be alike.
    """
    said = {
        "words": words,
        "source": source,
        "certainty": certainty,
        "one_of": tuple(one_of),
        "low": low,
        "high": high,
        "ordered": ordered,
    }
    if isinstance(value, Mapping):
        return field(default_factory=lambda: MappingProxyType(dict(value)), metadata=said)
    return field(default=value, metadata=said)


def said(words: str, *, unit: str | None = None) -> Any:
    """Declare a field of a rule's details with its words and UCUM unit; it is None or empty unless set."""
    return field(default=None, metadata={"words": words, "unit": unit})


@dataclass(frozen=True, slots=True)
class NoConstants:
    """A rule without constants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[C]):
    """A rule: `id` names it in addresses and extracts; `certainty` is the lowest of what it rests on, in percent.

    `categories` are the codes its result can be in, with words; `details` is the dataclass of what it tells besides.
    """

    id: str
    title: str
    version: str
    source: str
    constants: C
    certainty: int = 100
    unit: str | None = None
    categories: Mapping[str, str] = field(default_factory=lambda: NO_CODES)
    details: type | None = None
    overridden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a rule gives: a value in the rule's unit, a category, or neither with the reason.

    `missing` names the inputs that were not there. `final` says that no missing or later input can change it.
    `subject` tells several results of one rule apart: an analyte, a drug.
    """

    rule: Rule[Any]
    value: Decimal | None = None
    category: str | None = None
    missing: tuple[str, ...] = ()
    final: bool = True
    reason: str | None = None
    details: Any = None
    subject: str | None = None


def undecided(rule: Rule[Any], reason: str, *missing: str, details: Any = None, subject: str | None = None) -> Result:
    """Give the result of a rule that cannot be decided, with the reason and the inputs that are missing."""
    return Result(rule=rule, reason=reason, missing=missing, final=False, details=details, subject=subject)


def ascending(constants: Any, *names: str, strictly: bool = True) -> None:
    """Refuse constants that do not ascend in this order, for a `__post_init__`; one that is None is passed over."""
    given = [(name, getattr(constants, name)) for name in names if getattr(constants, name) is not None]
    for (lower, low), (upper, high) in pairwise(given):
        if low > high or (strictly and low == high):
            must = "must be below" if strictly else "must not be above"
            raise ConstantRefused(lower, f"{lower} {must} {upper}.", upper)


def overriding(rule: Rule[C], own: Mapping[str, Any]) -> Rule[C]:
    """Give the rule with a study's own constants in place of those it names; raises ConstantRefused.

    A constant that is set to the rule's own value is not overridden.
    """
    declared = {one.name: one.metadata for one in fields(_declared(rule.constants))}
    shipped: dict[str, Any] = {name: getattr(rule.constants, name) for name in declared}
    changed: dict[str, Any] = {}
    for name, value in own.items():
        if name not in declared:
            raise ConstantRefused(name, f"The rule {rule.id} has no constant of this name.")
        accepted = _accepted(name, value, shipped[name], declared[name])
        if accepted != shipped[name]:
            changed[name] = accepted
    if not changed:
        return rule
    try:
        constants = type(rule.constants)(**(shipped | changed))
    except ConstantRefused as refused:
        name = refused.other if refused.name not in changed and refused.other in changed else refused.name
        raise ConstantRefused(name, str(refused)) from None
    return replace(rule, constants=constants, overridden=tuple(sorted(changed)))


def _declared(constants: Any) -> Any:
    if not is_dataclass(constants):
        raise TypeError("the constants of a rule are a dataclass")
    return constants


def _accepted(name: str, value: Any, shipped: Any, declared: Mapping[str, Any]) -> Any:
    """Give a study's constant as the kind that the rule ships it; one that it does not ship is a number."""
    if value is None and shipped is None:
        return None
    if isinstance(shipped, Mapping):
        return _accepted_by_name(name, value, shipped, declared)
    if isinstance(shipped, str):
        return _accepted_code(name, value, declared["one_of"])
    return _accepted_number(name, name, value, shipped, declared)


def _accepted_code(name: str, value: Any, codes: Sequence[str]) -> str:
    """Give a code of a closed list, or text where there is no list."""
    if not isinstance(value, str) or not value.isprintable() or not 1 <= len(value) <= LONGEST:
        raise ConstantRefused(name, f"{name} must be text of 1 to {LONGEST} printable characters.")
    if codes and value not in codes:
        raise ConstantRefused(name, f"{name} must be one of: {', '.join(codes)}.")
    return value


def _accepted_by_name(
    name: str, value: Any, shipped: Mapping[str, Any], declared: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Give the constants of a mapping: those that are named in place of the rule's, in its order."""
    if not isinstance(value, Mapping) or value.keys() - shipped.keys():
        raise ConstantRefused(name, f"{name} must be an object with keys of: {', '.join(map(str, shipped))}.")
    own = {
        key: _accepted_number(name, f"{key} of {name}", inner, shipped[key], declared) for key, inner in value.items()
    }
    whole = {**shipped, **own}
    if declared["ordered"]:
        _refuse_disorder(name, whole, shipped, strictly=declared["ordered"] == "strictly")
    return MappingProxyType(whole)


def _refuse_disorder(name: str, whole: Mapping[str, Any], shipped: Mapping[str, Any], *, strictly: bool) -> None:
    """Refuse values that do not go the way of those shipped."""
    keys, before, values = tuple(shipped), tuple(shipped.values()), tuple(whole.values())
    way = 1 if before[-1] > before[0] else -1
    if any(way * (after - first) < 0 or (strictly and after == first) for first, after in pairwise(values)):
        opposite, same = ("descend", "ascend") if way > 0 else ("ascend", "descend")
        must = f"must {same}" if strictly else f"must not {opposite}"
        raise ConstantRefused(name, f"{keys[0]} to {keys[-1]} of {name} {must}.")


def _accepted_number(name: str, words: str, value: Any, shipped: Any, declared: Mapping[str, Any]) -> Any:
    """Give a number that lies where the constant makes sense, whole where the one shipped is."""
    number = _number(name, words, value)
    low, high = declared["low"], declared["high"]
    above = low is None and shipped is not None and shipped > 0
    low = 0 if low is None else low
    if number < low or (above and number == 0) or (high is not None and number > high):
        least = f"above {low}" if above else f"at least {low}"
        most = "" if high is None else f" and at most {high}"
        raise ConstantRefused(name, f"{words} must be {least}{most}.")
    if not isinstance(shipped, int):
        return number
    if number != int(number):
        raise ConstantRefused(name, f"{words} must be a whole number.")
    return int(number)


def _number(name: str, words: str, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ConstantRefused(name, f"{words} must be a number.")
    number = Decimal(value)
    if not number.is_finite() or number.copy_abs() > LARGEST:
        raise ConstantRefused(name, f"{words} must be a number of at most {LARGEST}.")
    if int(number.as_tuple().exponent) < -MOST_PLACES:
        raise ConstantRefused(name, f"{words} must have at most {MOST_PLACES} decimal places.")
    return number or Decimal(0)
