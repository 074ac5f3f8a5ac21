"""Double entry of a form: two people enter it independently, what differs is decided by a third, with a reason.

An entry is a mapping of field to value with `missing`, a mapping of field to the reason why it has no value; absent and
null are the same. Value and reason of a field belong together: whoever chooses an entry for a field takes both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain import differences
from registry.domain.transitions import States, Transition

Entry = Mapping[str, Any]
WRITTEN = ("both_equal", "reconciled")
"""The states in which the form is in the visit."""

DOUBLE_ENTRY = States(
    "Double entry of a form",
    {
        "none": "Not entered",
        "first": "Entered once",
        "both_equal": "Both entries are equal: the form is written",
        "differs": "The entries differ",
        "reconciled": "Reconciled: the form is written",
    },
    "none",
    (
        Transition("enter_first", ("none",), "first", "a first person enters the form"),
        Transition("enter_equal", ("first",), "both_equal", "a second person enters the same"),
        Transition("enter_different", ("first",), "differs", "a second person enters something else"),
        Transition("reconcile", ("differs",), "reconciled", "a third person decides each difference, with a reason"),
        Transition(
            "remove", WRITTEN, "none", "the form is removed from the visit, by an amendment: it is entered anew"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field in which two entries differ: its name, and value and reason for missing of each."""

    field: str
    first: Any
    second: Any
    first_missing: str | None
    second_missing: str | None


def tidy(entry: Entry) -> dict[str, Any]:
    """Give an entry without what says nothing: null values, and an empty object of reasons."""
    return {name: value for name, value in entry.items() if value is not None and (name != "missing" or value)}


def differing(first: Entry, second: Entry) -> list[FieldDifference]:
    """List the fields whose value or reason for missing differs; numbers are equal by value."""
    found = differences.between(_by_field(first), _by_field(second), ignore=())
    names = dict.fromkeys(change.pointer.split("/")[1] for change in found)
    return [_difference(name, first, second) for name in names]


def state_of(entries: Sequence[Entry], *, reconciled: bool) -> str:
    """Give the state of a form from its entries, in their order."""
    if len(entries) < 2:
        return "first" if entries else "none"
    if not differing(*entries[:2]):
        return "both_equal"
    return "reconciled" if reconciled else "differs"


def merged(first: Entry, second: Entry, choices: Mapping[str, int], values: Entry) -> dict[str, Any]:
    """Give the form as it was decided: what is equal, the chosen entry of each field, and values of its own."""
    sides = {1: _by_field(first), 2: _by_field(second)}
    fields = {**sides[1], **{name: sides[side].get(name, {}) for name, side in choices.items()}}
    fields |= {name: {"value": value} for name, value in values.items()}
    missing = {name: told["reason"] for name, told in fields.items() if told.get("reason") is not None}
    given = {name: told["value"] for name, told in fields.items() if told.get("value") is not None}
    return given | ({"missing": missing} if missing else {})


def _by_field(entry: Entry) -> dict[str, dict[str, Any]]:
    values = {name: {"value": value} for name, value in entry.items() if name != "missing" and value is not None}
    for name, reason in (entry.get("missing") or {}).items():
        values.setdefault(name, {})["reason"] = reason
    return values


def _difference(name: str, first: Entry, second: Entry) -> FieldDifference:
    reasons = [(entry.get("missing") or {}).get(name) for entry in (first, second)]
    return FieldDifference(name, first.get(name), second.get(name), *reasons)
