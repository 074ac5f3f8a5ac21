"""The schedule in plain Python: windows, repetitions, amendments, and how a visit stands on each day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from registry.domain.schedule import Activation, Expected, expected, planned_events, status_of

BASELINE = date(2024, 2, 1)
ANCHORS = {"baseline": BASELINE, "randomisation": None}


def planned(event: str, target_day: int, window: int = 7, **changes: Any) -> dict[str, Any]:
    usual = {"anchor": "baseline", "window_before": window, "window_after": window}
    return {"event": event, "target_day": target_day} | usual | changes


FIRST = Activation(date(2024, 1, 1), "1.0", [planned("week_0", 0), planned("week_4", 28), planned("week_12", 84)])


def shown(visits: list[Expected]) -> list[tuple[str, str, str]]:
    return [(visit.event, visit.version, visit.target_on.isoformat()) for visit in visits]


def test_target_days_count_from_the_baseline_and_leap_days_are_days() -> None:
    visits = expected([FIRST], ANCHORS, {})
    assert shown(visits) == [
        ("week_0", "1.0", "2024-02-01"), ("week_4", "1.0", "2024-02-29"), ("week_12", "1.0", "2024-04-25"),
    ]  # fmt: skip
    assert (visits[1].opens_on, visits[1].closes_on) == (date(2024, 2, 22), date(2024, 3, 7))
    assert [visit.next_opens_on for visit in visits] == [date(2024, 2, 22), date(2024, 4, 18), None]


def test_nothing_is_expected_without_an_anchor() -> None:
    assert expected([FIRST], {"baseline": None, "randomisation": None}, {}) == []
    assert expected([], ANCHORS, {}) == []


def test_what_is_counted_from_randomisation_waits_for_it() -> None:
    trial = Activation(date(2024, 1, 1), "1.0", [planned("week_0", 0), planned("week_4", 28, anchor="randomisation")])
    assert [visit.event for visit in expected([trial], ANCHORS, {})] == ["week_0"]
    drawn = expected([trial], ANCHORS | {"randomisation": date(2024, 2, 8)}, {})
    assert shown(drawn)[1] == ("week_4", "1.0", "2024-03-07")


def test_a_repetition_is_the_event_of_its_week() -> None:
    found = planned_events([planned("week_24", 168, repeat_every=84, repeat_until=420)])
    assert {event: one.target_day for event, one in found.items()} == {
        "week_24": 168, "week_36": 252, "week_48": 336, "week_60": 420,
    }  # fmt: skip


def test_what_is_planned_by_itself_comes_before_a_repetition() -> None:
    found = planned_events([planned("week_12", 84, repeat_every=84, repeat_until=168), planned("week_24", 168, 3)])
    assert found["week_24"].window_after == 3


def test_an_early_end_is_never_due() -> None:
    assert planned_events([planned("early_termination", 90)]) == {}


def test_an_amendment_moves_what_is_still_to_come() -> None:
    amended = Activation(date(2024, 3, 1), "2.0", [planned("week_0", 0), planned("week_4", 28), planned("week_12", 90)])
    assert shown(expected([FIRST, amended], ANCHORS, {}))[1:] == [
        ("week_4", "1.0", "2024-02-29"), ("week_12", "2.0", "2024-05-01"),
    ]  # fmt: skip


def test_an_amendment_drops_and_adds_from_its_day_on() -> None:
    amended = Activation(date(2024, 3, 1), "2.0", [planned("week_2", 14), planned("week_8", 56)])
    assert [visit.event for visit in expected([FIRST, amended], ANCHORS, {})] == ["week_0", "week_4", "week_8"]


def test_a_visit_that_an_amendment_would_put_before_its_own_day_stays_where_it_was() -> None:
    amended = Activation(date(2024, 4, 20), "2.0", [planned("week_12", 70)])
    assert shown(expected([FIRST, amended], ANCHORS, {}))[-1] == ("week_12", "1.0", "2024-04-25")


def test_a_visit_that_took_place_keeps_the_version_it_was_made_under() -> None:
    amended = Activation(date(2024, 4, 20), "2.0", [planned("week_12", 90)])
    still = expected([FIRST, amended], ANCHORS, {})
    done = expected([FIRST, amended], ANCHORS, {"week_12": "1.0"})
    assert shown(still)[-1] == ("week_12", "2.0", "2024-05-01")
    assert shown(done)[-1] == ("week_12", "1.0", "2024-04-25")


def test_nothing_is_expected_after_follow_up_ended_but_what_took_place() -> None:
    ended = date(2024, 2, 29)
    assert [visit.event for visit in expected([FIRST], ANCHORS, {}, ended)] == ["week_0", "week_4"]
    assert [visit.event for visit in expected([FIRST], ANCHORS, {}, ended - timedelta(days=1))] == ["week_0"]
    assert len(expected([FIRST], ANCHORS, {"week_12": "1.0"}, ended)) == 3


WEEK_4 = expected([FIRST], ANCHORS, {})[1]
LAST = expected([FIRST], ANCHORS, {})[2]


@pytest.mark.parametrize(
    ("today", "status"),
    [
        ("2024-02-21", "upcoming"),
        ("2024-02-22", "due"),
        ("2024-02-29", "due"),
        ("2024-03-07", "due"),
        ("2024-03-08", "overdue"),
        ("2024-04-17", "overdue"),
        ("2024-04-18", "missed"),
    ],
)
def test_a_visit_stands_by_its_window_and_the_next_one(today: str, status: str) -> None:
    assert status_of(WEEK_4, date.fromisoformat(today)) == status


def test_the_last_visit_is_missed_four_weeks_after_its_window() -> None:
    over = LAST.closes_on
    assert status_of(LAST, over + timedelta(days=28)) == "overdue"
    assert status_of(LAST, over + timedelta(days=29)) == "missed"


def test_windows_that_overlap_are_over_before_a_visit_is_missed() -> None:
    visits = expected(
        [Activation(date(2024, 1, 1), "1.0", [planned("week_4", 28, 14), planned("week_6", 42, 14)])], ANCHORS, {}
    )
    assert visits[0].next_opens_on is not None
    assert visits[0].next_opens_on < visits[0].closes_on
    assert status_of(visits[0], visits[0].closes_on) == "due"
    assert status_of(visits[0], visits[0].closes_on + timedelta(days=1)) == "missed"


@pytest.mark.parametrize(
    ("visited_on", "status"),
    [
        ("2024-02-21", "done_out_of_window"),
        ("2024-02-22", "done"),
        ("2024-03-07", "done"),
        ("2024-03-08", "done_out_of_window"),
    ],
)
def test_a_visit_is_done_in_its_window_or_out_of_it(visited_on: str, status: str) -> None:
    assert status_of(WEEK_4, date(2026, 1, 1), date.fromisoformat(visited_on)) == status


def test_what_was_skipped_is_never_overdue_and_what_took_place_was_not_skipped() -> None:
    assert status_of(WEEK_4, date(2026, 1, 1), skipped=True) == "skipped"
    assert status_of(WEEK_4, date(2026, 1, 1), date(2024, 2, 29), skipped=True) == "done"
