"""The history of a derived value: what it became, from when on, and the writes that made it so."""

from __future__ import annotations

from registry.domain.rulebook import RULEBOOK
from registry.schemas.base import Record
from registry.schemas.derived import MOST_VALUES, DerivedValue
from registry.schemas.fields import Choice, Id, ListOf, Moment, Part, Text, Whole, YesNo, about
from registry.schemas.queries import LARGEST_PAGE, Page, QueryWhole

MOMENTS_A_PAGE = 20


class Cause(Record):
    """A write that changed a derived value."""

    change_set = Id(required=True, metadata=about("Ties together all that one request wrote"))
    record = Text(40, required=True, metadata=about("Kind of record that was written", example="visit"))
    id = Id(required=True, metadata=about("Record that was written"))
    version = Whole(1, 2**31 - 1, required=True, metadata=about("Version that the write made"))
    action = Text(40, required=True, metadata=about("What was done", example="amend"))
    actor = Text(120, required=True, metadata=about("Who"))
    reason = Text(500, metadata=about("Why"))


class DerivedMoment(DerivedValue):
    """What a derived value became at a moment, and what made it so."""

    at = Moment(required=True, metadata=about("From when on"))
    withdrawn = YesNo(required=True, metadata=about("Whether it is derived no more: the visit counts for nothing"))
    because = ListOf(Part(Cause), MOST_VALUES, required=True, metadata=about("The writes that made it so"))


class DerivedFilters(Page):
    """Page through the moments of derived values."""

    limit = QueryWhole(
        1, LARGEST_PAGE, metadata=about(f"Moments a page at which a record changed, {MOMENTS_A_PAGE} unless told")
    )
    rule = Choice(
        {rule.id: rule.title for rule in RULEBOOK.values()},
        metadata=about("Only values of this rule", example="egfr"),
    )
    subject = Text(60, metadata=about("Only values about this: an analyte, a drug"))
