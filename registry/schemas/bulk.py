"""Many visits in one request: what can be asked, and the answer to each line."""

from __future__ import annotations

from registry.schemas.audit import AnyValue
from registry.schemas.base import Record
from registry.schemas.fields import Id, Whole, about
from registry.schemas.queries import QueryYesNo


class BulkOptions(Record):
    """How many visits are recorded at once."""

    dry_run = QueryYesNo(metadata=about("Judge every line and record nothing"))
    atomic = QueryYesNo(metadata=about("Record every line or none"))


class BulkAnswer(Record):
    """The answer to one line, in the order of the lines."""

    line = Whole(1, 2**53, required=True, metadata=about("Number of the line, from 1"))
    status = Whole(
        100, 599, required=True, metadata=about("What the line alone would have been answered with; 200 in a dry run")
    )
    id = Id(metadata=about("The visit that was recorded"))
    version = Whole(1, 2**31 - 1, metadata=about("Its version"))
    problem = AnyValue(metadata=about("Why the line was refused, as a problem"))
