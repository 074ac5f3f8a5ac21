"""Which visits leave where not all do, and the numbers that they bear: counted anew, so that no gap tells of one left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from registry.db.extract_snapshot import PLACE
from registry.domain.vocabulary import VISIT_EVENTS
from registry.publish.extracts import wide_participant
from registry.publish.extracts.columns import File
from registry.publish.extracts.staging import Staged

NUMBER, OF_EVENT = "visit_number", "_event"
"""How a column ends that names the planned event of which its neighbours with the same beginning tell."""


class VisitNumbers:
    """The visits of all participants by place: each one's number in the extract, or none where it stays."""

    def __init__(self, visits: Staged, kept: Sequence[frozenset[str]]) -> None:
        self.kept = kept
        self.starts = [0] * len(kept)
        self.anew: list[int | None] = []
        place_before = -1
        for batch in visits.batches():
            for place, event in zip(batch.column(PLACE).to_pylist(), batch.column("event").to_pylist(), strict=True):
                if place != place_before:
                    self.starts[place], number, place_before = len(self.anew), 0, place
                number += event in kept[place]
                self.anew.append(number if event in kept[place] else None)
        self.first = pa.array(self.starts, pa.int64())
        self.numbers = pa.array(self.anew, pa.int64())

    def leaving(self, file: File, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Give the rows that are of no visit, or of one that leaves, with its number."""
        if NUMBER in batch.schema.names:
            return self._numbered(batch)
        return self._within(batch) if file.name == wide_participant.FILE.name else batch

    def _numbered(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        old = batch.column(NUMBER)
        anew = self.numbers.take(pc.add(self.first.take(batch.column(PLACE)), pc.subtract(old, 1)))
        stays = pc.and_(pc.is_valid(old), pc.is_null(anew))
        at = batch.schema.get_field_index(NUMBER)
        return batch.set_column(at, batch.schema.field(at), anew).filter(pc.invert(stays))

    def _within(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Leave blank what the rows of participants tell of visits that stay."""
        rows = [without_visits(row, self.kept[row[PLACE]]) for row in batch.to_pylist()]
        return pa.RecordBatch.from_pylist(rows, schema=batch.schema)


def without_visits(row: Mapping[str, Any], kept: frozenset[str]) -> dict[str, Any]:
    """Give the row of a participant without what it tells of planned events whose visits stay, by the names of its columns."""
    stays = set(VISIT_EVENTS) - kept
    stems = (name.removesuffix(OF_EVENT) for name, value in row.items() if name.endswith(OF_EVENT) and value in stays)
    gone = tuple(f"{stem}_" for stem in stems)
    return {name: None if name.startswith(gone) else value for name, value in row.items()}


def kept_by(kept: Mapping[str, frozenset[str] | None], pseudonyms: Sequence[str]) -> list[frozenset[str]] | None:
    """Give by place which planned events leave; None where every visit does."""
    by_place: list[Any] = [kept[one] for one in pseudonyms]
    return by_place if any(events is not None for events in by_place) else None
