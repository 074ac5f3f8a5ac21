"""What the science needs of the cohort: diagnosis, organs of high risk, why medications ended, transcripts."""

from __future__ import annotations

from decimal import Decimal
from statistics import median
from typing import Any

import pytest

from registry.demo.cohort import Story, cohort

LARGE = 120


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    return list(cohort(participants=LARGE))


def value_of(visit: dict[str, Any], analyte: str) -> Decimal | None:
    return next(
        (one["value"] for one in visit["laboratory_results"] if one["analyte"] == analyte and "value" in one), None
    )


def test_what_was_found_at_diagnosis_is_that_of_dermatomyositis(stories: list[Story]) -> None:
    rash = ("diagnostic_heliotrope_rash", "diagnostic_gottron_papules", "diagnostic_gottron_sign")
    found = [one.participant for one in stories]
    assert sum(any(child.get(sign) for sign in rash) for child in found) > 0.97 * LARGE
    assert 0.05 < sum("core_set" in child for child in found) / LARGE < 0.3
    for child in found:
        biopsied = [
            name for name in child if name.startswith("diagnostic_biopsy_") and name != "diagnostic_biopsy_done"
        ]
        assert child.get("diagnostic_biopsy_done", True) or not biopsied


def test_what_tells_of_a_high_risk_and_the_mmt26_are_rare(stories: list[Story]) -> None:
    organs = [visit["forms"].get("organ_involvement", {}) for one in stories for visit in one.visits]
    risks = ("bed_bound", "aspiration", "central_nervous_system", "intensive_care")
    assert 0 < sum(any(form.get(risk) for risk in risks) for form in organs) < 0.1 * len(organs)
    strengths = [visit["forms"].get("muscle_strength", {}) for one in stories for visit in one.visits]
    assert 0 < sum("mmt26_total" in form for form in strengths) < 0.15 * len(strengths)


def test_a_medication_that_ended_says_why(stories: list[Story]) -> None:
    given = [medication for one in stories for medication in one.concomitant_medications]
    assert all(("ended_on" in one) == ("reason_for_end" in one) for one in given)
    reasons = {one.get("reason_for_end") for one in given}
    assert reasons >= {"inefficacy", "intolerance", "remission", "completed"}


def test_the_median_of_six_transcripts_is_the_score_that_the_laboratory_reports(stories: list[Story]) -> None:
    panels = [visit for one in stories for visit in one.visits if value_of(visit, "RNA_IFI27") is not None]
    assert 0.1 < len(panels) / sum(len(one.visits) for one in stories) < 0.5
    for visit in panels:
        folds = [one["value"] for one in visit["laboratory_results"] if one["analyte"].startswith("RNA_")]
        assert len(folds) == 6
        assert abs(median(map(float, folds)) / float(value_of(visit, "IFN6") or 0) - 1) < 0.3
    controls = {(one["reference_mean"], one["reference_sd"]) for visit in panels for one in visit["laboratory_results"]
                if "reference_sd" in one}  # fmt: skip
    assert controls == {(Decimal("1.00"), Decimal("0.733"))}
