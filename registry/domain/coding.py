"""Coding by a dictionary: where the code of a record stands, and what a new version of the dictionary changed of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.domain.transitions import States, Transition

RECORD_KINDS: Mapping[str, str] = {
    "adverse_event": "Adverse event, by its term",
    "concomitant_medication": "Concomitant medication, by the words of the catalogue",
}

CODING = States(
    title="Coding",
    words={
        "to_code": "Waits for a person: no term, or more than one, has these words",
        "coded_automatically": "Coded: one current term has just these words, or the code was carried over from such a one",
        "coded": "Coded by a person, or the code was carried over from such a one",
        "not_needed": "Nothing to code: the record was entered in error, or its study left this version uncoded",
    },
    first="to_code",
    transitions=(
        Transition("match", ("to_code", "coded", "not_needed"), "coded_automatically", "one term has just the words"),
        Transition("code", ("to_code", "coded_automatically", "coded"), "coded", "a person chose the term"),
        Transition("clear", ("coded_automatically", "coded"), "to_code", "the words of the record changed"),
        Transition("put_back", ("coded_automatically", "coded"), "to_code", "a person took a wrong code back"),
        Transition(
            "close", ("to_code", "coded_automatically", "coded"), "not_needed", "entered in error, or version left"
        ),
        Transition("reopen", ("not_needed",), "to_code", "counts again"),
    ),
)

CHANGES: Mapping[str, str] = {
    "unchanged": "Same code, same words, same place in the hierarchy",
    "renamed": "Same code; the term or its preferred term reads otherwise",
    "moved": "Same code; it stands elsewhere in the hierarchy",
    "recoded": "Another code",
    "no_longer_current": "The code is gone or no longer current; a person must code",
    "newly_automatic": "Had no code, and was coded automatically",
    "newly_coded": "Had no code, and was coded by a person",
    "to_code": "Had no code, and has none",
    "not_needed": "Nothing to code any more",
}
"""What two versions of a dictionary make of one record; the order is that of the report. The list is ours."""
PLACE = ("preferred_code", "high_level_code", "high_level_group_code", "system_organ_class_code", "high_level_term",
         "high_level_group_term", "system_organ_class")  # fmt: skip
"""Where a term stands; words count where a dictionary gives its groups no codes."""
WORDS = ("term", "preferred_term")


def change(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, status: str) -> str:
    """Tell what became of a record's code; `before` and `after` are its terms, `status` where its new coding stands."""
    if status == "not_needed":
        return "not_needed"
    if after is None:
        return "to_code" if before is None else "no_longer_current"
    if before is None:
        return "newly_automatic" if status == "coded_automatically" else "newly_coded"
    if before["code"] != after["code"]:
        return "recoded"
    if any(_moved(before, after, name) for name in PLACE):
        return "moved"
    return "renamed" if any(before.get(name) != after.get(name) for name in WORDS) else "unchanged"


def _moved(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> bool:
    """A group is known by its code; by its words only where neither version has a code for it."""
    code = {"high_level_term": "high_level_code", "high_level_group_term": "high_level_group_code",
            "system_organ_class": "system_organ_class_code"}.get(name)  # fmt: skip
    if code is not None and (before.get(code) or after.get(code)):
        return False
    return before.get(name) != after.get(name)


def counted(changes: list[str]) -> dict[str, int]:
    """Count the changes of each kind, in the order of the report; none is left out."""
    return {kind: changes.count(kind) for kind in CHANGES}
