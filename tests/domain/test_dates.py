"""Partial dates keep what is known and never guess; the study has no day 0."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.dates import NotADate, PartialDate, months_between, plus_months, study_day


@pytest.mark.parametrize(
    ("text", "precision", "earliest", "latest"),
    [
        ("2019", "year", date(2019, 1, 1), date(2019, 12, 31)),
        ("2019-05", "month", date(2019, 5, 1), date(2019, 5, 31)),
        ("2020-02", "month", date(2020, 2, 1), date(2020, 2, 29)),
        ("2019-05-17", "day", date(2019, 5, 17), date(2019, 5, 17)),
    ],
)
def test_a_partial_date_stands_for_every_day_it_may_mean(text, precision, earliest, latest):
    partial = PartialDate.parse(text)
    assert (partial.precision, partial.earliest, partial.latest, str(partial)) == (precision, earliest, latest, text)


@pytest.mark.parametrize(
    "text",
    ["", "19", "2019-5", "2019-13", "2019-00", "2019-02-30", "2019-05-00", "23-05-2024", "2019-05-17T00:00", "0000",
     "2019-05-17\n", "२०१९", "2024-23-05", "2019/05"],
)  # fmt: skip
def test_what_would_have_to_be_guessed_is_refused(text):
    with pytest.raises(NotADate):
        PartialDate.parse(text)


def test_a_day_without_its_month_is_refused():
    with pytest.raises(NotADate):
        PartialDate(2019, None, 3)


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        ("2018", "2019", True),
        ("2019", "2019-05", False),
        ("2019-05", "2019", False),
        ("2019-04", "2019-05-01", True),
        ("2019-05", "2019-05-01", False),
        ("2019-05-01", "2019-05-01", False),
        ("2019-05-01", "2019-05-02", True),
    ],
)
def test_before_is_said_only_when_it_is_certain(one, other, before):
    assert PartialDate.parse(one).is_certainly_before(PartialDate.parse(other)) is before
    assert PartialDate.parse(other).is_certainly_after(PartialDate.parse(one)) is before


def test_a_partial_date_compares_with_a_whole_one():
    assert PartialDate.parse("2019-04").is_certainly_before(date(2019, 5, 1))
    assert PartialDate.parse("2019-05").is_certainly_after(date(2019, 4, 30))


@pytest.mark.parametrize(("days", "expected"), [(-1, -1), (0, 1), (1, 2), (-28, -28), (27, 28)])
def test_the_study_day_skips_zero(days, expected):
    reference = date(2024, 3, 1)
    assert study_day(reference + timedelta(days=days), reference) == expected


@given(st.dates())
def test_a_whole_date_reads_back_as_it_was_written(day):
    assert PartialDate.parse(str(PartialDate.of(day))).earliest == day


@given(st.dates(), st.dates())
def test_no_study_day_is_zero(day, reference):
    assert study_day(day, reference) != 0


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 6, date(2026, 7, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 8, 31), -6, date(2026, 2, 28)),
        (date(2026, 11, 30), 2, date(2027, 1, 30)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 5, 4), 0, date(2026, 5, 4)),
    ],
)
def test_months_are_those_of_the_calendar(day, months, expected):
    assert plus_months(day, months) == expected


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 1, 31), date(2026, 7, 30), 5),
        (date(2026, 1, 31), date(2026, 7, 31), 6),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2025, 12, 15), date(2026, 1, 14), 0),
        (date(2026, 5, 4), date(2026, 5, 4), 0),
    ],
)
def test_a_month_has_passed_when_its_day_has_come(first, last, months):
    assert months_between(first, last) == months


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 600))
def test_months_added_are_the_months_between(day, months):
    assert months_between(day, plus_months(day, months)) == months
