"""What leaves the database, as it is staged: a private Parquet file for each table, whose rows name participants by place.

A place is a participant's number in the order of the pseudonyms. Neither identifier nor pseudonym stands in a staged file, and
rows come by place, so that each participant's are together. Memory holds one batch, whatever the number of rows.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from registry.db.extract_snapshot import PLACE, Snapshot
from registry.publish.extracts.columns import File
from registry.publish.extracts.declared import MIDDLE_DAY
from registry.publish.extracts.tables import arrow_type
from registry.publish.extracts.unsorted import Unsorted

BATCH = 1 << 16
"""Rows of a batch, and of a group in a staged file."""
BLOCK = 1 << 22
"""Bytes of CSV that are read at once."""
PLAIN = {"compression": "lz4", "use_dictionary": False, "write_statistics": False}


@dataclass(frozen=True, slots=True)
class Staged:
    """A table that was staged: the file it is for, and where its rows are."""

    file: File
    path: Path

    @property
    def rows(self) -> int:
        """How many rows were staged."""
        return int(pq.ParquetFile(self.path).metadata.num_rows)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Give the rows by place; all of a participant's rows are in one batch."""
        held: list[pa.RecordBatch] = []
        with pq.ParquetFile(self.path) as staged:
            for batch in staged.iter_batches(BATCH):
                held.append(batch)
                last = batch.column(0)[-1]
                first = pc.index(batch.column(0), last).as_py()
                if first or (len(held) > 1 and held[-2].column(0)[-1] != last):
                    yield _one([*held[:-1], batch.slice(0, first)])
                    held = [batch.slice(first)]
        if held:
            yield _one(held)


class Stage:
    """Writes a staged file, as groups of equal size: the same rows make the same batches, however they came."""

    def __init__(self, file: File, folder: Path) -> None:
        self.file, self.path, self.schema = file, folder / f"{file.name}.parquet", schema(file)
        self.writer = pq.ParquetWriter(self.path, self.schema, **PLAIN)
        self.held: list[pa.RecordBatch] = []
        self.rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Add some rows, which come by place."""
        self.held.append(batch)
        self.rows += batch.num_rows
        while self.rows >= BATCH:
            whole = _one(self.held)
            self.writer.write_batch(whole.slice(0, BATCH))
            self.held, self.rows = [whole.slice(BATCH)], self.rows - BATCH

    def close(self) -> Staged:
        """End the file."""
        if self.rows:
            self.writer.write_batch(_one(self.held))
        self.writer.close()
        return Staged(self.file, self.path)


def from_view(snapshot: Snapshot, file: File, participants: int, folder: Path, heard: Callable[[], None]) -> Staged:
    """Stage a file from the view of its name, in one statement for all who are wanted."""
    heard()
    stage = Stage(file, folder)
    unsorted = Unsorted(stage.path, stage.schema, file.keys, participants)
    with io.BufferedReader(_Read(snapshot.rows(file.name, file.staged)), BLOCK) as lines:
        for batch in _parsed(lines, stage.schema):
            unsorted.add(batch)
            heard()
    for batch in unsorted.sorted():
        stage.add(batch)
    return stage.close()


def batch_of(rows: Sequence[tuple[Any, ...]], types: pa.Schema, places: Mapping[str, int]) -> pa.RecordBatch:
    """Give rows that begin with the participant's identifier as a batch to stage."""
    first, *others = zip(*rows, strict=True)
    values = [[places[one] for one in first], *others]
    return pa.record_batch([pa.array(of, field.type) for of, field in zip(values, types, strict=True)], schema=types)


def schema(file: File) -> pa.Schema:
    """Give the Arrow schema of a staged file: the place, then what is read from the view."""
    declared = {column.name: arrow_type(column) for column in file.columns}
    return pa.schema([(PLACE, pa.int32()), *((name, declared.get(name) or _helper(name)) for name in file.staged)])


def _helper(name: str) -> pa.DataType:
    return pa.int64() if name.endswith(MIDDLE_DAY) else pa.string()


def _parsed(lines: Any, kinds: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Read CSV as it comes: a cell without quotes and text is missing. Without a row there is nothing to read."""
    if not lines.peek(1):
        return
    yield from pyarrow.csv.open_csv(
        lines,
        pyarrow.csv.ReadOptions(column_names=kinds.names, block_size=BLOCK),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=kinds, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def _one(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


class _Read(io.RawIOBase):
    """What a COPY gives as a stream that can be read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts = parts
        self.left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        done = 0
        while done < len(into):
            if not self.left:
                self.left = memoryview(next(self.parts, b""))
                if not self.left:
                    break
            size = min(len(into) - done, len(self.left))
            into[done : done + size] = self.left[:size]
            self.left = self.left[size:]
            done += size
        return done
