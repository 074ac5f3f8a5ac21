"""Which records a bulk of queries is about: those of a kind whose value at one place is missing, or compares so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

MOST_QUERIES = 2000
"""Most queries that one request opens."""

DAY_OF: Mapping[str, str] = {"visit": "visited_on", "dose": "started_on", "consent": "given_on"}
"""The date of a record by which it can be filtered, where its kind has a whole one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryFilter:
    """A filter that was held against the declarations: `column` is one of the kind's table, or of the visit's `form`.

    With `analyte` it is about the results of that analyte, compared by their value in its standard unit. `whole` says that
    the form as such is missing; `listed`, that the column is a list (`text[]` or `jsonb`). `bounds` are `below`, `above` and
    `equals`; without any, what is missing without a reason is found.
    """

    record_kind: str
    pointer: str
    column: str = ""
    form: str = ""
    analyte: str = ""
    whole: bool = False
    listed: str = ""
    bounds: Mapping[str, Any]
    site_id: str | None = None
    participant_id: str | None = None
    event: str | None = None
    from_date: date | None = None
    to_date: date | None = None
