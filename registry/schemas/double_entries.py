"""Double entry of a form of a visit: independent entries, their differences, and the reconciliation."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, post_load, validates_schema
from marshmallow import fields as plain

from registry.domain import double_entry
from registry.domain.double_entry import DOUBLE_ENTRY
from registry.schemas.audit import AnyValue
from registry.schemas.base import Kept, Record, schema_of
from registry.schemas.fields import Choice, Id, ListOf, Moment, Part, Strict, Text, Whole, YesNo, about
from registry.schemas.sentences import Sentence, broken
from registry.schemas.visits import FORMS, Confirmation

FORM_CODES = {name: name.replace("_", " ").capitalize() for name in FORMS}
ENTRY_STATES = {name: DOUBLE_ENTRY.words[name] for name in ("first", "both_equal", "differs")}
MOST_FIELDS = max(len(form().fields) for form in FORMS.values())


class FormValues(Strict, plain.Dict):
    """Values by field; which fields there are is the form's matter."""

    kind = "an object of fields and values"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.refuse()
        return value


class Sides(FormValues):
    """Which entry is right, by field: 1 or 2."""

    kind = "an object of fields, each with 1 or 2"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        sides = super()._deserialize(value, attr, data, **kwargs)
        wrong = {
            name: [Sentence("not_in_list", "The value must be one of: 1, 2.")]
            for name, side in sides.items()
            if type(side) is not int or side not in (1, 2)
        }
        if wrong:
            raise ValidationError(wrong)
        return sides


def confirmations() -> ListOf:
    """Give a field for unusual values that are confirmed, as a visit confirms them."""
    return ListOf(Part(Confirmation, required=True), 50, metadata=about("Unusual values that are confirmed"))


def pair_number() -> Whole:
    """Give a field for the pair of entries that a record belongs to."""
    return Whole(
        1,
        1000,
        dump_only=True,
        metadata=about("Pair of entries; 2 and on where the form was removed and entered again"),
    )


class IndependentEntry(Kept):
    """One of the two independent entries of a form; the other person's is hidden until both are in."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    visit_id = Id(dump_only=True, metadata=about("Visit"))
    form = Choice(FORM_CODES, required=True, metadata=about("Form", example="disease_activity"))
    pair_number = pair_number()
    entry_number = Whole(1, 2, dump_only=True, metadata=about("First or second entry"))
    values = FormValues(
        required=True,
        metadata=about("The form as it was entered; an empty object where it is hidden", example={"pain": 3}),
    )
    confirmations = confirmations()
    state = Choice(ENTRY_STATES, dump_only=True, metadata=about("Where the form stands after this entry"))
    hidden = YesNo(dump_only=True, metadata=about("Whether the values are hidden, because the other entry is not in"))
    entered_by = Text(120, dump_only=True, metadata=about("Who entered it"))
    entered_by_role = Text(200, dump_only=True, metadata=about("By which roles"))
    entered_by_id = Id(dump_only=True, metadata=about("Account that entered it"))

    @validates_schema(skip_on_field_errors=True)
    def values_are_of_the_form(self, entry: dict[str, Any], **_: Any) -> None:
        """The values are what the form takes, with its limits."""
        try:
            schema_of(FORMS[entry["form"]]).load(entry["values"])
        except ValidationError as error:
            raise ValidationError({"values": error.messages}) from None

    @post_load
    def as_the_form_reads_them(self, entry: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Keep the values as the form reads them, without what says nothing."""
        accepted = schema_of(FORMS[entry["form"]]).load(entry["values"])
        return {**entry, "values": double_entry.tidy(accepted)}


class FieldOfTwoEntries(Record):
    """A field in which two entries differ."""

    field = Text(60, required=True, metadata=about("Field of the form"))
    first = AnyValue(metadata=about("Value of the first entry; null where there is none"))
    second = AnyValue(metadata=about("Value of the second entry; null where there is none"))
    first_missing = Text(40, metadata=about("Why the first entry has no value"))
    second_missing = Text(40, metadata=about("Why the second entry has no value"))


class DoubleEntry(Record):
    """Where a form of a visit that two people enter stands, and what differs once both entries are in."""

    form = Choice(FORM_CODES, required=True, metadata=about("Form"))
    state = Choice(DOUBLE_ENTRY.words, required=True, metadata=about("Where it stands"))
    entered_by = ListOf(Text(120), 2, required=True, metadata=about("Who entered it, first to second"))
    differences = ListOf(
        Part(FieldOfTwoEntries), MOST_FIELDS, required=True, metadata=about("What differs, field by field")
    )
    reconciled_by = Text(120, metadata=about("Who reconciled it"))
    reconciled_at = Moment(metadata=about("When it was reconciled"))


class FormReconciliation(Kept):
    """What a third person decided about two entries that differ, and the version of the visit that it made."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    visit_id = Id(dump_only=True, metadata=about("Visit"))
    form = Choice(FORM_CODES, required=True, metadata=about("Form", example="disease_activity"))
    pair_number = pair_number()
    choices = Sides(empty={}, metadata=about("Which entry is right, by field: 1 or 2", example={"pain": 2}))
    values = FormValues(empty={}, metadata=about("Values where neither entry is right, by field"))
    reason = Text(
        500, required=True, metadata=about("Why", free_text=True, example="Read again in the source, with the parent")
    )
    confirmations = confirmations()
    visit_version = Whole(1, 2**31 - 1, dump_only=True, metadata=about("Version of the visit that it made"))
    reconciled_by = Text(120, dump_only=True, metadata=about("Who decided"))
    reconciled_by_role = Text(200, dump_only=True, metadata=about("By which roles"))
    reconciled_by_id = Id(dump_only=True, metadata=about("Account that decided"))

    @validates_schema(skip_on_field_errors=True)
    def fields_are_of_the_form(self, decided: dict[str, Any], **_: Any) -> None:
        """What is decided are fields of the form, each in one way; the values are what the form takes."""
        choices, values = decided.get("choices") or {}, decided.get("values") or {}
        known = FORMS[decided["form"]]().load_fields.keys() - {"missing"}
        wrong: dict[str, Any] = {}
        for told, given in (("choices", choices), ("values", values)):
            if unknown := {name: [NO_FIELD] for name in given if name not in known}:
                wrong[told] = unknown
        if wrong:
            raise ValidationError(wrong)
        if choices.keys() & values.keys():
            raise broken(
                "decided_twice", "A field is decided by a choice or by a value of its own, not by both.", "values"
            )


NO_FIELD = Sentence("unknown_field", "The form has no such field.")
