"""Parquet: typed columns with label, unit, codes and SDTM name in their metadata; a large table in parts of equal names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import simplejson

from registry.publish.extracts.columns import Column
from registry.publish.extracts.tables import Table, arrow_type

PART_ROWS = 1_000_000
"""Rows of one file at most; a table with more is written as `name-0001.parquet`, `name-0002.parquet` and so on."""
COMPRESSION = {"compression": "zstd", "compression_level": 1}


class Parquet:
    """Writes a table as one file, or as parts that DuckDB, Spark and pandas read together."""

    def __init__(self, folder: Path, table: Table) -> None:
        self.folder, self.table, self.schema = folder, table, schema(table)
        self.paths: list[Path] = []
        self.room = 0
        self._begin()

    def write(self, batch: pa.RecordBatch) -> None:
        """Write some rows; numbers that are exact text become the nearest binary ones."""
        columns = [column.cast(field.type) for column, field in zip(batch.columns, self.schema, strict=True)]
        rows = pa.RecordBatch.from_arrays(columns, schema=self.schema)
        for part in self._parted(rows):
            self.writer.write_batch(part)

    def close(self) -> list[Path]:
        """End the last file, and give all."""
        self.writer.close()
        return self.paths

    def _parted(self, rows: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        while rows.num_rows:
            if not self.room:
                self.writer.close()
                self._begin()
            part, rows = rows.slice(0, self.room), rows.slice(self.room)
            self.room -= part.num_rows
            yield part

    def _begin(self) -> None:
        several = self.table.rows > PART_ROWS
        name = f"{self.table.name}-{len(self.paths) + 1:04d}" if several else self.table.name
        self.paths.append(self.folder / f"{name}.parquet")
        self.writer = pq.ParquetWriter(self.paths[-1], self.schema, **COMPRESSION)
        self.room = PART_ROWS


def schema(table: Table) -> pa.Schema:
    """Give the Arrow schema with what each column, and the table, tells of itself."""
    said = {
        "name": table.name,
        "label": table.words,
        "keys": ",".join(("participant", *table.keys)),
        "study": table.study,
    }
    moment = {"as_of": table.as_of.astimezone(UTC).isoformat()}
    return pa.schema([_field(column) for column in table.columns], metadata=said | moment)


def _field(column: Column) -> pa.Field:
    codes = simplejson.dumps({str(code): words for code, words in column.codes.items()}) if column.codes else None
    said: dict[str, Any] = {"label": column.words, "unit": column.unit, "codes": codes, "sdtm": column.sdtm}
    kind = pa.float64() if column.type == "decimal" else arrow_type(column)
    return pa.field(column.name, kind, metadata={name: told for name, told in said.items() if told})
