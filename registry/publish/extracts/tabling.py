"""The tables of an extract: each treated by the profile, batch by batch, and written in every format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from registry.domain.deidentification import Profile
from registry.domain.extract_orders import Order
from registry.publish.extracts import antibodies, limits, manifest
from registry.publish.extracts.columns import Column, File
from registry.publish.extracts.formats import MADE_OF, opened, rows_of_parts, writers_of
from registry.publish.extracts.formats.r import NAME, script
from registry.publish.extracts.limits import LIMITED, Limits
from registry.publish.extracts.manifest import ExtractFile
from registry.publish.extracts.released import columns_of
from registry.publish.extracts.staging import Staged
from registry.publish.extracts.tables import Table
from registry.publish.extracts.treating import Rules, Treatment

Heard = Callable[[], None]
"""Told after every batch."""


def written(
    staged: Staged, rules: Rules, order: Order, study: str, folder: Path, heard: Heard
) -> tuple[Table, list[ExtractFile]]:
    """Write a table in every format of the order, from the same batches; give it, and its files."""
    found, rows = _read_first(staged, rules)
    treatment = Treatment(staged.file, rules, found)
    file = staged.file
    table = Table(file.name, file.words, treatment.columns, file.keys, study, order.as_of, rows)
    writers = {one: opened(one, folder, table) for one in writers_of(order.formats)}
    for batch in leaving(staged, rules):
        given = treatment(batch)
        for writer in writers.values():
            writer.write(given)
        heard()
    return table, [file for one, writer in writers.items() for file in _measured(one, table, writer.close())]


def leaving(staged: Staged, rules: Rules) -> Iterator[pa.RecordBatch]:
    """Give the staged rows that leave: all, or those of visits that leave."""
    visits = rules.visits
    for batch in staged.batches():
        yield batch if visits is None else visits.leaving(staged.file, batch)


def _read_first(staged: Staged, rules: Rules) -> tuple[Limits, int]:
    """Give what of the table is rare or extreme, and how many rows leave; it is read once more where a column waits for others."""
    if rules.profile.k == 1:
        return Limits(), staged.rows
    found, rows = Limits(), 0
    for columns in _in_turn(staged.file, rules.profile):
        counted = _Counted(map(Treatment(staged.file, rules, found).withheld, leaving(staged, rules)))
        found, rows = found | limits.found(columns, counted, rules.profile.k), counted.rows
    return found, rows


def _in_turn(file: File, profile: Profile) -> Iterator[list[Column]]:
    """Give the columns that are limited, those first by which others are left blank: these are limited as what is left."""
    waiting = [column for column in columns_of(file, profile) if _is_limited(column)]
    while True:
        names = {column.name for column in waiting}
        ready = [column for column in waiting if not names & set(column.told_with)]
        yield ready
        waiting = [column for column in waiting if column not in ready]
        if not waiting:
            return


def _is_limited(column: Column) -> bool:
    return column.action in LIMITED and not column.quasi and not antibodies.tells(column.name)


class _Counted:
    """Batches, of which the rows are counted as they go by."""

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self.batches, self.rows = batches, 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self.batches:
            self.rows += batch.num_rows
            yield batch


def _measured(format: str, table: Table, paths: list[Path]) -> list[ExtractFile]:
    rows = rows_of_parts(format, table.rows, len(paths))
    return [manifest.measured(path, held, len(table.columns)) for path, held in zip(paths, rows, strict=True)]


def loaders(order: Order, tables: list[Table], folder: Path) -> list[ExtractFile]:
    """Write the script that loads all the tables, where it was asked for."""
    if not MADE_OF.keys() & set(order.formats):
        return []
    path = folder / NAME
    path.write_text(script(tables), encoding="utf-8", newline="\n")
    return [manifest.measured(path)]
