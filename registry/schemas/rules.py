"""The rules of the science as a client reads them: version, source, constants, certainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as declared
from typing import Any

from registry.domain.rules import Rule
from registry.schemas.audit import AnyValue
from registry.schemas.base import Record
from registry.schemas.calculations import CALCULATIONS
from registry.schemas.fields import ListOf, Part, Text, Whole, YesNo, about
from registry.schemas.results import plain


class RuleConstant(Record):
    """A named constant of a rule; a study can put its own in place of it."""

    name = Text(60, required=True, metadata=about("Name"))
    words = Text(500, required=True, metadata=about("What it is"))
    value = AnyValue(metadata=about("Value in force; null where no source gives one and a study must"))
    source = Text(300, required=True, metadata=about("Source"))
    certainty = Whole(0, 100, required=True, metadata=about("How sure it is by its source", unit="%"))
    overridden = YesNo(required=True, metadata=about("Whether it is the study's own"))


class ScienceRule(Record):
    """A rule by which values are derived."""

    rule = Text(60, required=True, metadata=about("Rule", example="total-improvement-score"))
    title = Text(200, required=True, metadata=about("Rule in words"))
    version = Text(10, required=True, metadata=about("Version"))
    source = Text(500, required=True, metadata=about("Source"))
    certainty = Whole(0, 100, required=True, metadata=about("The lowest certainty of what it rests on", unit="%"))
    unit = Text(40, metadata=about("Unit of its value, UCUM"))
    categories = AnyValue(metadata=about("Its categories with their words"))
    constants = ListOf(Part(RuleConstant), 500, metadata=about("Its constants"))
    calculation = Text(100, metadata=about("Where it can be calculated from posted numbers"))


_CALCULATED_BY = {rule.id: f"/v1/calculations/{name}" for name, one in CALCULATIONS.items() for rule in one.rules}


def told_rule(rule: Rule[Any]) -> dict[str, Any]:
    """Give a rule as the list shows it."""
    return {
        "rule": rule.id,
        **{name: getattr(rule, name) for name in ("title", "version", "source", "certainty", "unit")},
        "categories": dict(rule.categories),
        "constants": told_constants(rule),
        "calculation": _CALCULATED_BY.get(rule.id),
    }


def told_constants(rule: Rule[Any]) -> list[dict[str, Any]]:
    """Give the constants of a rule with their words, sources and certainty."""
    return [
        {
            "name": one.name,
            **_said(one.metadata),
            "value": plain(getattr(rule.constants, one.name)),
            "overridden": one.name in rule.overridden,
        }
        for one in declared(rule.constants)
    ]


def _said(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {name: metadata[name] for name in ("words", "source", "certainty")}
