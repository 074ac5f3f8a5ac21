"""Columns as the programs of statistics hold them: numbers as doubles, codes as whole numbers from 1 with their words."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from registry.publish.extracts.columns import Column
from registry.publish.extracts.formats.limits import NotRepresentable

NUMBERS = frozenset({"integer", "0/1", "decimal"})
YES_NO: Mapping[int | float, str] = {0: "No", 1: "Yes"}


def is_number(column: Column) -> bool:
    """Tell whether a column holds numbers; codes and dates are text."""
    return column.type in NUMBERS


def codes_of(column: Column) -> Mapping[str, str]:
    """Give the codes of a column that holds codes, with their words; a column of yes and no holds none."""
    return (column.codes or {}) if column.type == "code" else {}


def doubles(table: str, column: Column, values: pa.Array) -> pa.Array:
    """Give numbers as doubles, a decimal as the double nearest to it.

    Raises:
        NotRepresentable: a value is not a number, or no finite double.
    """
    try:
        given = pc.cast(values, pa.float64())
    except pa.ArrowInvalid:
        raise NotRepresentable(table, column.name, "a value is not a number that a double can hold") from None
    if pc.any(pc.invert(pc.is_finite(given))).as_py():
        raise NotRepresentable(table, column.name, "a number is not finite")
    return given


def texts(values: pa.Array) -> pa.Array:
    """Give text with an empty one where there is none: these formats know no other missing text."""
    return pc.fill_null(values, "")


def numbered(table: str, column: Column, values: pa.Array) -> pa.Array:
    """Give codes as whole numbers, 1 for the first that is declared.

    Raises:
        NotRepresentable: a code is not declared.
    """
    places = pc.index_in(values, value_set=pa.array(list(codes_of(column)), pa.string()))
    if places.null_count != values.null_count:
        raise NotRepresentable(table, column.name, "a code is not among those declared")
    return pc.add(places, 1)


def value_labels(column: Column) -> dict[int | float, str] | None:
    """Give the words of the numbers of a coded column, or of yes and no; other columns have none."""
    if column.type == "0/1":
        return dict(YES_NO)
    return dict(enumerate(codes_of(column).values(), start=1)) or None
