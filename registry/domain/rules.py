"""What a rule of the science is: its id, version, source, certainty, constants, and the result it gives.

A rule is a pure function beside its `Rule`. Its constants are a frozen dataclass, each said with its source and with its
certainty in percent: below 100 where the domain reference marks it [MEM], not confirmed in a source. A study passes its
own: the rule then says which constants it overrides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Generic, TypeVar

C = TypeVar("C")
NO_CODES: Mapping[str, str] = MappingProxyType({})
LARGEST = Decimal(10) ** 9
MOST_PLACES = 12
LONGEST = 100


class ConstantRefused(ValueError):
    """A study's own constant is not one of the rule, or not of its kind; `name` says which."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(sentence)
        self.name = name


def constant(words: str, value: Any, *, source: str, certainty: int = 100, one_of: Iterable[str] = ()) -> Any:
    """Declare a constant of a rule, as a field of its dataclass: a Decimal, an int, a code, a mapping of these, or None.

    None means that no source gives it: the rule refuses to use it until a study sets it. A code is one of a closed list.
    """
    said = {"words": words, "source": source, "certainty": certainty, "one_of": tuple(one_of)}
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


def overriding(rule: Rule[C], own: Mapping[str, Any]) -> Rule[C]:
    """Give the rule with a study's own constants in place of those it names; raises ConstantRefused."""
    if not own:
        return rule
    declared = {one.name: one for one in fields(_declared(rule.constants))}
    known: dict[str, Any] = {name: getattr(rule.constants, name) for name in declared}
    for name, value in own.items():
        if name not in known:
            raise ConstantRefused(name, f"The rule {rule.id} has no constant of this name.")
        known[name] = _accepted(name, value, known[name])
        codes = declared[name].metadata.get("one_of")
        if codes and known[name] not in codes:
            raise ConstantRefused(name, f"{name} must be one of: {', '.join(codes)}.")
    changed = tuple(sorted(own))
    return replace(rule, constants=type(rule.constants)(**known), overridden=changed)


def _declared(constants: Any) -> Any:
    if not is_dataclass(constants):
        raise TypeError("the constants of a rule are a dataclass")
    return constants


def _accepted(name: str, value: Any, default: Any) -> Any:
    """Give a study's constant as the kind that its default has; one without a default is a number."""
    if isinstance(default, Mapping):
        return _accepted_by_name(name, value, default)
    if isinstance(default, str):
        if not isinstance(value, str) or not value.isprintable() or not 1 <= len(value) <= LONGEST:
            raise ConstantRefused(name, f"{name} must be text of 1 to {LONGEST} printable characters.")
        return value
    number = _number(name, value)
    if isinstance(default, int) and number != int(number):
        raise ConstantRefused(name, f"{name} must be a whole number.")
    return int(number) if isinstance(default, int) else number


def _accepted_by_name(name: str, value: Any, default: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the constants of a mapping: those that are named in place of the rule's."""
    if not isinstance(value, Mapping) or value.keys() - default.keys():
        raise ConstantRefused(name, f"{name} must be an object with keys of: {', '.join(map(str, default))}.")
    own = {key: _accepted(name, inner, default[key]) for key, inner in value.items()}
    return MappingProxyType({**default, **own})


def _number(name: str, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ConstantRefused(name, f"{name} must be a number.")
    number = Decimal(value)
    if not number.is_finite() or abs(number) > LARGEST:
        raise ConstantRefused(name, f"{name} must be a number of at most {LARGEST}.")
    if int(number.as_tuple().exponent) < -MOST_PLACES:
        raise ConstantRefused(name, f"{name} must have at most {MOST_PLACES} decimal places.")
    return number
