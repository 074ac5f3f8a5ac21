"""What is left blank along with something else: the number with its category, the value whose limits another would give back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from registry.publish.extracts.columns import Column
from registry.publish.extracts.limits import Limits, is_rare


def inside(batch: pa.RecordBatch, columns: Sequence[Column]) -> pa.RecordBatch:
    """Give a batch without the values that never leave the study team, by another column of their row."""
    for column in columns:
        if column.inside_where:
            where, values = column.inside_where
            stays = pc.is_in(batch.column(where), value_set=pa.array(values, pa.string()))
            batch = _without(batch, column.name, stays)
    return batch


def along(batch: pa.RecordBatch, columns: Sequence[Column], found: Limits) -> pa.RecordBatch:
    """Give a batch without what would tell codes that are left blank as rare."""
    by_name, left = {column.name: column for column in columns}, batch
    for column in columns:
        for other in column.told_with:
            if found.rare.get(other):
                left = _without(left, column.name, is_rare(batch, by_name[other], found.rare[other]))
    return left


def _without(batch: pa.RecordBatch, name: str, gone: Any) -> pa.RecordBatch:
    place = batch.schema.get_field_index(name)
    values = batch.column(place)
    left = pc.if_else(pc.fill_null(gone, False), pa.scalar(None, values.type), values)
    return batch.set_column(place, batch.schema.field(place), left)
