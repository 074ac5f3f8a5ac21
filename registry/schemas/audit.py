"""What the audit tells: who did what, when, from where, why, and which fields changed."""

from __future__ import annotations

from marshmallow import fields as plain

from registry.schemas.base import Record
from registry.schemas.fields import Id, ListOf, Moment, Part, Strict, Text, Whole, about
from registry.schemas.queries import Page


class AnyValue(Strict, plain.Raw):
    """A value of any kind."""

    kind = "any value"


class FieldChange(Record):
    """One field that changed: where, from what, to what."""

    field = Text(400, required=True, metadata=about("JSON pointer of the field"))
    old = AnyValue(metadata=about("Value before; null where there was none"))
    new = AnyValue(metadata=about("Value after; null where there is none"))


class HistoryEntry(Record):
    """One write to a record."""

    at = Moment(required=True, metadata=about("When, by the server's clock, in UTC"))
    change_set = Id(required=True, metadata=about("Ties together all that one request wrote"))
    request_id = Text(64, required=True, metadata=about("Request that wrote"))
    actor = Text(120, required=True, metadata=about("Who"))
    organisation = Text(120, required=True, metadata=about("Organisation of the actor"))
    role = Text(200, required=True, metadata=about("By which roles"))
    client = Text(200, required=True, metadata=about("With which program"))
    reason = Text(500, metadata=about("Why"))
    action = Text(40, required=True, metadata=about("What was done", example="amend"))
    version = Whole(1, 2**31 - 1, metadata=about("Version that the write made"))
    changes = ListOf(Part(FieldChange), 10000, metadata=about("What changed, field by field"))


class Event(HistoryEntry):
    """An event of the audit."""

    id = Whole(1, 2**53, required=True, metadata=about("Number of the event; later events have higher ones"))
    kind = Text(40, required=True, metadata=about("Kind of record, or of what happened"))
    record_id = Id(metadata=about("Record"))
    site_id = Id(metadata=about("Site of the record"))
    participant_id = Id(metadata=about("Participant of the record"))


class EventFilters(Page):
    """Filter the events of the audit."""

    kind = Text(40, metadata=about("Only events of this kind of record"))
    record_id = Id(metadata=about("Only events of this record"))
    participant_id = Id(metadata=about("Only events of this participant's records"))
    actor_id = Id(metadata=about("Only events of this account"))
    change_set = Id(metadata=about("Only events of this change set"))
    since = Moment(metadata=about("Only events at or after this moment"))
    until = Moment(metadata=about("Only events at or before this moment"))


__all__ = ["AnyValue", "Event", "EventFilters", "FieldChange", "HistoryEntry"]
