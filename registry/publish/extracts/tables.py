"""A file of an extract as Arrow sees it: one type for each kind of column, and what every format's writer takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from registry.publish.extracts.columns import Column

ARROW: Mapping[str, Any] = {"integer": pa.int64(), "0/1": pa.int64()}
"""Arrow's types by the type of a column; every other is text: a decimal is its exact text, a date ISO 8601, maybe partial."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file as it leaves: its columns after the profile, in order, and what a format tells about them."""

    name: str
    words: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    study: str
    as_of: datetime
    rows: int

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of every batch of this table."""
        return pa.schema([pa.field(column.name, arrow_type(column)) for column in self.columns])


class Writer(Protocol):
    """Writes one table in one format, a batch at a time; memory does not grow with the rows."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Write some rows."""

    def close(self) -> list[Path]:
        """End the file, or its parts, and give them."""


def arrow_type(column: Column) -> pa.DataType:
    """Give the Arrow type of a column of this kind."""
    return ARROW.get(column.type, pa.string())
