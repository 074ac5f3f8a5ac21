"""What makes an event one to report in haste: both views weighed, the higher of the two deciding."""

from __future__ import annotations

from typing import Any

import pytest

from registry.domain.expedited_reporting import Classification, classified


def event(*criteria: str, **more: Any) -> dict[str, Any]:
    return {"version": 1, "serious": bool(criteria), "seriousness_criteria": list(criteria), **more}


def by_investigator(causality: str, drug: str = "baricitinib") -> dict[str, Any]:
    return {"causality": [{"drug": drug, "causality": causality}]}


def by_sponsor(causality: str | None = None, expectedness: str | None = None, **more: Any) -> dict[str, Any]:
    return {"drugs": [{"drug": "baricitinib", "causality": causality, "expectedness": expectedness}], **more}


@pytest.mark.parametrize(("investigator", "sponsor", "related"), [
    ("certain", None, True), ("probable", None, True), ("possible", "no_reasonable_possibility", True),
    ("unlikely", None, False), ("unlikely", "reasonable_possibility", True),
    ("unassessable", None, True), ("conditional", None, True), ("unassessable", "no_reasonable_possibility", False),
])  # fmt: skip
def test_who_sees_a_possible_relation_decides_and_nobody_lowers_it(
    investigator: str, sponsor: str | None, related: bool
) -> None:
    found = classified(event("hospitalisation", **by_investigator(investigator)), by_sponsor(sponsor, "unexpected"))
    assert (found.related, found.expedited) == (related, related)


def test_the_sponsor_raises_seriousness() -> None:
    raised = by_sponsor(seriousness_criteria=["life_threatening"])
    assert not classified(event(), None).serious
    assert classified(event(), raised).fatal_or_life_threatening
    assert classified(event("death"), {"seriousness_criteria": []}).fatal_or_life_threatening


def test_what_nobody_has_assessed_counts_provisionally() -> None:
    found = classified(event("disability"), None)
    assert (found.expedited, found.provisional) == (True, True)
    found = classified(event("disability", **by_investigator("possible")), None)
    assert (found.expedited, found.provisional) == (True, True)
    found = classified(event("disability", **by_investigator("possible")), by_sponsor(None, "unexpected"))
    assert (found.expedited, found.provisional) == (True, False)


def test_an_event_is_expected_only_with_every_drug_that_may_have_caused_it() -> None:
    two = {
        "causality": [
            {"drug": "baricitinib", "causality": "possible"},
            {"drug": "methotrexate", "causality": "possible"},
        ]
    }
    one_expected = by_sponsor("reasonable_possibility", "expected")
    found = classified(event("hospitalisation", **two), one_expected)
    assert (found.unexpected, found.provisional) == (True, True)
    both = {"drugs": [*one_expected["drugs"], {"drug": "methotrexate", "expectedness": "expected"}]}
    assert not classified(event("hospitalisation", **two), both).unexpected


def test_an_expected_reaction_is_not_unexpected_by_a_drug_that_is_excluded() -> None:
    two = {
        "causality": [
            {"drug": "baricitinib", "causality": "possible"},
            {"drug": "methotrexate", "causality": "unlikely"},
        ]
    }
    found = classified(event("hospitalisation", **two), by_sponsor(None, "expected"))
    assert (found.related, found.unexpected, found.expedited, found.provisional) == (True, False, False, False)


def test_an_event_that_was_entered_in_error_is_nothing() -> None:
    assert classified(event("death", entered_in_error=True), by_sponsor("reasonable_possibility")) == Classification()
