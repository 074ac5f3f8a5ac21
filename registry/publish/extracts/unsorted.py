"""Rows as the database gives them, in any order, put in order with a few participants in memory at once.

To sort them in PostgreSQL takes as long as reading them, several times that where they do not fit its memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

LEAST = 256
"""Participants whose rows are sorted at once, or more where there are many."""
PARTS = 64
"""Files at most that the rows are divided into."""


class Unsorted:
    """Keeps rows in a file for each range of places; they come back sorted by the first column, the place, and the keys."""

    def __init__(self, path: Path, schema: pa.Schema, keys: Sequence[str], participants: int) -> None:
        self.path, self.schema = path, schema
        self.order = [(name, "ascending") for name in (schema.names[0], *keys)]
        self.range = max(LEAST, -(-participants // PARTS))
        self.parts: dict[int, pa.RecordBatchStreamWriter] = {}

    def add(self, batch: pa.RecordBatch) -> None:
        """Keep some rows."""
        parts = pc.divide(batch.column(0), self.range)
        order = pc.sort_indices(parts)
        rows, ends = batch.take(order), pc.run_end_encode(parts.take(order))
        begin = 0
        for part, end in zip(ends.values.to_pylist(), ends.run_ends.to_pylist(), strict=True):
            self._part(part).write_batch(rows.slice(begin, end - begin))
            begin = end

    def sorted(self) -> Iterator[pa.RecordBatch]:
        """Give all rows in order, and forget them."""
        for part, writer in sorted(self.parts.items()):
            writer.close()
            path = self._path(part)
            with pa.memory_map(str(path)) as source:
                yield from pa.ipc.open_stream(source).read_all().sort_by(self.order).combine_chunks().to_batches()
            path.unlink()

    def _part(self, part: int) -> pa.RecordBatchStreamWriter:
        if part not in self.parts:
            self.parts[part] = pa.ipc.new_stream(str(self._path(part)), self.schema)
        return self.parts[part]

    def _path(self, part: int) -> Path:
        return self.path.with_suffix(f".{part}")
