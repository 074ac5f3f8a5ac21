"""Data cuts: moments with a name, which extracts refer to."""

from __future__ import annotations

from registry.schemas.base import Kept, Record
from registry.schemas.fields import Id, Moment, Text, about
from registry.schemas.queries import Page

CODE_FORM = r"[A-Z0-9][A-Z0-9-]{1,39}"
CODE_SAYS = "The code has 2 to 40 capital letters, digits and hyphens."


class DataCutRequest(Record):
    """Name a moment, so that extracts can refer to it."""

    code = Text(
        40, pattern=CODE_FORM, says=CODE_SAYS, required=True, metadata=about("Code of the cut", example="INTERIM-1")
    )
    name = Text(
        200, required=True, metadata=about("What the cut is for", free_text=True, example="First interim analysis")
    )
    moment = Moment(
        metadata=about("Past moment of the cut; the moment of asking unless told", example="2025-06-30T22:00:00Z")
    )


class DataCut(Kept):
    """A moment with a name; everything recorded up to it belongs to the cut."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    code = Text(40, pattern=CODE_FORM, says=CODE_SAYS, dump_only=True, metadata=about("Code of the cut"))
    name = Text(200, dump_only=True, metadata=about("What the cut is for", free_text=True))
    moment = Moment(dump_only=True, metadata=about("Moment of the cut"))


class DataCutFilters(Page):
    """Page through the data cuts of a study."""
