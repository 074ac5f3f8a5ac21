"""CDISC Dataset-JSON 1.1: a table with its metadata in one JSON document, a row a line; decimals keep every digit, as text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa

from registry.publish.extracts.columns import PARTICIPANT, Column
from registry.publish.extracts.formats.arrays import codes_of
from registry.publish.extracts.formats.limits import RowsDiffer
from registry.publish.extracts.tables import Table

VERSION = "1.1.0"
MOMENT = "%Y-%m-%dT%H:%M:%SZ"
DATA_TYPES = {"integer": "integer", "0/1": "integer", "decimal": "decimal"}
"""The standard's type for ours; every other is a string, and so is a date, of which the day may be unknown."""


class DatasetJson:
    """Writes a table as it comes, row by row; the number of its rows stands before them."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.table, self.path = table, folder / f"{table.name}.json"
        self._rows = 0
        self._file = self.path.open("x", encoding="utf-8", newline="\n")
        head = json.dumps(described(table), ensure_ascii=False, separators=(",", ":"))
        self._file.write(f'{head.removesuffix("}")},"rows":[')

    def write(self, batch: pa.RecordBatch) -> None:
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            self._file.write(",\n" if self._rows else "\n")
            self._file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
            self._rows += 1

    def close(self) -> list[Path]:
        self._file.write("\n]}\n")
        self._file.close()
        if self._rows != self.table.rows:
            raise RowsDiffer(f"{self.table.name}: {self._rows} rows of {self.table.rows}")
        return [self.path]


def described(table: Table) -> dict[str, Any]:
    """Give what the document says of a table before its rows."""
    return {
        "datasetJSONCreationDateTime": table.as_of.astimezone(UTC).strftime(MOMENT),
        "datasetJSONVersion": VERSION,
        "studyOID": table.study,
        "itemGroupOID": f"IG.{table.name}",
        "records": table.rows,
        "name": table.name,
        "label": table.words,
        "columns": [dict(_column(table, column)) for column in table.columns],
    }


def _column(table: Table, column: Column) -> Iterator[tuple[str, Any]]:
    yield "itemOID", f"IT.{table.name}.{column.name}"
    yield "name", column.name
    yield "label", column.words
    data_type = DATA_TYPES.get(column.type, "string")
    yield "dataType", data_type
    if data_type == "decimal":
        yield "targetDataType", "decimal"
    if codes := codes_of(column):
        yield "length", max(map(len, codes))
    keys = (PARTICIPANT.name, *table.keys)
    if column.name in keys:
        yield "keySequence", keys.index(column.name) + 1
