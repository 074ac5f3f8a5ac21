"""Many queries at once: a filter over the records of one kind, tried first without opening any."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from registry.domain.queries import RECORD_KINDS
from registry.domain.query_filters import DAY_OF, MOST_QUERIES, QueryFilter
from registry.domain.vocabulary import VISIT_EVENTS
from registry.schemas.audit import AnyValue
from registry.schemas.base import Record, schema_of
from registry.schemas.data_queries import EXAMPLE_FIELD, LARGEST_VERSION, RECORDS, words
from registry.schemas.fields import (
    Choice,
    Day,
    Exact,
    Id,
    ListOf,
    OneOfNumbers,
    Part,
    PartialDay,
    Text,
    Whole,
    YesNo,
    about,
)
from registry.schemas.laboratory_results import ANALYTES, LaboratoryResult
from registry.schemas.pointers import declared
from registry.schemas.sentences import Sentence, broken

BOUNDS = ("below", "above", "equals")
ORDERED = (Whole, Exact, OneOfNumbers, Day)
COMPARED = (*ORDERED, Choice, YesNo, PartialDay)
RESULTS = "/laboratory_results"
Filter = dict[str, Any]


class DataQueryFilter(Record):
    """Records of one kind that lack a value, or have one that compares so; visits that are complete, none entered in error."""

    record_kind = Choice(RECORD_KINDS, required=True, metadata=about("Kind of record", example="visit"))
    field = Text(
        200,
        required=True,
        metadata=about("JSON pointer of the field; /laboratory_results with an analyte", example=EXAMPLE_FIELD),
    )
    analyte = Choice(ANALYTES, metadata=about("Results of this analyte, compared in its standard unit"))
    event = Choice(VISIT_EVENTS, metadata=about("Only visits of this planned event", example="week_12"))
    site_id = Id(metadata=about("Only records of this site"))
    participant_id = Id(metadata=about("Only records of this participant"))
    from_date = Day(metadata=about("Only visits, doses or consents on or after this day"))
    to_date = Day(metadata=about("Only visits, doses or consents on or before this day"))
    missing = YesNo(empty=False, metadata=about("Those without a value and without a reason for it", example=True))
    below = AnyValue(metadata=about("Those with a value below this number or day"))
    above = AnyValue(metadata=about("Those with a value above this number or day"))
    equals = AnyValue(metadata=about("Those with this value"))

    @validates_schema(skip_on_field_errors=True)
    def can_be_asked(self, asked: Filter, **_: Any) -> None:
        """The field is declared and can be compared so, and the filters are ones that the kind has."""
        _bounds(asked, _field(asked))
        if asked.get("event") and asked["record_kind"] != "visit":
            raise broken("not_of_this_kind", "Only visits have an event.", "event")
        days = [name for name in ("from_date", "to_date") if asked.get(name)]
        if days and asked["record_kind"] not in DAY_OF:
            raise broken("not_of_this_kind", "Records of this kind have no whole date to filter by.", days[0])


def resolved(asked: Filter) -> QueryFilter:
    """Give an accepted filter with the columns that it is about."""
    field, kind = _field(asked), asked["record_kind"]
    bounds = _bounds(asked, field)
    others: dict[str, Any] = {
        name: asked.get(name) for name in ("site_id", "participant_id", "event", "from_date", "to_date")
    }
    steps = asked["field"].split("/")[1:]
    form = steps[1] if steps[0] == "forms" else ""
    listed = ("text[]" if isinstance(field.inner, Choice) else "jsonb") if isinstance(field, ListOf) else ""
    return QueryFilter(
        record_kind=kind,
        pointer=asked["field"],
        column=steps[-1],
        form=form,
        analyte=asked.get("analyte") or "",
        whole=isinstance(field, Part),
        listed=listed,
        bounds=bounds,
        **others,
    )


def _field(asked: Filter) -> fields.Field[Any]:
    """Give the declaration of the field; raises ValidationError where it is none that can be looked for."""
    if asked.get("analyte"):
        if asked["record_kind"] != "visit" or asked["field"] != RESULTS:
            raise broken("not_of_this_kind", "An analyte is looked for at /laboratory_results of visits.", "analyte")
        return LaboratoryResult().fields["value"]
    pointer = asked["field"]
    found = declared(schema_of(RECORDS[asked["record_kind"]]), pointer)
    most = 3 if pointer.startswith("/forms/") else 1
    if found is None or isinstance(found, Id) or pointer.count("/") > most or pointer in ("/forms", RESULTS):
        raise broken("no_such_field", "Records of this kind have no such field to look for.", "field")
    return found


def _bounds(asked: Filter, field: fields.Field[Any]) -> dict[str, Any]:
    """Give what the value is compared with, read as the field reads it; raises ValidationError."""
    given = {name: asked[name] for name in BOUNDS if asked.get(name) is not None}
    if bool(given) is bool(asked.get("missing")):
        raise broken("one_of", "Say either missing, or what the value is below, above or equal to.", "missing")
    if given and (field.metadata.get("x-free-text") or not isinstance(field, COMPARED)):
        raise broken("not_compared", "Values of this field are not compared; only missing ones are found.", "field")
    return {name: _read(name, value, field) for name, value in given.items()}


def _read(name: str, value: Any, field: fields.Field[Any]) -> Any:
    if name != "equals" and not isinstance(field, ORDERED):
        raise broken("not_ordered", "Values of this field have no order.", name)
    try:
        return field.deserialize(value)
    except ValidationError as error:
        said = (
            error.messages
            if isinstance(error.messages, list)
            else [Sentence("wrong_type", "The value is of another kind.")]
        )
        raise ValidationError({name: said}) from None


class DataQueryBatch(Record):
    """Queries to be opened on every record that a filter finds, but for those with one there that is not closed."""

    filter = Part(DataQueryFilter, required=True, metadata=about("Which records"))
    text = words("What is asked", required=True)
    dry_run = YesNo(empty=False, metadata=about("Only tell which records, and open nothing", example=True))


class DataQueryFound(Record):
    """A record that a filter found."""

    record_id = Id(required=True, metadata=about("Record"))
    record_version = Whole(1, LARGEST_VERSION, required=True, metadata=about("Its version"))
    participant_id = Id(required=True, metadata=about("Participant"))
    field = Text(200, required=True, metadata=about("JSON pointer of the field"))
    query_id = Id(metadata=about("Query that was opened; null in a dry run"))


class DataQueryBatchAnswer(Record):
    """What a filter found, and the queries that were opened."""

    dry_run = YesNo(required=True, metadata=about("Whether nothing was opened"))
    batch_id = Id(metadata=about("Ties together the queries that were opened; null where none was"))
    count = Whole(0, MOST_QUERIES, required=True, metadata=about("How many records"))
    records = ListOf(Part(DataQueryFound), MOST_QUERIES, required=True, metadata=about("The records"))
