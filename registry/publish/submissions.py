"""A record as it is sent: without what the registry sets itself, and with nothing that it does not know."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from marshmallow import RAISE
from marshmallow.fields import Field

from registry.schemas.base import Record
from registry.schemas.fields import ListOf, Part


class Submission(Record):
    """What every submission shares: it is read, never answered."""

    class Meta:
        """A field that does not exist is refused."""

        unknown = RAISE


@cache
def submission_of(record: type[Record]) -> type[Submission]:
    """Give the schema of a record as it is sent; the parts of a record are sent as submissions too."""
    sent = {name: _sent(field) for name, field in record().fields.items() if not field.dump_only}
    return type(f"{record.__name__}Submission", (Submission,), {**sent, "__doc__": record.__doc__})


def _sent(field: Field[Any]) -> Field[Any]:
    field = copy.copy(field)
    if isinstance(field, Part):
        return Part(submission_of(type(field.schema)), required=field.required, metadata=field.metadata)
    if isinstance(field, ListOf):
        field.inner = _sent(field.inner)
    return field
