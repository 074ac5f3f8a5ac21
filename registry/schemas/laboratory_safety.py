"""A participant's laboratory safety: results with grades, baseline, shifts, trends and holds, filtration rates and growth."""

from __future__ import annotations

from typing import Any

from registry.domain.analyte import FINDINGS
from registry.domain.vocabulary import COMPARATORS, MISSING_REASONS, VISIT_EVENTS, VISIT_STATUSES
from registry.schemas.base import Record
from registry.schemas.fields import Choice, Day, Exact, Id, ListOf, Moment, Part, Text, Whole, YesNo, about
from registry.schemas.laboratory_results import ANALYTES, LARGEST, number

MOST = 2**31 - 1
PLACES = 12
MAYBE: dict[str, Any] = {"dump_only": True, "allow_none": True}


def told(words: str, unit: str | None = None) -> Exact:
    """Give a field for a number that a rule made, where it could."""
    return Exact(str(-LARGEST), str(LARGEST), places=PLACES, **MAYBE, metadata=about(words, unit=unit))


def a_grade(words: str) -> Whole:
    """Give a field for a CTCAE grade."""
    return Whole(0, 4, **MAYBE, metadata=about(words))


def a_shift(words: str) -> Whole:
    """Give a field for a difference of grades."""
    return Whole(-4, 4, **MAYBE, metadata=about(words))


class AtVisit(Record):
    """Where something stands in the course of a participant."""

    visit_id = Id(dump_only=True, metadata=about("Visit"))
    visited_on = Day(dump_only=True, metadata=about("Day of the visit"))
    event = Choice(VISIT_EVENTS, dump_only=True, metadata=about("Planned event, or unscheduled"))
    visit_status = Choice(VISIT_STATUSES, dump_only=True, metadata=about("Whether the visit is complete, or a draft"))


class WatchedResult(AtVisit):
    """A result with what the rules of laboratory safety say of it."""

    result_number = Whole(1, MOST, dump_only=True, metadata=about("Place of the result in its visit, from 1"))
    value = number("Value as reported", low=-LARGEST, **MAYBE)
    comparator = Choice(COMPARATORS, **MAYBE, metadata=about("The true value is below or above the value given"))
    unit = Text(30, **MAYBE, metadata=about("Unit as reported, UCUM"))
    finding = Choice(FINDINGS, **MAYBE, metadata=about("Qualitative finding"))
    lower_limit = number("Lower limit of normal, in the unit reported", **MAYBE)
    upper_limit = number("Upper limit of normal, in the unit reported", **MAYBE)
    collected_at = Moment(**MAYBE, metadata=about("When the specimen was collected"))
    missing_reason = Choice(MISSING_REASONS, **MAYBE, metadata=about("Why there is no value"))
    grade = a_grade("CTCAE grade; of haemoglobin that of its decrease")
    grade_final = YesNo(**MAYBE, metadata=about("Whether nothing that is missing could change the grade"))
    grade_reason = Text(300, **MAYBE, metadata=about("Why there is no grade, or why it is not final"))
    grade_increase = a_grade("CTCAE grade of the increase, of what is graded both ways")
    shift = a_shift("Grades above the baseline; null at the baseline and before it")
    shift_increase = a_shift("Grades of the increase above the baseline")
    hold = YesNo(**MAYBE, metadata=about("Whether a JAK inhibitor is held by it; null where that cannot be told"))
    virus_found = YesNo(**MAYBE, metadata=about("Whether BK virus was found"))


class LaboratoryTrend(Record):
    """What the last three results of an analyte do."""

    visit_ids = ListOf(Id(), 3, dump_only=True, metadata=about("Visits of the results, in their order"))
    change_percent = told("Change from the first to the third, % of the first", "%")
    harmful = YesNo(
        **MAYBE, metadata=about("Whether they move towards harm; null where there are no three that can be compared")
    )


class WatchedAnalyte(Record):
    """The results of one analyte in the order of their visits."""

    analyte = Choice(ANALYTES, dump_only=True, metadata=about("Analyte"))
    baseline_grade = a_grade("CTCAE grade at baseline")
    baseline_grade_increase = a_grade("CTCAE grade of the increase at baseline")
    results = ListOf(Part(WatchedResult), MOST, dump_only=True, metadata=about("Results"))
    trend = Part(LaboratoryTrend, dump_only=True, metadata=about("Trend of the last three; null without a harmful way"))


class WatchedFiltration(AtVisit):
    """A glomerular filtration rate of a visit."""

    analyte = Choice(ANALYTES, dump_only=True, metadata=about("What it was made of: creatinine, or the rate reported"))
    rate = told("Rate, not rounded", "mL/min/{1.73_m2}")
    comparator = Choice(COMPARATORS, **MAYBE, metadata=about("The true rate is below or above it"))
    unit = Text(30, dump_only=True, metadata=about("Unit of the rate, UCUM"))
    fall_percent = told("Fall from baseline; negative where it rose", "%")


class WatchedGrowth(AtVisit):
    """The height of a visit with how it grew."""

    height = told("Height", "cm")
    velocity = told("Growth since the last height that lies far enough back", "cm/a")
    since_visit_id = Id(**MAYBE, metadata=about("Visit of that height"))
    slow = YesNo(**MAYBE, metadata=about("Whether growth is slow; null where it is not judged"))
    score_change = told("Change of the z-score of height from baseline", "{z-score}")
    fallen = YesNo(**MAYBE, metadata=about("Whether height for age has fallen; null where it is not judged"))


class LaboratorySafety(Record):
    """The laboratory safety of a participant."""

    participant_id = Id(dump_only=True, metadata=about("Participant"))
    ctcae_version = Text(
        10, dump_only=True, metadata=about("Version of the CTCAE by which it is graded", example="5.0")
    )
    baseline_visit_id = Id(**MAYBE, metadata=about("Baseline visit; null where there is none yet"))
    analytes = ListOf(Part(WatchedAnalyte), len(ANALYTES), dump_only=True, metadata=about("Analyte by analyte"))
    filtration = ListOf(Part(WatchedFiltration), MOST, dump_only=True, metadata=about("Filtration rates by visit"))
    growth = ListOf(Part(WatchedGrowth), MOST, dump_only=True, metadata=about("Growth by visit"))
