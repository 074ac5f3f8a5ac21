"""JSON pointers into a record, held against its declaration: a field that is not declared is not there."""

from __future__ import annotations

import re
from typing import Any

from marshmallow.fields import Field

from registry.schemas.base import Record
from registry.schemas.fields import ListOf, Part

INDEX = re.compile(r"0|[1-9][0-9]{0,3}")


def declared(record: Record, pointer: str) -> Field[Any] | None:
    """Give the field that may be sent at a pointer (RFC 6901), such as `/forms/damage/mdi_extent_total`; None without one."""
    begin, *steps = pointer.split("/")
    if begin or not steps:
        return None
    place: Any = record
    for step in steps:
        place = _below(place, step)
    found: Field[Any] | None = place
    return found


def _below(place: Any, step: str) -> Field[Any] | None:
    if isinstance(place, Part):
        place = place.schema
    if isinstance(place, Record):
        return place.load_fields.get(step)
    return place.inner if isinstance(place, ListOf) and INDEX.fullmatch(step) else None
