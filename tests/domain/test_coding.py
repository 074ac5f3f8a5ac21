"""What two versions of a dictionary make of one record, and the states of a coding."""

from __future__ import annotations

from typing import Any

import pytest

from registry.domain import coding
from registry.domain.coding import CODING
from registry.problems import TransitionNotAllowed

TERM = {"code": "90000001", "term": "Quokka fever", "preferred_code": "P1", "preferred_term": "Quokka fever",
        "high_level_code": None, "high_level_term": "Fevers", "system_organ_class_code": "S1",
        "system_organ_class": "Marsupial disorders"}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "unchanged"),
        ({"term": "Fever of quokkas"}, "renamed"),
        ({"preferred_term": "Fever of quokkas"}, "renamed"),
        ({"preferred_code": "P2", "preferred_term": "Fever"}, "moved"),
        ({"system_organ_class_code": "S2", "system_organ_class": "Fevers"}, "moved"),
        ({"system_organ_class": "Disorders of marsupials"}, "unchanged"),
        ({"high_level_term": "Other fevers"}, "moved"),
        ({"code": "90000002"}, "recoded"),
    ],
)
def test_what_becomes_of_a_code_follows_from_its_two_terms(changes: dict[str, Any], said: str) -> None:
    """A group with a code is known by its code: other words for it move nothing. One without is known by its words."""
    assert coding.change(TERM, TERM | changes, "coded") == said


def test_what_had_no_code_or_has_none_is_told_apart() -> None:
    assert coding.change(None, TERM, "coded_automatically") == "newly_automatic"
    assert coding.change(None, TERM, "coded") == "newly_coded"
    assert coding.change(None, None, "to_code") == "to_code"
    assert coding.change(TERM, None, "to_code") == "no_longer_current"
    assert coding.change(TERM, None, "not_needed") == "not_needed"
    assert set(coding.counted(["moved", "moved"]).values()) == {0, 2}


def test_what_needs_no_code_gets_none() -> None:
    assert CODING.after("coded_automatically", "code") == "coded"
    with pytest.raises(TransitionNotAllowed):
        CODING.after("not_needed", "code")
