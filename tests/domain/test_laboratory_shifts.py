"""Laboratory shifts from baseline, and where peaks of the liver lie in the plot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from registry.domain.course import Course
from registry.domain.laboratory_shifts import shifts, without_baseline
from registry.domain.liver_scatter import Scatter, quadrant_of, scatter
from registry.domain.study_safety import SIGNALS
from tests.domain.laboratory_course import course, lab, visit
from tests.domain.study_people import dose, somebody

LLN, ULN = {"lower_limit": Decimal("1.5")}, {"upper_limit": Decimal(40)}
BASELINE = "2025-01-10"


def cells(*courses: Course, version: str = "5.0") -> list[tuple[Any, ...]]:
    return [(one.analyte, one.direction, one.baseline_grade, one.worst_grade, one.participants)
            for one in shifts(courses, version)]  # fmt: skip


def anc(on: str, value: str, **said: Any) -> Any:
    return visit(on, lab("NEUT", value, **(LLN | said)), event="week_0" if on == BASELINE else "unscheduled")


def test_the_worst_grade_after_baseline_stands_beside_that_at_baseline() -> None:
    one = course(anc(BASELINE, "1.5"), anc("2025-02-10", "0.9"), anc("2025-03-10", "0.4"), anc("2025-04-10", "1.2"))
    other = course(anc(BASELINE, "2.1"), anc("2025-02-10", "1.8"))
    assert cells(one, other) == [("NEUT", "decrease", 0, 0, 1), ("NEUT", "decrease", 0, 4, 1)]
    assert cells(one, version="6.0") == [("NEUT", "decrease", 0, 3, 1)]


def test_results_with_other_limits_are_each_graded_by_their_own() -> None:
    """1.9 is below the second laboratory's limit, 1.8 is not below the first one's."""
    own = course(anc(BASELINE, "2"), anc("2025-02-10", "1.8"), anc("2025-03-10", "1.9", lower_limit=Decimal(2)))
    assert cells(own) == [("NEUT", "decrease", 0, 1, 1)]


def test_haemoglobin_is_graded_both_ways() -> None:
    limits = {"lower_limit": Decimal(115), "upper_limit": Decimal(150)}
    visits = [
        visit(on, lab("HGB", value, "g/L", **limits), event=event)
        for on, value, event in ((BASELINE, 120, "week_0"), ("2025-02-10", 99, "week_4"), ("2025-03-10", 155, "week_8"))
    ]
    assert cells(course(*visits)) == [("HGB", "decrease", 0, 2, 1), ("HGB", "increase", 0, 1, 1)]  # fmt: skip


def test_what_cannot_be_graded_is_told_as_such_and_who_has_no_baseline_is_counted() -> None:
    without_limit = course(anc(BASELINE, "2", lower_limit=None), anc("2025-02-10", "1.8", lower_limit=None))
    assert cells(without_limit) == [("NEUT", "decrease", None, None, 1)]
    nothing_at_baseline = course(visit(BASELINE, event="week_0"), anc("2025-02-10", "0.4"))
    assert cells(nothing_at_baseline) == [("NEUT", "decrease", None, 4, 1)]
    unplaced = course(anc("2025-02-10", "0.4"))
    assert (cells(unplaced), without_baseline([unplaced, nothing_at_baseline])) == ([], 1)


# --- the liver ----------------------------------------------------------------------------------------------------


def placed(*visits: Any) -> Scatter:
    return scatter([(somebody("A", dose("2025-02-01", "2025-02-28")), course(*visits))], SIGNALS.constants)


def liver(on: str, alt: Any, bilirubin: Any, **said: Any) -> Any:
    return visit(on, lab("ALT", alt, **(ULN | said)), lab("BILI", bilirubin, "mg/dL", upper_limit=Decimal(1)))


def test_peaks_while_at_risk_are_placed_and_earlier_and_later_ones_are_not() -> None:
    found = placed(liver("2025-01-31", 400, 9), liver("2025-02-10", 121, "1.1"), liver("2025-03-30", 60, "2.1"),
                   liver("2025-03-31", 400, 9))  # fmt: skip
    [point] = found.points
    assert (point.transaminase.multiple, point.bilirubin.multiple) == (Decimal("3.025"), Decimal("2.1"))
    assert (point.quadrant, point.transaminase.analyte) == ("hys_law_range", "ALT")


@pytest.mark.parametrize(
    ("transaminase", "bilirubin", "quadrant"),
    [
        ("3", "2", "normal_or_near"),
        ("3.01", "2", "temple_corollary"),
        ("3", "2.01", "hyperbilirubinaemia"),
        ("3.01", "2.01", "hys_law_range"),
    ],
)
def test_what_lies_on_a_cut_off_is_not_above_it(transaminase: str, bilirubin: str, quadrant: str) -> None:
    assert quadrant_of(Decimal(transaminase), Decimal(bilirubin), SIGNALS.constants) == quadrant


def test_a_censored_peak_is_said_and_a_result_without_a_limit_is_left_out() -> None:
    [point] = placed(liver("2025-02-10", 30, "0.2", comparator="<")).points
    assert point.transaminase.censored
    lacking = placed(liver("2025-02-10", 400, "0.2", upper_limit=None))
    assert (lacking.points, lacking.no_transaminase, lacking.no_bilirubin, lacking.without_limit) == ((), 1, 0, 1)
