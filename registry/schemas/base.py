"""The base of every record: unknown fields are refused, read-only ones may be sent back, absent means null."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, missing, validates_schema

from registry.domain.vocabulary import MISSING_REASONS
from registry.problems import RulesBroken
from registry.schemas import fields
from registry.schemas.fields import about
from registry.schemas.removals import OF_THE_REGISTRY, REAL_MOMENT
from registry.schemas.sentences import Sentence, broken, pointed

UNKNOWN = Sentence("unknown_field", "This field does not exist here.")
NOT_AN_OBJECT = Sentence("wrong_type", "The value must be an object.")


class Record(Schema):
    """A record whose fields are declared once, here: for requests, answers, documents, tables and extracts."""

    class Meta:
        """No coercion of unknown fields; order is the order of declaration."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.acceptors: dict[str, Callable[[Any, str], Any]] = {
            name: field.deserialize for name, field in self.load_fields.items()
        }
        self.required_fields = frozenset(name for name, field in self.load_fields.items() if field.required)
        self.secret = self.load_fields.keys() - self.dump_fields.keys()
        self.presenters = {name: fields.presenter(field) for name, field in self.dump_fields.items()}

    def _deserialize(self, data: Any, *, error_store: Any, **kwargs: Any) -> Any:
        """Load the fields that were sent and miss those that are required, in one pass over what was sent.

        marshmallow's own loop visits every declared field of every form, sent or not; this one gives the same answer.
        """
        if not isinstance(data, Mapping):
            error_store.store_error([NOT_AN_OBJECT])
            return {}
        accepted: dict[str, Any] = {}
        for name, value in data.items():
            accept = self.acceptors.get(name)
            if accept is None:
                self._refuse_unknown(name, error_store)
                continue
            try:
                accepted[name] = accept(value, name)
            except ValidationError as error:
                error_store.store_error(error.messages, name)
        for name in sorted(self.required_fields - data.keys()):
            error_store.store_error([Sentence("required", "The value is required.")], name)
        return accepted

    def _refuse_unknown(self, name: str, error_store: Any) -> None:
        if name not in self.dump_fields:
            error_store.store_error([UNKNOWN], name)

    def accept(self, body: Any) -> dict[str, Any]:
        """Load a submission; every broken rule at once, or the accepted values.

        Raises:
            RulesBroken: naming each rule with its JSON pointer.
        """
        try:
            accepted: dict[str, Any] = self.load(body)
        except ValidationError as error:
            raise RulesBroken(*pointed(error.messages)) from None
        return accepted

    def whole(self, accepted: Mapping[str, Any]) -> dict[str, Any]:
        """Give the record as a whole: what was not sent is empty, for an absent field means the same as a null one."""
        return {
            name: accepted[name] if accepted.get(name) is not None else getattr(field, "empty", None)
            for name, field in self.load_fields.items()
        } | {name: value for name, value in accepted.items() if name not in self.load_fields}

    def present(self, image: Mapping[str, Any]) -> dict[str, Any]:
        """Give an image as the answer shows it: every declared field, null where there is no value."""
        shown = image.get
        return {
            name: shown(name) if present is None else present(shown(name)) for name, present in self.presenters.items()
        }


@cache
def schema_of(kind: type[Record]) -> Record:
    """Give the one instance of a record's schema that requests share: making one takes longer than using it."""
    return kind()


class Kept(Record):
    """What every kept record tells about itself, set by the registry."""

    id = fields.Id(dump_only=True, metadata=about("Identifier of the record"))
    version = fields.Whole(
        1,
        2**31 - 1,
        dump_only=True,
        metadata=about("Version of the record, from 1; also its ETag", removed_because=OF_THE_REGISTRY),
    )
    recorded_at = fields.Moment(
        dump_only=True,
        metadata=about("When the record was first kept, by the server's clock", removed_because=REAL_MOMENT),
    )
    changed_at = fields.Moment(
        dump_only=True, metadata=about("When this version was kept, by the server's clock", removed_because=REAL_MOMENT)
    )


class MissingReasons(fields.Strict):
    """Why values are absent: field name to reason."""

    kind = "an object of field names and reasons"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise self.refuse()
        wrong = {name: [NOT_A_REASON] for name, reason in value.items() if not is_reason(reason)}
        if wrong:
            raise ValidationError(wrong)
        return value


def is_reason(value: Any) -> bool:
    """Tell whether a value is one of the codes of reasons for missing."""
    return isinstance(value, str) and value in MISSING_REASONS


NOT_A_REASON = Sentence("not_in_list", "The reason must be one of: " + ", ".join(MISSING_REASONS) + ".")


class Form(Record):
    """An instrument or group of measures of one visit; any value may be absent with a reason."""

    missing = MissingReasons(
        metadata=about(
            "Why values are absent: field name to one of the reasons for missing",
            removed_because="given in a file of its own, one row a value",
        )
    )

    @validates_schema(skip_on_field_errors=False)
    def reasons_are_for_absent_values(self, form: dict[str, Any], **_: Any) -> None:
        """A reason for missing names a field of this form that has no value."""
        reasons = form.get("missing") or {}
        wrong = {name: [self._why_wrong(name)] for name in reasons if self._why_wrong(name, form)}
        if wrong:
            raise ValidationError({"missing": wrong})

    def _why_wrong(self, name: str, form: Mapping[str, Any] | None = None) -> Sentence | None:
        if name == "missing" or name not in self.load_fields:
            return UNKNOWN
        if form is None or form.get(name) is not None:
            return Sentence("not_missing", "A reason for missing is given for a field that has a value.")
        return None


__all__ = ["Form", "Kept", "MissingReasons", "Record", "about", "broken", "missing"]
