"""How records are written as JSON Schema (2020-12): apispec's marshmallow plugin, told about our strict kinds of field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow.fields import Field

from registry.domain.vocabulary import MISSING_REASONS
from registry.publish.submissions import Submission
from registry.schemas.audit import AnyValue
from registry.schemas.base import MissingReasons, Record
from registry.schemas.calculations.calculation import OwnConstants
from registry.schemas.conditions import Condition
from registry.schemas.fields import EARLIEST_YEAR, LATEST_YEAR, Exact, ListOf, PartialDay, Text
from registry.schemas.studies import RuleConstants

Shape = dict[str, Any]

PARTIAL_DAY = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"


class RecordConverter(OpenAPIConverter):
    """Writes a record: an answer has every field, a submission those that may be sent and no other."""

    def schema2jsonschema(self, schema: Record) -> Shape:
        """Write one record as a component."""
        shape: Shape = {"description": sentence_of(type(schema)), **super().schema2jsonschema(schema)}  # type: ignore[no-untyped-call]
        if isinstance(schema, Submission):
            return shape
        shape.pop("additionalProperties", None)
        return {**shape, "required": list(shape["properties"])}

    def component(self, record: type[Record]) -> Shape:
        """Refer to the component of a record, which is added when it is first referred to."""
        reference: Shape = self.resolve_nested_schema(record)  # type: ignore[no-untyped-call]
        return reference

    def field2property(self, field: Field[Any]) -> Shape:
        """Write one field, with plain numbers and examples as JSON Schema has them."""
        shape: Shape = super().field2property(field)
        if "example" in shape:
            shape["examples"] = [shape.pop("example")]
        shape = {name: plain(value) for name, value in shape.items()}
        return code_or_null(shape) if None in shape.get("enum", []) else shape


class RecordPlugin(MarshmallowPlugin):
    """The plugin with what is ours: names of components, and the kinds of field."""

    Converter = RecordConverter
    converter: RecordConverter

    def __init__(self) -> None:
        super().__init__(schema_name_resolver=name_of)

    def init_spec(self, spec: Any) -> None:
        """Begin a document."""
        super().init_spec(spec)
        for kind in (
            exact_number,
            whole_text,
            partial_day,
            distinct_list,
            reasons_for_missing,
            any_value,
            own_constants,
            rule_constants,
            condition,
        ):
            self.converter.add_attribute_function(kind)  # type: ignore[no-untyped-call]


def name_of(schema: Any) -> str:
    """Name a component after its record."""
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__)


def sentence_of(kind: type[Any]) -> str:
    """Give the docstring of a class or a function on one line."""
    return " ".join((kind.__doc__ or "").split())


def plain(value: Any) -> Any:
    """Give a Decimal as the number that JSON and YAML write."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def plainly(value: Any) -> Any:
    """Give an example with plain numbers."""
    if isinstance(value, dict):
        return {name: plainly(inner) for name, inner in value.items()}
    return [plainly(inner) for inner in value] if isinstance(value, list) else plain(value)


# --- kinds of field: each gives what apispec cannot know ----------------------------------------------------------


def exact_number(_: Any, field: Field[Any], ret: Shape) -> Shape:
    """Say the decimal places in words: `multipleOf: 0.1` fails 0.3 in validators that divide binary floats.

    What the registry computes has the digits and the size that it has.
    """
    if not isinstance(field, Exact):
        return {}
    if field.dump_only:
        ret.pop("minimum"), ret.pop("maximum")
        return {}
    places = "1 decimal place" if field.decimal_places == 1 else f"{field.decimal_places} decimal places"
    return {"description": f"{ret['description']}; at most {places}", "x-decimal-places": field.decimal_places}


def whole_text(_: Any, field: Field[Any], ret: Shape) -> Shape:
    """Say that a pattern is for the whole text; in JSON Schema it would be for any part."""
    return {"pattern": f"^{ret['pattern']}$"} if isinstance(field, Text) and "pattern" in ret else {}


def partial_day(_: Any, field: Field[Any], ret: Shape) -> Shape:
    """Say the form of a date that is known in part."""
    if not isinstance(field, PartialDay):
        return {}
    return {
        "description": f"{ret['description']}; YYYY-MM-DD, YYYY-MM or YYYY from {EARLIEST_YEAR} to {LATEST_YEAR}",
        "pattern": PARTIAL_DAY,
    }


def distinct_list(_: Any, field: Field[Any], ret: Shape) -> Shape:
    """Say that a list names nothing twice; every list may be empty."""
    if not isinstance(field, ListOf):
        return {}
    ret.pop("minItems")
    return {"uniqueItems": True} if field.distinct else {}


def reasons_for_missing(_: Any, field: Field[Any], ret: Shape) -> Shape:
    """Say that each field's reason is one of the list."""
    if not isinstance(field, MissingReasons):
        return {}
    reason = {"type": "string", "enum": list(MISSING_REASONS)}
    return {"type": ["object", "null"], "additionalProperties": reason, "examples": [{}]}


def own_constants(_: Any, field: Field[Any], ret: Shape) -> Shape:
    """Say that constants are named, and what a constant can be."""
    if not isinstance(field, OwnConstants):
        return {}
    return {
        "type": ["object", "null"],
        "additionalProperties": {"type": ["number", "string", "object"]},
        "examples": [{}],
    }


def rule_constants(_: Any, field: Field[Any], ret: Shape) -> Shape:
    """Say that constants stand under their rule."""
    if not isinstance(field, RuleConstants):
        return {}
    constants = {"type": "object", "additionalProperties": {"type": ["number", "string", "object"]}}
    return {"type": "object", "additionalProperties": constants, "examples": [{}]}


def condition(_: Any, field: Field[Any], ret: Shape) -> Shape:
    """Say what members a condition can have; those in one another are conditions again."""
    if not isinstance(field, Condition):
        return {}
    number, codes, inner = {"type": "number"}, {"type": "array", "items": {"type": "string"}}, {"type": "object"}
    bounds = dict.fromkeys(("at_least", "above", "at_most", "below"), number)
    compared = {**bounds, "equals": {"type": ["number", "string"]}, "one_of": codes, "contains_any": codes}
    several = {"type": "array", "items": inner}
    joined = {"all": several, "any": several, "not": inner}
    members = {"measure": {"type": "string"}, "within_days": {"type": "integer"}, **compared, **joined}
    shape = {"type": ["object", "null"], "properties": members, "additionalProperties": False, "minProperties": 1}
    return {**shape, "examples": [{"measure": "age", "at_least": 2}]}


def any_value(_: Any, field: Field[Any], ret: Shape) -> Shape:
    """Say nothing about the type of what may be anything."""
    if isinstance(field, AnyValue):
        ret.pop("type", None)
    return {}


def code_or_null(shape: Shape) -> Shape:
    """Set null apart from the codes: generated clients make one type of the codes, and not three."""
    codes = [code for code in shape["enum"] if code is not None]
    said = {name: value for name, value in shape.items() if name not in ("type", "enum")}
    return {**said, "anyOf": [{"type": not_null(shape)["type"], "enum": codes}, {"type": "null"}]}


def not_null(shape: Shape) -> Shape:
    """Give a shape without null: a parameter that is not wanted is left out."""
    if "anyOf" in shape:
        codes: Shape = shape["anyOf"][0]
        return {name: value for name, value in shape.items() if name != "anyOf"} | codes
    kinds = shape.get("type")
    return {**shape, "type": kinds[0]} if isinstance(kinds, list) else shape
