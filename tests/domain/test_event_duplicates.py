"""Likely duplicates among the adverse events of a participant: by term, by code, and by how far apart the onsets are."""

from __future__ import annotations

from typing import Any

import pytest

from registry.domain import edit_checks
from registry.domain.circumstances import in_force
from registry.domain.edit_check_rules import LIMITS
from registry.domain.event_duplicates import days_apart, may_be_the_same, words_of


def event(term: str = "Cold", on: str = "2025-04-10", **changes: Any) -> dict[str, Any]:
    return {"term": term, "ctcae_term": None, "started_on": on, "codes": []} | changes


@pytest.mark.parametrize(
    ("first", "second", "days"),
    [
        ("2025-04-10", "2025-04-17", 7),
        ("2025-04-18", "2025-04-10", 8),
        ("2025-04", "2025-05-03", 3),
        ("2025-04", "2025-04-20", 0),
        ("2024", "2025-01-09", 9),
    ],
)
def test_onsets_are_as_far_apart_as_they_must_be(first: str, second: str, days: int) -> None:
    assert days_apart(event(on=first), event(on=second)) == days


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (event("COLD"), True),
        (event("Flu"), False),
        (event("Flu", ctcae_term="cold"), True),
        (event("\uff23\uff4f\uff4c\uff44."), True),
        (event("Flu", codes=["X1"]), True),
        (event("X1"), False),
        (event(on="2025-04-18"), False),
    ],
)
def test_events_may_be_the_same_by_term_or_by_code(other: dict[str, Any], same: bool) -> None:
    assert may_be_the_same(event(codes=["X1"]), other, LIMITS) is same


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("Sjögren's-like  syndrome", "sjögren s like syndrome"),
        ("COVID\u201119", "covid 19"),
        ("(rash)", "rash"),
        ("?", "?"),
    ],
)
def test_terms_are_compared_by_their_words(term: str, words: str) -> None:
    assert words_of(term) == words


def test_one_entered_in_error_asks_nothing() -> None:
    assert edit_checks.of_adverse_event(event(entered_in_error=True), [event()]) == []
    assert [one.rule for one in edit_checks.of_adverse_event(event(), [event()])] == ["adverse_event_likely_duplicate"]


@pytest.mark.parametrize(
    ("start", "end", "on", "found"),
    [
        ("2025-01-01", None, "2025-04", [True]),
        ("2025-04-10", None, "2025-04", [False]),
        (None, "2025-04-30", "2025-04", [False]),
        ("2025-01", "2025-03", "2025-04", []),
        ("2025", "2025", "2025-04-01", [False]),
        ("2025-04-01", "2025-04-01", "2025-04-01", [True]),
    ],
)
def test_an_interval_is_in_force_certainly_or_perhaps(start: str, end: str, on: str, found: list[bool]) -> None:
    told = in_force([{"started_on": start, "ended_on": end}], on)
    assert [one["certainly"] for one in told] == found
