"""What a rule gives, as the answers show it: its result, and its details with the words of their declaration."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import Field as Declared
from dataclasses import fields as declared_fields
from dataclasses import is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from marshmallow import fields as plain_fields

from registry.domain.rules import Result
from registry.schemas.audit import AnyValue
from registry.schemas.base import Record
from registry.schemas.fields import Choice, Day, Exact, ListOf, Part, Strict, Text, Whole, YesNo, about

LARGEST = 10**12
LONGEST_TEXT = 2000
LONGEST_LIST = 1000
UNIONS = (Union, types.UnionType)
NOTHING = type(None)


class ByName(Strict, plain_fields.Dict):
    """Values by name."""

    kind = "an object"


# --- values -------------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """Give what a rule tells as JSON has it: dataclasses and mappings as objects, tuples as lists, dates as text.

    Numbers stay exact; a field that has no value is null.
    """
    if value is None or isinstance(value, str | int | Decimal):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in declared_fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list | frozenset | set):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def told(result: Result) -> dict[str, Any]:
    """Give a result as an image of `RuleResult`, with its details."""
    rule = result.rule
    return {
        "rule": rule.id,
        "version": rule.version,
        "title": rule.title,
        "subject": result.subject,
        "value": result.value,
        "unit": rule.unit,
        "category": result.category,
        "final": result.final,
        "missing": list(result.missing),
        "reason": result.reason,
        "certainty": rule.certainty,
        "overridden": list(rule.overridden),
        "details": plain(result.details),
    }


# --- schemas ------------------------------------------------------------------------------------------------------


class RuleResult(Record):
    """What a rule gave: a value or a category, or neither with the reason."""

    rule = Text(60, required=True, metadata=about("Rule, as GET /v1/rules names it", example="egfr"))
    version = Text(10, required=True, metadata=about("Version of the rule", example="1"))
    title = Text(200, required=True, metadata=about("Rule in words"))
    subject = Text(60, metadata=about("What it is about where a rule has several results, such as an analyte"))
    value = Exact(-LARGEST, LARGEST, places=15, dump_only=True, allow_none=True, metadata=about("Value, exact"))
    unit = Text(40, metadata=about("Unit of the value, UCUM"))
    category = Text(60, metadata=about("Category; GET /v1/rules gives the words of each"))
    final = YesNo(required=True, metadata=about("Whether no missing or later input can change it"))
    missing = ListOf(Text(200), LONGEST_LIST, required=True, metadata=about("Inputs that were not there"))
    reason = Text(LONGEST_TEXT, metadata=about("Why there is no value, or why it is not final"))
    certainty = Whole(
        0, 100, required=True, metadata=about("How sure the rule's constants are by their sources", unit="%")
    )
    overridden = ListOf(
        Text(60), 100, required=True, metadata=about("Constants that were given in place of the rule's")
    )


@cache
def schema_of_details(details: type) -> type[Record]:
    """Give the schema of a dataclass of details, from the words, units and types of its fields.

    Raises:
        TypeError: a field has a type that details do not have.
    """
    kinds = get_type_hints(details)
    made = {field.name: _field(kinds[field.name], field) for field in declared_fields(details)}
    return type(_name_of(details), (Record,), {**made, "__doc__": details.__doc__, "__module__": __name__})


def _name_of(details: type) -> str:
    """Name the schema after the module, which is the concept, and the class."""
    concept = details.__module__.rpartition(".")[2].title().replace("_", "")
    name = details.__name__.lstrip("_")
    return name if name.startswith(concept) else f"{concept}{name}"


def _field(kind: Any, declared: Declared[Any]) -> plain_fields.Field[Any]:
    words = about(declared.metadata.get("words", declared.name), unit=declared.metadata.get("unit"))
    return _of_kind(kind)(dump_only=True, allow_none=True, metadata=words)


Make = Callable[..., plain_fields.Field[Any]]


def _of_kind(kind: Any) -> Make:
    """Give what makes the field of a type."""
    inner = _without_none(kind)
    origin, parts = get_origin(inner), get_args(inner)
    if origin is Literal:
        return lambda **said: Choice({code: code for code in parts}, **said)
    if origin is tuple:
        return lambda **said: ListOf(_of_kind(parts[0])(), LONGEST_LIST, **said)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return lambda **said: ByName(values=_of_kind(parts[1])(allow_none=True), **said)
    if isinstance(inner, type) and is_dataclass(inner):
        return lambda allow_none=True, **said: Part(schema_of_details(inner), **said)
    if inner not in SIMPLE:
        raise TypeError(f"the details of a rule have no field of the type {kind}")
    return SIMPLE[inner]


def _without_none(kind: Any) -> Any:
    """Give `X` of `X | None`; a whole number or a decimal is a number."""
    if get_origin(kind) not in UNIONS:
        return kind
    parts = {part for part in get_args(kind) if part is not NOTHING}
    if parts == {int, Decimal}:
        return Decimal
    if len(parts) != 1:
        raise TypeError(f"the details of a rule have no field of the type {kind}")
    return parts.pop()


SIMPLE: Mapping[Any, Make] = {
    Decimal: lambda **said: Exact(-LARGEST, LARGEST, places=12, **{"dump_only": True, **said}),
    int: lambda **said: Whole(-LARGEST, LARGEST, **said),
    bool: YesNo,
    str: lambda **said: Text(LONGEST_TEXT, **said),
    date: Day,
    Any: AnyValue,
}

__all__ = ["ByName", "RuleResult", "plain", "schema_of_details", "told"]
