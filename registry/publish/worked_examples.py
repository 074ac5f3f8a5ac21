"""Worked examples of the calculations: what is sent and what comes back, with the paper they are from.

The answer is calculated when the document is written, so an example can never say what the rule does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from apispec import APISpec

from registry.db.transaction import as_json, from_json
from registry.publish.shapes import plainly
from registry.schemas.base import Record, schema_of
from registry.schemas.calculations import CALCULATIONS
from registry.schemas.calculations.answers import of_calculation
from registry.schemas.results import told

Shown = dict[str, Any]


@cache
def _all() -> dict[type[Record], dict[str, Shown]]:
    """Give the examples by the record that is sent or answered."""
    found: dict[type[Record], dict[str, Shown]] = {}
    for calculation in CALCULATIONS.values():
        stem = calculation.name.replace("-", "_")
        for number, example in enumerate(calculation.examples, start=1):
            body = from_json(as_json(example.body))
            answer = schema_of(of_calculation(calculation)).present(told(calculation.of(body)))
            sent = {"summary": example.source, "value": plainly(body)}
            came = {"summary": example.source, "value": plainly(from_json(as_json(answer)))}
            found.setdefault(calculation.takes, {})[f"{stem}_{number}"] = sent
            found.setdefault(of_calculation(calculation), {})[f"{stem}_{number}_result"] = came
    return found


def names(record: type[Record]) -> tuple[str, ...]:
    """Name the examples of a record."""
    return tuple(_all().get(record, {}))


def every() -> Iterator[tuple[str, Shown]]:
    """Give every example by its name."""
    for examples in _all().values():
        yield from examples.items()


def declare(spec: APISpec) -> None:
    """Add every example as a component."""
    for name, shown in every():
        spec.components.example(name, shown)
