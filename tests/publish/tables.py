"""A small table with a column of every kind, as the formats are given it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from registry.domain.deidentification import Action
from registry.publish.extracts import formats
from registry.publish.extracts.columns import PARTICIPANT, Column
from registry.publish.extracts.tables import Table

AS_OF = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def column(name: str, words: str, kind: str, **told: Any) -> Column:
    return Column(name, words, kind, Action.KEEP, **told)


COLUMNS = (
    PARTICIPANT,
    column("visit_number", "Number of the visit of this participant, by date", "integer", minimum=1),
    column("strength_measure", "Measure of strength", "code", codes={"cmas": "CMAS", "mmt8": "MMT-8"}),
    column("contractures", "Contractures", "0/1"),
    column("weight", "Weight", "decimal", unit="kg"),
    column("visited_date", "Date of the visit, moved", "date"),
    column("seriousness_criteria_important_medical_event", "Why serious: important medical event", "0/1"),
    column("unit", "Unit of the value, UCUM", "text"),
)
ROWS: list[tuple[Any, ...]] = [
    ("P-A", 1, "mmt8", 1, "17.25", "2024-05-01", 0, "U/L"),
    ("P-A", 2, "cmas", 0, "0.1", "2024-05", None, "mg/L"),
    ("P-B", 1, None, None, None, None, 1, None),
    ("P-C", 12, "cmas", 1, "123456789.125", "2024", None, None),
]


def of(rows: int, columns: Sequence[Column] = COLUMNS, name: str = "visit") -> Table:
    return Table(name, "A complete visit.", tuple(columns), ("visit_number",), "JAKI-JDM", AS_OF, rows)


def batch(table: Table, rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    arrays = [pa.array([row[n] for row in rows], field.type) for n, field in enumerate(table.schema)]
    return pa.record_batch(arrays, schema=table.schema)


def written(format: str, folder: Path, rows: Sequence[Sequence[Any]] = ROWS, **changed: Any) -> list[Path]:
    """Write the table in two batches, as a pipeline does."""
    table = replace(of(len(rows)), **changed)
    writer = formats.opened(format, folder, table)
    for some in (rows[:1], rows[1:]):
        writer.write(batch(table, some))
    return writer.close()


def one_column(format: str, folder: Path, held: Column, *values: Any) -> list[Path]:
    """Write a table of participants with one more column."""
    rows = [(f"P-{n}", value) for n, value in enumerate(values)]
    return written(format, folder, rows, columns=(PARTICIPANT, held))
