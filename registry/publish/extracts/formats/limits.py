"""What a format of statistics cannot hold is refused before anything is written, and never cut or lost in silence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from registry.publish.extracts.columns import Column

LONG_TEXTS: Mapping[tuple[str, str], int] = {("derived", "missing"): 12, ("derived", "own_constants"): 4}
"""Texts that may be longer than the 200 bytes of a SAS variable, by table and column, with how many variables hold them."""


class NotRepresentable(ValueError):
    """A table holds what a format cannot; the sentence names table, column and rule, and never a value."""

    def __init__(self, table: str, column: str, rule: str) -> None:
        super().__init__(f"{table}.{column}: {rule}")
        self.table, self.column, self.rule = table, column, rule


class RowsDiffer(RuntimeError):
    """A table was given another number of rows than it was said to have."""


def held_by(table: str, column: Column) -> tuple[Column, ...]:
    """Give the variables of 200 bytes that hold a column, the column itself first."""
    more = range(2, LONG_TEXTS.get((table, column.name), 1) + 1)
    return (
        column,
        *(replace(column, name=f"{column.name}_{n}", words=f"{column.words}: continued, {n}") for n in more),
    )
