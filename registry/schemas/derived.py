"""Derived values: what the rules make of records, with the versions of the records that each was made from."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.derived import Derived
from registry.schemas.base import Record
from registry.schemas.fields import Id, ListOf, Part, Text, Whole, about
from registry.schemas.queries import AsOf, QueryYesNo
from registry.schemas.results import ByName, RuleResult, told
from registry.schemas.sentences import broken

MOST_VALUES = 1000
MOST_DERIVED = 50
"""Records of a page with derived values."""


class InputRecord(Record):
    """A record that a derived value was made from."""

    record = Text(40, required=True, metadata=about("Kind of record", example="visit"))
    id = Id(required=True, metadata=about("Record"))
    version = Whole(1, 2**31 - 1, required=True, metadata=about("Version that was used"))

    class Meta(Record.Meta):
        """`fields` is a name that a schema has for itself."""

        include = {"fields": ListOf(Text(200), MOST_VALUES, required=True, metadata=about("Fields that were used"))}  # noqa: RUF012


class DerivedValue(RuleResult):
    """What a rule made of records: a value, a category, or neither with the reason."""

    inputs = ListOf(Part(InputRecord), MOST_VALUES, required=True, metadata=about("Records it was made from"))
    details = ByName(metadata=about("What the rule tells besides, as the calculation of the rule declares it"))


def told_derived(derived: Derived) -> dict[str, Any]:
    """Give a derived value as an image of `DerivedValue`."""
    inputs = [
        {"record": one.record, "id": one.id, "version": one.version, "fields": list(one.fields)}
        for one in derived.inputs
    ]
    return {**told(derived.result), "inputs": inputs}


def derived_values(words: str) -> ListOf:
    """Make the field of a record for what is derived from it: answered, never submitted, never kept."""
    said = about(words, removed_because="given in a file of its own")
    return ListOf(Part(DerivedValue), MOST_VALUES, dump_only=True, allow_none=True, metadata=said)


# --- what is asked ------------------------------------------------------------------------------------------------


class WithDerived(Record):
    """Read a record with or without what is derived from it."""

    derived = QueryYesNo(metadata=about("Whether to answer with the derived values; true unless told"))


class AsOfWithDerived(AsOf, WithDerived):
    """Read a record as it stood, with what was derived from it then."""


class ListWithDerived(Record):
    """List records with what is derived from them."""

    derived = QueryYesNo(
        metadata=about(
            f"Whether to answer with the derived values; false unless told, and with a limit of at most {MOST_DERIVED}"
        )
    )

    @validates_schema(skip_on_field_errors=True)
    def a_page_of_derived_values_is_short(self, asked: dict[str, Any], **_: Any) -> None:
        """A page with derived values has fewer records: each is derived from a whole course."""
        if asked.get("derived") and (asked.get("limit") or 0) > MOST_DERIVED:
            raise broken("too_many_derived", f"With derived values limit is at most {MOST_DERIVED}.", "limit")
