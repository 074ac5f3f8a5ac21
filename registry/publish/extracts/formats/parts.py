"""Tables in parts of a hundred thousand rows, for programs that take a whole file into memory, and writers that do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from registry.publish.extracts.formats.limits import RowsDiffer
from registry.publish.extracts.tables import Table

PART_ROWS = 100_000


class InParts(ABC):
    """Gathers rows until a part is full; a table of one part has the table's own name, `visit.dta`, not `visit-0001.dta`."""

    suffix: ClassVar[str]

    def __init__(self, folder: Path, table: Table) -> None:
        self.folder, self.table = folder, table
        self._held: list[pa.RecordBatch] = []
        self._rows, self._seen = 0, 0
        self._paths: list[Path] = []

    def write(self, batch: pa.RecordBatch) -> None:
        while batch.num_rows:
            taken = batch.slice(0, PART_ROWS - self._rows)
            self._held.append(taken)
            self._rows += taken.num_rows
            batch = batch.slice(taken.num_rows)
            if self._rows == PART_ROWS:
                self._end_part()

    def close(self) -> list[Path]:
        if self._rows or not self._paths:
            self._end_part()
        if self._seen != self.table.rows:
            raise RowsDiffer(f"{self.table.name}: {self._seen} rows of {self.table.rows}")
        return self._paths

    def _end_part(self) -> None:
        part = len(self._paths) + 1 if self.table.rows > PART_ROWS else None
        path = self.folder / f"{self.table.name}{'' if part is None else f'-{part:04d}'}{self.suffix}"
        rows = pa.Table.from_batches(self._held, schema=self.table.schema)
        self._paths.append(path)
        self._seen += self._rows
        self._held, self._rows = [], 0
        self.write_part(path, rows, part)

    @abstractmethod
    def write_part(self, path: Path, rows: pa.Table, part: int | None) -> None:
        """Write the rows of one part; `part` is its number, or None where there is only one."""
