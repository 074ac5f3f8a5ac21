"""Queries about recorded data: on a field of one version of a record, with the thread of what was said, and their counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import validates_schema

from registry.domain.queries import ACTS, AGE_BAND_WORDS, ORIGINS, RECORD_KINDS, STATUSES
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.base import Kept, Record, schema_of
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.consents import Consent
from registry.schemas.doses import Dose
from registry.schemas.fields import Choice, Id, ListOf, Moment, Part, Text, Whole, YesNo, about
from registry.schemas.participants import Participant
from registry.schemas.pointers import declared
from registry.schemas.queries import ParticipantRecordFilters
from registry.schemas.sentences import broken
from registry.schemas.visits import Visit

RECORDS: Mapping[str, type[Record]] = {
    "visit": Visit,
    "participant": Participant,
    "dose": Dose,
    "concomitant_medication": ConcomitantMedication,
    "adverse_event": AdverseEvent,
    "consent": Consent,
}
LARGEST_VERSION = 2**31 - 1
LONGEST_WORDS = 2000
EXAMPLE_FIELD = "/forms/vital_signs/weight"


def words(said: str, *, required: bool = False, **kwargs: Any) -> Text:
    """Give a field for what somebody says in a thread."""
    return Text(LONGEST_WORDS, required=required, metadata=about(said, free_text=True), **kwargs)


class DataQuery(Kept):
    """A query on a field of a record: it keeps the version of the record that it was opened on."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site of the participant"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    record_kind = Choice(RECORD_KINDS, required=True, metadata=about("Kind of record", example="visit"))
    record_id = Id(required=True, metadata=about("Record"))
    record_version = Whole(1, LARGEST_VERSION, required=True, metadata=about("Version of the record", example=1))
    field = Text(200, required=True, metadata=about("JSON pointer of the field in the record", example=EXAMPLE_FIELD))
    text = Text(
        LONGEST_WORDS,
        required=True,
        metadata=about("What is asked", free_text=True, example="Please check against the source"),
    )
    origin = Choice(ORIGINS, dump_only=True, metadata=about("How it came to be opened"))
    rule = Text(60, dump_only=True, allow_none=True, metadata=about("Edit check that asked; null where none did"))
    batch_id = Id(dump_only=True, allow_none=True, metadata=about("Ties together the queries that one filter opened"))
    status = Choice(STATUSES, dump_only=True, metadata=about("Where it stands"))
    status_at = Moment(dump_only=True, metadata=about("Since when it stands there"))
    messages = Whole(0, LARGEST_VERSION, dump_only=True, metadata=about("Entries of its thread"))
    opened_by = Text(120, dump_only=True, metadata=about("Who opened it"))
    opened_by_role = Text(200, dump_only=True, metadata=about("By which roles"))
    opened_by_id = Id(
        dump_only=True, allow_none=True, metadata=about("Account that opened it; null where the registry did")
    )
    age_days = Whole(
        0,
        LARGEST_VERSION,
        dump_only=True,
        allow_none=True,
        metadata=about(
            "Whole days since it was opened; of a closed one, until it was closed; null in a past version", unit="d"
        ),
    )

    @validates_schema(skip_on_field_errors=True)
    def field_is_declared(self, query: dict[str, Any], **_: Any) -> None:
        """A query is about a field that records of the kind have."""
        check_field(query["record_kind"], query["field"])


def check_field(record_kind: str, pointer: str) -> None:
    """Refuse a pointer to what records of the kind do not declare; raises ValidationError."""
    if declared(schema_of(RECORDS[record_kind]), pointer) is None:
        raise broken("no_such_field", "Records of this kind have no such field.", "field")


class DataQueryMessage(Kept):
    """What was said or done about a query, by whom, and the state that it led to."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site of the participant"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    data_query_id = Id(dump_only=True, metadata=about("Query"))
    act = Choice(ACTS, dump_only=True, metadata=about("What was done"))
    status = Choice(STATUSES, dump_only=True, metadata=about("Where the query stands after it"))
    text = words("What was said", dump_only=True, allow_none=True)
    answered_version = Whole(
        1,
        LARGEST_VERSION,
        dump_only=True,
        allow_none=True,
        metadata=about("Version of the record that answers; null where words do"),
    )
    by_name = Text(120, dump_only=True, metadata=about("Who"))
    by_role = Text(200, dump_only=True, metadata=about("By which roles"))
    by_id = Id(dump_only=True, allow_none=True, metadata=about("Account"))


class DataQueryWithThread(DataQuery):
    """A query with its thread, first to last."""

    thread = ListOf(
        Part(DataQueryMessage), LARGEST_VERSION, dump_only=True, metadata=about("What was said after it was opened")
    )


class DataQueryAnswer(Record):
    """An answer of the site: in words, or by an amendment of the record, or both."""

    text = words("What the site answers")
    amended = YesNo(empty=False, metadata=about("The record was amended: its present version is the answer"))

    @validates_schema(skip_on_field_errors=True)
    def says_something(self, answer: dict[str, Any], **_: Any) -> None:
        """An answer has words, or names the amendment."""
        if not answer.get("text") and not answer.get("amended"):
            raise broken("required", "An answer has words, or says that the record was amended.", "text")


class DataQueryClosure(Record):
    """The closing of an answered query."""

    text = words("What is said with it")


class DataQueryWords(Record):
    """What is said: a comment, a reason to withdraw a query, or what is asked again."""

    text = words("What is said", required=True)


class DataQueryFilters(ParticipantRecordFilters):
    """Filter the queries of a study, oldest first: the work list."""

    status = Choice(STATUSES, metadata=about("Only queries that stand here"))
    record_kind = Choice(RECORD_KINDS, metadata=about("Only queries about this kind of record"))
    record_id = Id(metadata=about("Only queries about this record"))
    origin = Choice(ORIGINS, metadata=about("Only queries of this origin"))
    field = Text(200, metadata=about("Only queries about this field, a JSON pointer"))
    batch_id = Id(metadata=about("Only queries that were opened together"))


class QueryCountFilters(Record):
    """Filter the counts of queries."""

    site_id = Id(metadata=about("Only queries of this site"))


class QueryCount(Record):
    """How many queries of a site stand where, by age."""

    site_id = Id(required=True, metadata=about("Site"))
    status = Choice(STATUSES, required=True, metadata=about("Where they stand"))
    age_band = Choice(
        AGE_BAND_WORDS, required=True, metadata=about("Age; of closed ones, until they were closed", example="0-7")
    )
    count = Whole(1, LARGEST_VERSION, required=True, metadata=about("How many"))
