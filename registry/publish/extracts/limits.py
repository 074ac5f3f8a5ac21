"""Rare codes and extreme numbers of a table: found in one reading of all its rows, applied in the next, batch by batch.

Counted are participants, not rows: a code of many rows of one child is rare. Numbers are compared within their group, such as one
analyte in one unit, exactly.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from heapq import nlargest, nsmallest
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from registry.db.extract_snapshot import PLACE
from registry.domain.deidentification import Action
from registry.domain.suppression import bounds, rare_codes
from registry.publish.extracts.columns import Column

EXACT = pa.decimal128(38, 15)
NUMBERS = ("integer", "decimal")
LIMITED = (Action.CODE, Action.NUMBER, Action.TREATMENT)
BETWEEN = "\x1f"
Group = str
"""The values of the columns that divide a column's numbers, joined; empty where none do."""
Limit = tuple[Decimal, Decimal] | tuple[None, None]


def is_number(column: Column) -> bool:
    """Whether extremes of the column are limited; of every other that is limited, rare codes are."""
    return column.action in (Action.NUMBER, Action.TREATMENT) and column.type in NUMBERS


@dataclass(frozen=True, slots=True)
class Limits:
    """What of a table is left blank, and at which limits its numbers are given, by column; a code is joined to its group."""

    rare: Mapping[str, frozenset[str]] = field(default_factory=dict)
    bounds: Mapping[str, Mapping[Group, Limit]] = field(default_factory=dict)

    def __or__(self, other: Limits) -> Limits:
        """Give the limits of both."""
        return Limits({**self.rare, **other.rare}, {**self.bounds, **other.bounds})


def found(columns: Sequence[Column], batches: Iterable[pa.RecordBatch], k: int) -> Limits:
    """Find the limits of these columns over all rows; each batch holds all rows of its participants."""
    codes = [(one, _Codes()) for one in columns if not is_number(one)]
    numbers = {one.name: _Extremes(k) for one in columns if is_number(one)}
    by_group: dict[tuple[str, ...], list[Column]] = defaultdict(list)
    for column in columns:
        if is_number(column):
            by_group[column.group].append(column)
    for batch in batches:
        for column, counted in codes:
            counted.add(batch, column)
        for group, members in by_group.items():
            for name, reached in _reached(batch, group, members):
                numbers[name].add(*reached)
    return Limits(
        {column.name: counted.rare(k) for column, counted in codes},
        {name: reached.limits() for name, reached in numbers.items()},
    )


class _Codes:
    """How many participants have each code of a column, by group."""

    def __init__(self) -> None:
        self.participants: dict[Group, Counter[str]] = defaultdict(Counter)
        self.totals: Counter[Group] = Counter()

    def add(self, batch: pa.RecordBatch, column: Column) -> None:
        held = {
            PLACE: batch.column(PLACE),
            "group": _key(batch, column.group),
            "code": _text(batch.column(column.name)),
        }
        whose = pa.table(held).drop_null().group_by([PLACE, "group", "code"]).aggregate([])
        for one in whose.group_by(["group", "code"]).aggregate([([], "count_all")]).to_pylist():
            self.participants[one["group"]][one["code"]] += one["count_all"]
        of_any = whose.group_by([PLACE, "group"]).aggregate([])
        self.totals.update({one["values"]: one["counts"] for one in pc.value_counts(of_any["group"]).to_pylist()})

    def rare(self, k: int) -> frozenset[str]:
        return frozenset(
            f"{group}{BETWEEN}{code}"
            for group, counts in self.participants.items()
            for code in rare_codes(counts, k, self.totals[group])
        )


class _Extremes:
    """The k lowest and the k highest numbers that participants have, by group."""

    def __init__(self, k: int) -> None:
        self.k = k
        self.lowest: dict[Group, list[Decimal]] = defaultdict(list)
        self.highest: dict[Group, list[Decimal]] = defaultdict(list)

    def add(self, group: Group, lowest: list[Decimal], highest: list[Decimal]) -> None:
        self.lowest[group] = nsmallest(self.k, self.lowest[group] + lowest)
        self.highest[group] = nlargest(self.k, self.highest[group] + highest)

    def limits(self) -> dict[Group, Limit]:
        return {group: bounds(lowest, self.highest[group], self.k) for group, lowest in self.lowest.items()}


def _reached(
    batch: pa.RecordBatch, group: tuple[str, ...], members: Sequence[Column]
) -> Iterator[tuple[str, tuple[Group, list[Decimal], list[Decimal]]]]:
    """Give each column's name with the extremes of each participant in each group."""
    held = {PLACE: batch.column(PLACE), "group": _key(batch, group)}
    held |= {one.name: exact(batch.column(one.name)) for one in members}
    asked = [(one.name, extreme) for one in members for extreme in ("min", "max")]
    grouped = pa.table(held).group_by([PLACE, "group"]).aggregate(asked)
    for value in pc.unique(grouped["group"]).to_pylist():
        rows = grouped.filter(pc.equal(grouped["group"], value))
        for one in members:
            lowest, highest = (rows[f"{one.name}_{extreme}"].drop_null().to_pylist() for extreme in ("min", "max"))
            yield one.name, (value, lowest, highest)


def exact(column: Any) -> Any:
    """Give numbers as exact decimals, whether they are whole or text."""
    return column.cast(EXACT)


def _key(batch: pa.RecordBatch, group: Sequence[str]) -> Any:
    if not group:
        return pa.array([""] * batch.num_rows, pa.string())
    parts = [pc.fill_null(_text(batch.column(name)), "") for name in group]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, BETWEEN)


def _text(column: Any) -> Any:
    return column.cast(pa.string())


def without_rare(batch: pa.RecordBatch, column: Column, rare: frozenset[str]) -> Any:
    """Give a column with its rare codes left blank."""
    values = batch.column(column.name)
    return pc.if_else(is_rare(batch, column, rare), pa.scalar(None, values.type), values) if rare else values


def is_rare(batch: pa.RecordBatch, column: Column, rare: frozenset[str]) -> Any:
    """Tell of each row whether its code is a rare one."""
    codes = pc.binary_join_element_wise(_key(batch, column.group), _text(batch.column(column.name)), BETWEEN)
    return pc.is_in(codes, value_set=pa.array(sorted(rare), pa.string()))


def within(batch: pa.RecordBatch, column: Column, limits: Mapping[Group, Limit]) -> tuple[Any, int]:
    """Give a column of numbers between its limits, blank where there are none, and how many are given as a limit."""
    values = batch.column(column.name)
    groups = _key(batch, column.group).dictionary_encode()
    low, high = (_of_group(groups, limits, end) for end in (0, 1))
    numbers = exact(values)
    below, above = pc.less(numbers, low), pc.greater(numbers, high)
    limited = _told(pc.if_else(below, low, pc.if_else(above, high, numbers)), values.type)
    return limited, (pc.sum(below).as_py() or 0) + (pc.sum(above).as_py() or 0)


def _of_group(groups: Any, limits: Mapping[Group, Limit], end: int) -> Any:
    by_group = [limits.get(one, (None, None))[end] for one in groups.dictionary.to_pylist()]
    return pa.array(by_group, EXACT).take(groups.indices)


def _told(numbers: Any, kind: pa.DataType) -> Any:
    """Give numbers whole or as text, all without noughts at their end: by them a limit would differ from the same number."""
    if pa.types.is_integer(kind):
        return numbers.cast(kind)
    encoded = numbers.dictionary_encode()
    texts = [f"{one.normalize():f}" for one in encoded.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(encoded.indices)
