"""A participant's laboratory safety as a clinician reads it: analyte by analyte, and growth and filtration by visit."""

from collections.abc import Iterator
from typing import Any

from registry.domain.analytes import CATALOGUE
from registry.domain.course import Course, Visit, exact
from registry.domain.derivations import laboratory
from registry.domain.growth_watch import growth_at
from registry.domain.laboratory_grades import INCREASED, baseline_grade, graded
from registry.domain.laboratory_safety import HARMFUL, HELD, JAKI_HOLD, LABORATORY_GRADE_ALERT, LABORATORY_TREND
from registry.domain.laboratory_trend import trend
from registry.domain.laboratory_values import found_virus, held
from registry.domain.renal_watch import CREATININE, REPORTED, fall, rate_at
from registry.domain.renal_watch import UNIT as RATE_UNIT

Told = dict[str, Any]
REPORTED_FIELDS = ("value", "comparator", "unit", "finding", "lower_limit", "upper_limit", "collected_at")


def told(course: Course) -> Told:
    """Tell the results of the visits that have a day, drafts among them, in their order."""
    seen = {result["analyte"] for visit in course.visits for result in visit.results()}
    baseline = course.baseline
    return {
        "participant_id": course.participant.id,
        "ctcae_version": course.rules[LABORATORY_GRADE_ALERT.id].constants.ctcae_version,
        "baseline_visit_id": baseline.id if baseline else None,
        "analytes": [_analyte(course, code) for code in CATALOGUE if code in seen],
        "filtration": [row for visit in course.visits for row in _filtration(course, visit)],
        "growth": [row for visit in course.visits for row in _growth(course, visit)],
    }


def _place(visit: Visit) -> Told:
    return {"visit_id": visit.id, "visited_on": visit.on, "event": visit.event, "visit_status": visit.image["status"]}


def _analyte(course: Course, analyte: str) -> Told:
    results = [row for visit in course.visits for row in _results(course, visit, analyte)]
    return {
        "analyte": analyte,
        "baseline_grade": baseline_grade(course, analyte) if analyte in laboratory.GRADED else None,
        "baseline_grade_increase": baseline_grade(course, analyte + INCREASED) if analyte == "HGB" else None,
        "results": results,
        "trend": _trend(course, analyte),
    }


def _results(course: Course, visit: Visit, analyte: str) -> Iterator[Told]:
    """Tell each result of an analyte at a visit with what the rules say of it."""
    grades = {(one.subject, one.result_number): one for one in graded(course, visit)}
    after = laboratory.after_baseline(course, visit)
    for number, result in enumerate(visit.results(), 1):
        if result["analyte"] != analyte:
            continue
        one, increase = grades.get((analyte, number)), grades.get((analyte + INCREASED, number))
        yield {
            **_place(visit),
            "result_number": number,
            **{name: result.get(name) for name in REPORTED_FIELDS},
            "missing_reason": result.get("missing_reason"),
            "grade": one.grade if one else None,
            "grade_final": one.final if one else None,
            "grade_reason": one.reason if one else None,
            "grade_increase": increase.grade if increase else None,
            "shift": _shift(course, analyte, one.grade if one and after else None),
            "shift_increase": _shift(course, analyte + INCREASED, increase.grade if increase and after else None),
            "hold": held(result, course.rules[JAKI_HOLD.id]) if analyte in HELD else None,
            "virus_found": found_virus(result) if result["analyte"].startswith("BKV") and _told(result) else None,
        }


def _told(result: Any) -> bool:
    return exact(result.get("value")) is not None or result.get("finding") is not None


def _shift(course: Course, subject: str, grade: int | None) -> int | None:
    before = baseline_grade(course, subject) if grade is not None else None
    return None if grade is None or before is None else grade - before


def _trend(course: Course, analyte: str) -> Told | None:
    """Tell the trend at the last visit that has a result of the analyte, where a direction is harmful."""
    last = next((one for one in reversed(course.visits) if one.counting(analyte) is not None), None)
    if last is None or analyte not in HARMFUL:
        return None
    found = trend(course, last, analyte, course.rules[LABORATORY_TREND.id])
    return {"visit_ids": [one.id for one in found.visits], "change_percent": found.change, "harmful": found.harmful}


def _filtration(course: Course, visit: Visit) -> Iterator[Told]:
    for analyte in (CREATININE, REPORTED):
        rate = rate_at(course, visit, analyte)
        if rate is not None:
            yield {
                **_place(visit),
                "analyte": analyte,
                "rate": rate.value,
                "comparator": rate.comparator,
                "unit": RATE_UNIT,
                "fall_percent": fall(course, visit, analyte, rate),
            }


def _growth(course: Course, visit: Visit) -> Iterator[Told]:
    height = visit.measured("vital_signs", "height")
    if height is not None:
        found = growth_at(course, visit)
        yield {
            **_place(visit),
            "height": height,
            "velocity": found.velocity,
            "since_visit_id": found.since.id if found.since else None,
            "slow": found.slow,
            "score_change": found.score_change,
            "fallen": found.fallen,
        }
