"""Double entry: what differs between two entries, where a form stands, and what was decided."""

from __future__ import annotations

from decimal import Decimal

import pytest

from registry.domain.double_entry import DOUBLE_ENTRY, WRITTEN, differing, merged, state_of, tidy
from registry.problems import TransitionNotAllowed

FIRST = {"pain": Decimal("3.0"), "rater": "parent"}
SECOND = {"pain": 2, "rater": "parent", "missing": {"fatigue": "refused"}}


def test_numbers_are_equal_by_value_and_null_is_absent() -> None:
    assert differing({"pain": Decimal("3.0")}, tidy({"pain": 3, "rater": None, "missing": {}})) == []


def test_a_field_differs_by_its_value_or_its_reason_once() -> None:
    found = differing(FIRST, SECOND)
    assert [(one.field, one.first, one.second, one.second_missing) for one in found] == [
        ("pain", 3, 2, None),
        ("fatigue", None, None, "refused"),
    ]
    assert [one.field for one in differing({"pain": 3}, {"missing": {"pain": "not_done"}})] == ["pain"]


@pytest.mark.parametrize(
    ("entries", "reconciled", "state"),
    [
        ([], False, "none"),
        ([FIRST], False, "first"),
        ([FIRST, FIRST], False, "both_equal"),
        ([FIRST, SECOND], False, "differs"),
        ([FIRST, SECOND], True, "reconciled"),
    ],
)
def test_entries_say_where_a_form_stands(entries: list[dict[str, object]], reconciled: bool, state: str) -> None:
    assert state_of(entries, reconciled=reconciled) == state


def test_who_chooses_an_entry_takes_value_and_reason() -> None:
    assert merged(FIRST, SECOND, {"pain": 2, "fatigue": 2}, {}) == {
        "pain": 2,
        "rater": "parent",
        "missing": {"fatigue": "refused"},
    }
    assert merged(FIRST, SECOND, {"pain": 1, "fatigue": 1}, {}) == FIRST
    assert merged(FIRST, SECOND, {"fatigue": 2}, {"pain": None}) == {
        "rater": "parent",
        "missing": {"fatigue": "refused"},
    }
    assert merged(FIRST, SECOND, {"pain": 2}, {"fatigue": 1}) == {"pain": 2, "rater": "parent", "fatigue": 1}


def test_a_written_form_is_entered_anew_once_it_was_removed_and_nothing_else_leads_out_of_it() -> None:
    for state in WRITTEN:
        assert (DOUBLE_ENTRY.allowed(state), DOUBLE_ENTRY.targets(state)) == (("remove",), ("none",))
        with pytest.raises(TransitionNotAllowed):
            DOUBLE_ENTRY.after(state, "reconcile")
