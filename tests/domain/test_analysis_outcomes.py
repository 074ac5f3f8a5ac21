"""What came of a participant, against numbers that were counted on paper."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.derivations.steroid_free_time import steroid_free_time
from registry.domain.derivations.treatment import are_unrecorded, glucocorticoids_of
from registry.domain.glucocorticoid_course import status_on, systemic
from tests.domain import treatment_course as kept
from tests.domain.analysis_course import BASELINE, LAST, WEEK_12, better, course, followed, ill, told, well


def test_times_to_response_run_from_the_baseline_to_the_first_visit_with_it() -> None:
    row = told(followed(course()))
    for least in ("minimal", "moderate"):
        assert row[f"{least}_response_days"] == 84, "from 5 January to 30 March"
        assert (row[f"{least}_response_censored"], row[f"{least}_response_event"]) == (0, "week_12")
    assert (row["major_response_days"], row["major_response_censored"], row["major_response_event"]) == (177, 1, None)
    assert row["follow_up_days"] == 177


def test_a_visit_that_cannot_be_decided_neither_responds_nor_ends_the_time() -> None:
    blank = kept.visit(LAST)
    row = told(followed(course(ill(BASELINE, "week_0"), ill("2026-02-02", "week_4"), blank)))
    assert (row["minimal_response_days"], row["minimal_response_censored"]) == (28, 1)
    assert row["follow_up_days"] == 177
    row = told(followed(course(ill(BASELINE, "week_0"), blank)))
    assert (row["minimal_response_days"], row["minimal_response_censored"]) == (None, None)


def test_a_week_is_told_of_the_nearest_visit_within_its_window() -> None:
    row = told(followed(course()))
    assert (row["week_12_visit_day"], row["week_12_total_improvement_score"]) == (85, Decimal("67.5"))
    assert (row["week_12_event"], row["week_12_total_improvement_category"]) == ("week_12", "moderate")
    assert (row["week_12_prednisone_equivalent_mg_per_day"], row["week_12_glucocorticoid_reduction"]) == (0, 100)
    assert (row["week_24_visit_day"], row["week_24_event"]) == (178, "unscheduled"), "9 days after week 24"
    assert {value for name, value in row.items() if name.startswith("week_52")} == {None}


@pytest.mark.parametrize(
    ("days", "told_day"),
    [((70,), 71), ((69,), None), ((98,), 99), ((99,), None), ((80, 88), 81), ((80, 87), 88), ((), None)],
)
def test_a_visit_counts_for_week_12_up_to_14_days_from_it_and_of_two_as_near_the_earlier(
    days: tuple[int, ...], told_day: int | None
) -> None:
    at = (str(date(2026, 1, 5) + timedelta(days=day)) for day in days)
    row = told(followed(course(ill(BASELINE, "week_0"), *(better(on, "unscheduled") for on in at))))
    assert row["week_12_visit_day"] == told_day


@pytest.mark.parametrize(
    ("missing", "minimal", "major"),
    [
        ({}, (84, 0), (84, 1)),
        ({"functioning": {}}, (84, 0), (None, None)),
        ({"functioning": {}, "disease_activity": {}}, (None, None), (None, None)),
    ],
)
def test_an_incomplete_score_decides_no_response_that_the_missing_measures_could_still_make(
    missing: dict[str, Any], minimal: tuple[int | None, ...], major: tuple[int | None, ...]
) -> None:
    made = better(WEEK_12, "week_12")
    made["forms"] |= missing
    row = told(followed(course(ill(BASELINE, "week_0"), made)))
    assert (row["minimal_response_days"], row["minimal_response_censored"]) == minimal
    assert (row["major_response_days"], row["major_response_censored"]) == major, "60 of 67.5, and 10 may be missing"


def test_a_response_tells_whether_it_came_before_the_drug() -> None:
    name = "minimal_response"
    row = told(followed(course()))
    assert (row[f"{name}_days_from_first_jak_inhibitor"], row[f"{name}_on_jak_inhibitor"]) == (82, 1)
    assert row["major_response_on_jak_inhibitor"] == 0, "censored on 1 July, the day after the last dose"
    row = told(followed(course(doses=[kept.dose("2026-04-09")])))
    assert (row[f"{name}_days_from_first_jak_inhibitor"], row[f"{name}_on_jak_inhibitor"]) == (-10, 0)
    row = told(followed(course(doses=())))
    assert (row[f"{name}_days_from_first_jak_inhibitor"], row[f"{name}_on_jak_inhibitor"]) == (None, 0)


def test_only_who_has_active_disease_at_the_baseline_is_followed_to_inactive_disease() -> None:
    active = told(followed(course()))
    assert active["baseline_clinically_inactive_disease"] == "not_inactive"
    assert (active["inactive_disease_days"], active["inactive_disease_censored"]) == (177, 1)
    inactive = told(followed(course(well(BASELINE, "week_0"), well(WEEK_12, "week_12"))))
    assert inactive["baseline_clinically_inactive_disease"] == "inactive"
    assert (inactive["inactive_disease_days"], inactive["inactive_disease_censored"]) == (None, None)
    reached = told(followed(course(ill(BASELINE, "week_0"), well(WEEK_12, "week_12"))))
    for name in ("inactive_disease", "inactive_disease_revised"):
        assert (reached[f"{name}_days"], reached[f"{name}_censored"], reached[f"{name}_event"]) == (84, 0, "week_12")


def test_events_are_counted_since_the_first_jak_inhibitor_up_to_the_last_visit() -> None:
    usual = {"serious": False, "outcome": "recovered"}
    zoster = {"special_interest": "herpes_zoster", "serious": True}
    events = [
        usual | {"started_on": "2026-01-06"},
        usual | {"started_on": "2026-01"},
        usual | zoster | {"started_on": "2026-03-01"},
        usual | {"started_on": "2026-07-02", "serious": True, "outcome": "fatal", "died_on": "2026-07-03"},
    ]
    row = told(followed(course(events=events)))
    counted = {name.removesuffix("_since_first_jak_inhibitor"): row[name] for name in row if "_since_first_" in name}
    del counted["days"]
    assert counted == {"adverse_events": 2, "serious_events": 1, "serious_infections": 1, "herpes_zoster": 1}
    assert (row["jak_inhibitor_exposure_days"], row["days_since_first_jak_inhibitor"]) == (175, 176)
    assert (row["died"], row["death_days"]) == (1, 179)
    assert told(followed(course(events=events, doses=())))["adverse_events_since_first_jak_inhibitor"] is None


def test_steroid_free_days_are_counted_from_the_baseline_to_the_last_visit() -> None:
    row = told(followed(course()))
    assert row["steroid_free_days"] == 123, "178 days, of which 55 to 28 February are not free"
    assert (row["steroid_free_percent"], row["steroid_undecided_days"]) == (69, 0)
    assert (row["steroid_free_at_last_visit"], row["steroid_free_from_days"]) == (1, 55)


def test_a_steroid_that_begins_again_ends_the_lasting_steroid_free_time() -> None:
    again = kept.glucocorticoid(started_on="2026-06-01", ended_on=None)
    medications = [kept.glucocorticoid(started_on="2026-01-01", ended_on="2026-02-28"), again]
    row = told(followed(course(medications=medications)))
    assert row["steroid_free_days"] == 92, "March, April and May"
    assert (row["steroid_free_at_last_visit"], row["steroid_free_from_days"]) == (0, None)


def test_where_no_medication_is_recorded_no_day_counts_as_steroid_free() -> None:
    row = told(followed(course(medications=())))
    assert (row["steroid_free_days"], row["steroid_undecided_days"]) == (0, 178)
    assert (row["steroid_free_percent"], row["steroid_free_at_last_visit"]) == (None, None)


DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 31))
PARTIAL = st.one_of(DAYS.map(str), DAYS.map(lambda day: f"{day:%Y-%m}"), st.just("2026"), st.none())
RECORDS = st.fixed_dictionaries(
    {
        "started_on": PARTIAL,
        "ended_on": PARTIAL,
        "route": st.sampled_from(["oral", "intravenous", "topical", None]),
        "frequency": st.sampled_from(["daily", "once"]),
    }
)


@settings(max_examples=40, deadline=None)
@given(records=st.lists(RECORDS, max_size=4), prior=st.booleans())
def test_steroid_free_time_is_what_counting_day_by_day_finds(records: list[dict[str, str]], prior: bool) -> None:
    medications = [kept.glucocorticoid(**record) for record in records]
    made = kept.course((), medications, prior_treatments=["prednisone"] if prior else [])
    first, last = date(2026, 1, 10), date(2026, 3, 20)
    free = [_is_free(made, first + timedelta(days=day)) for day in range((last - first).days + 1)]
    found = steroid_free_time(made, first, last)
    assert (found.days, found.undecided_days) == (free.count(True), free.count(None))
    since = next((day for day in range(len(free)) if all(one is True for one in free[day:])), None)
    assert found.since == (None if since is None else first + timedelta(days=since))
    assert found.at_end == free[-1]


def _is_free(made, on: date) -> bool | None:
    status = "indeterminate" if are_unrecorded(made, on) else status_on(systemic(glucocorticoids_of(made)), on)
    return {"steroid_free": True, "on_glucocorticoids": False, "indeterminate": None}[status]
