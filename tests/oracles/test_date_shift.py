"""A shifted date keeps its precision and its distance from every other; a quarter keeps the order of the days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.dates import NotADate, PartialDate, study_day
from tests.oracles.date_shift import date_of, middle, quarter, shifted, told

DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31))
SHIFTS = st.integers(-182, 182)
PRECISIONS = st.sampled_from(["day", "month", "year"])


@pytest.mark.parametrize(
    ("text", "days", "then"),
    [
        ("2024-02-28", 2, "2024-03-01"),
        ("2023-12-31", 1, "2024-01-01"),
        ("2024-05", 16, "2024-06"),
        ("2024-05", 15, "2024-05"),
        ("2024-05", -16, "2024-04"),
        ("2024", 182, "2024"),
        ("2023", 183, "2024"),
        ("2024", -183, "2023"),
    ],
)
def test_a_date_moves_with_its_precision(text, days, then):
    assert shifted(text, days) == then


def test_what_is_no_date_is_refused():
    with pytest.raises(NotADate):
        shifted("2024-13", 1)


@given(first=DAYS, last=DAYS, days=SHIFTS)
def test_intervals_between_whole_dates_are_kept(first, last, days):
    moved = [date.fromisoformat(shifted(day.isoformat(), days)) for day in (first, last)]
    assert moved[1] - moved[0] == last - first


@given(day=DAYS, precision=PRECISIONS, days=SHIFTS)
def test_the_precision_is_kept(day, precision, days):
    text = told(day, precision)
    assert PartialDate.parse(shifted(text, days)).precision == PartialDate.parse(text).precision == precision


@given(day_1=DAYS, day=DAYS, days=SHIFTS)
def test_study_days_are_what_they_were_and_give_the_date_back(day_1, day, days):
    shift = timedelta(days=days)
    counted = study_day(day, day_1)
    assert study_day(day + shift, day_1 + shift) == counted
    assert date_of(day_1 + shift, counted) == day + shift


@given(day_1=DAYS, day=DAYS, precision=PRECISIONS, days=SHIFTS)
def test_the_study_day_of_the_middle_gives_the_same_as_the_date_itself(day_1, day, precision, days):
    text = told(day, precision)
    counted = study_day(middle(PartialDate.parse(text)), day_1)
    assert told(date_of(day_1 + timedelta(days=days), counted), precision) == shifted(text, days)


@pytest.mark.parametrize(
    ("day", "number"),
    [(1, 0), (91, 0), (92, 1), (182, 1), (183, 2), (365, 4), (-1, -1), (-91, -1), (-92, -2)],
)
def test_a_quarter_is_thirteen_weeks_from_day_1(day, number):
    assert quarter(day) == number


def test_there_is_no_study_day_0():
    with pytest.raises(ValueError, match="no study day 0"):
        quarter(0)
