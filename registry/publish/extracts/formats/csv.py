"""Tidy CSV: UTF-8, a header, lines that end with LF, exact numbers; a cell is quoted only where it must be, blank is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from registry.publish.extracts.tables import Table

SPECIAL = '[",\r\n]'


class Csv:
    """Writes a table as one file."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.path = folder / f"{table.name}.csv"
        self.file = self.path.open("xb")
        self.file.write(",".join(column.name for column in table.columns).encode() + b"\n")

    def write(self, batch: pa.RecordBatch) -> None:
        """Write some rows."""
        if batch.num_rows:
            cells = [_cells(column) for column in batch.columns]
            lines = pc.binary_join_element_wise(*cells, ",", null_handling="replace", null_replacement="")
            self.file.write(_joined(pc.binary_join_element_wise(lines, "\n", "")))

    def close(self) -> list[Path]:
        """End the file."""
        self.file.close()
        return [self.path]


def _cells(column: Any) -> Any:
    """Give a column as text; what has a comma, a quote or an end of line in it is quoted."""
    if not pa.types.is_string(column.type):
        return column.cast(pa.string())
    special = pc.match_substring_regex(column, SPECIAL)
    if not pc.any(special).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), column)


def _joined(lines: Any) -> memoryview:
    """Give the bytes of all lines: they stand one after the other in the array's own memory."""
    offsets, held = lines.buffers()[1:]
    ends = memoryview(offsets).cast("i")
    return memoryview(held)[ends[lines.offset] : ends[lines.offset + len(lines)]]
