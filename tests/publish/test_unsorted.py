"""Rows that come in any order are staged by place and key, in whichever parts they were kept."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pyarrow as pa

from registry.publish.extracts.unsorted import LEAST, Unsorted

SCHEMA = pa.schema([("place", pa.int32()), ("visit_number", pa.int64()), ("event", pa.string())])
PARTICIPANTS = 3 * LEAST


def test_rows_come_back_in_order_whatever_order_they_came_in(tmp_path: Path) -> None:
    rows = [(place, number, None if number == 2 else "week_0") for place in range(PARTICIPANTS) for number in (1, 2, 3)]
    mixed = Random(1).sample(rows, len(rows))
    unsorted = Unsorted(tmp_path / "visit.parquet", SCHEMA, ("visit_number",), PARTICIPANTS)
    for start in range(0, len(mixed), 500):
        places, numbers, events = zip(*mixed[start : start + 500], strict=True)
        unsorted.add(pa.record_batch([*map(pa.array, (places, numbers, events))], names=SCHEMA.names).cast(SCHEMA))
    found = [tuple(row.values()) for batch in unsorted.sorted() for row in batch.to_pylist()]
    assert found == rows
    assert list(tmp_path.iterdir()) == []


def test_without_rows_there_is_nothing_to_give(tmp_path: Path) -> None:
    assert list(Unsorted(tmp_path / "dose.parquet", SCHEMA, (), 0).sorted()) == []
