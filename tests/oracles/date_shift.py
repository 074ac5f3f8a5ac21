"""Dates that are told without their day: moved by whole days with their precision kept, or as quarters of the study.

A whole date moves by the days. A date known to the month or year cannot be moved by days exactly: the middle of what it may
mean moves, and is cut back to its precision. So every interval between whole dates is kept, and a study day stays what it was.
An extract does the same to whole columns (`registry.publish.extracts.treating`); it is judged by what stands here.

Sources: PHUSE de-identification standard for SDTM (one offset for all of a participant's dates); impute, shift and cut back
for partial dates is ours.
"""

from datetime import date, timedelta

from registry.domain.dates import PartialDate, Precision

QUARTER = 91
"""Days in a quarter: thirteen weeks."""


def middle(partial: PartialDate) -> date:
    """Give the middle of the days it may mean, the earlier of two; of a whole date, the day itself."""
    return partial.earliest + (partial.latest - partial.earliest) // 2


def told(day: date, precision: Precision) -> str:
    """Write a day as ISO 8601, cut back to what is known."""
    whole = PartialDate.of(day)
    known = {"year": PartialDate(day.year), "month": PartialDate(day.year, day.month), "day": whole}
    return str(known[precision])


def shifted(text: str, days: int) -> str:
    """Move a whole or partial date by days and keep its precision; raises NotADate."""
    partial = PartialDate.parse(text)
    return told(middle(partial) + timedelta(days=days), partial.precision)


def since_day_1(study_day: int) -> int:
    """Give the days from day 1 to a study day; there is no day 0."""
    if study_day == 0:
        raise ValueError("there is no study day 0")
    return study_day - 1 if study_day > 0 else study_day


def date_of(day_1: date, study_day: int) -> date:
    """Give the date of a study day, from the date of day 1, shifted or real."""
    return day_1 + timedelta(days=since_day_1(study_day))


def quarter(study_day: int) -> int:
    """Give the quarter of a study day: 0 for days 1 to 91, 1 for the next 91, -1 for the 91 days before day 1."""
    return since_day_1(study_day) // QUARTER
