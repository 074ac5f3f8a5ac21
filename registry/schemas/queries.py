"""What a list or a read can be asked: filters, page, moment. Query strings are text; these fields read them."""

from __future__ import annotations

import re
from typing import Any

from registry.schemas import fields
from registry.schemas.base import Record
from registry.schemas.fields import about

LARGEST_PAGE = 200
USUAL_PAGE = 50


class QueryWhole(fields.Whole):
    """A whole number in a query string."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
            return int(value)
        raise self.refuse()


class QueryYesNo(fields.YesNo):
    """`true` or `false` in a query string."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if value in ("true", "false"):
            return bool(value == "true")
        raise self.refuse()


class AsOf(Record):
    """Read a record as it stood."""

    as_of = fields.Moment(metadata=about("Answer as it stood at this past moment"))


class Page(Record):
    """Page through a list."""

    limit = QueryWhole(1, LARGEST_PAGE, metadata=about("Entries a page, 50 unless told"))
    cursor = fields.Text(512, metadata=about("Where the page starts: taken from the link with rel=next"))


class RecordFilters(Page):
    """Filter a list of records."""

    site_id = fields.Id(metadata=about("Only records of this site"))
    changed_since = fields.Moment(metadata=about("Only records changed at or after this moment"))


class ParticipantRecordFilters(RecordFilters):
    """Filter a list of records that belong to participants."""

    participant_id = fields.Id(metadata=about("Only records of this participant"))
