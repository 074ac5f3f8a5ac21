"""Every record that is kept, with the records inside it: those of the dictionary first, then whatever a route gives."""

from __future__ import annotations

from collections.abc import Iterator

from registry.publish.dictionary import RECORDS, title_of
from registry.publish.openapi import contracts
from registry.schemas.base import Form, Kept, Record
from registry.schemas.fields import ListOf, Part


def every() -> dict[str, type[Record]]:
    """Give each record by its name, such as `adverse_event`; of two with one name the first."""
    found: dict[str, type[Record]] = {}
    for record in (*RECORDS, *_kept()):
        _add(record, found)
    return found


def _kept() -> Iterator[type[Record]]:
    """Give what the routes answer with and keep; not what is a kept record with something beside it."""
    given = dict.fromkeys(contract.gives for _, _, contract in contracts() if contract.gives)
    kept = [record for record in given if issubclass(record, Kept)]
    for record in kept:
        if not any(other is not record and issubclass(record, other) for other in kept):
            yield record


def _add(record: type[Record], found: dict[str, type[Record]]) -> None:
    name = name_of(record)
    if name in found or issubclass(record, Form):
        return
    found[name] = record
    for field_name, field in record().fields.items():
        inner = field.inner if isinstance(field, ListOf) else field
        if isinstance(inner, Part) and isinstance(inner.schema, Record) and field_name != "derived":
            _add(type(inner.schema), found)


def name_of(record: type[Record]) -> str:
    """Name a record as its table is named."""
    return title_of(record).lower().replace(" ", "_")
