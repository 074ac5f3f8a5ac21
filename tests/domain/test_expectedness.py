"""Expectedness by the reference safety information in force at the onset: severity, death, and partial dates."""

from __future__ import annotations

from typing import Any

import pytest

from registry.domain.dates import PartialDate
from registry.domain.expectedness import in_force, normalised, proposed

FIRST = {
    "id": "first", "effective_from": "2025-01-01",
    "terms": [{"term": "Shingles", "highest_grade": 2}, {"term": "Sepsis", "fatal_expected": True}, {"term": "Stroke"}],
}  # fmt: skip
SECOND = {"id": "second", "effective_from": "2025-06-01", "terms": []}


@pytest.mark.parametrize(
    ("term", "grade", "outcome", "proposal"),
    [
        (" shingles. ", 2, "recovered", "expected"),
        ("Shingles", 3, "recovered", "unexpected"),
        ("Sepsis", 5, "fatal", "expected"),
        ("Stroke", 4, "recovered", "expected"),
        ("Stroke", 5, "fatal", "unexpected"),
        ("Shingles on the trunk", 1, "recovered", "unexpected"),
    ],
)
def test_a_listed_term_is_expected_up_to_its_grade_and_a_death_only_where_it_is_listed(
    term: str, grade: int, outcome: str, proposal: str
) -> None:
    event = {"started_on": "2025-03", "grade": grade, "outcome": outcome}
    assert proposed("baricitinib", event, [term], [SECOND, FIRST]).proposal == proposal


@pytest.mark.parametrize(
    ("onset", "document", "certain"),
    [
        ("2024-12-31", None, True),
        ("2025-01-01", "first", True),
        ("2025-05", "first", True),
        ("2025-06-01", "second", True),
        ("2025", "first", False),
        ("2024", None, True),
    ],
)
def test_the_document_in_force_is_the_latest_by_the_onset(onset: str, document: str | None, certain: bool) -> None:
    found, sure = in_force([SECOND, FIRST], PartialDate.parse(onset))
    assert ((found or {}).get("id"), sure) == (document, certain)


def test_without_a_document_nothing_is_proposed() -> None:
    event: dict[str, Any] = {"started_on": "2024", "grade": 1, "outcome": "recovered"}
    assert proposed("baricitinib", event, ["Shingles"], [FIRST]).proposal == "unknown"


def test_terms_are_compared_without_case_spaces_and_marks() -> None:
    assert normalised("  Herpes   ZOSTER. ") == "herpes zoster"
