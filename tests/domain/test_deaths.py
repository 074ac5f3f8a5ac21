"""Deaths and arms, counted by hand: each death once, and everybody who was allocated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from registry.domain.arm_comparison import Allocated, Arm, arms
from registry.domain.deaths import deaths
from registry.domain.first_events import Followed, first_events
from registry.domain.study_safety import ANY_DRUG, SIGNALS, Person
from tests.domain.study_people import dose, event, somebody, study

OF_A_DEATH = {"grade": 5, "outcome": "fatal", "serious": True, "seriousness_criteria": ["death"]}
LOST = {"status": "lost_to_follow_up", "status_on": "2025-05-01", "reason": None}
LEFT_BY_DEATH = {"status": "withdrawn", "status_on": "2025-05-01", "reason": "death"}
LATE = event("2025-07-01", **OF_A_DEATH, died_on="2025-07-10")


@pytest.mark.parametrize(
    ("enrolment", "events", "after"),
    [
        (None, (LATE,), [False]),
        (LOST, (LATE,), [True]),
        (LEFT_BY_DEATH, (), [False]),
        (LEFT_BY_DEATH, (LATE, event("2025-04-01", **OF_A_DEATH)), [False]),
        (LOST, (event("2025-07-01"),), []),
    ],
)
def test_a_death_counts_once_however_it_is_known_and_whatever_ended_follow_up(
    enrolment: dict[str, Any] | None, events: tuple[dict[str, Any], ...], after: list[bool]
) -> None:
    child = somebody("A", events=events, enrolment=enrolment)
    assert [death.after_follow_up for death in deaths([child])] == after


def in_arm(child: Person, since: date) -> Arm:
    [found] = arms([child], {"A": Allocated(arm="x", on=since)}, ["x"], SIGNALS.constants)
    return found


def test_a_death_after_being_lost_counts_to_the_arm_and_its_event_is_said_apart() -> None:
    child = somebody("A", events=(event("2025-02-01"), LATE), enrolment=LOST)
    found = in_arm(child, date(2025, 1, 1))
    assert (found.participants, found.deaths, found.events_after_follow_up) == (1, 1, 1)
    assert found.events["all", None] == 1
    assert found.patient_years == Decimal(121) / Decimal("365.25")


def test_who_left_before_the_day_of_allocation_is_a_participant_without_time() -> None:
    vague = event("2025", id="vague")
    found = in_arm(somebody("A", events=(vague, LATE), enrolment=LOST), date(2025, 5, 2))
    assert (found.participants, found.patient_years, found.deaths) == (1, Decimal(0), 1)
    assert (found.events, found.people, found.events_after_follow_up) == ({}, {}, 2)


def test_death_on_the_last_day_of_the_window_after_stopping_is_death() -> None:
    on_the_last = event("2025-03-02", **OF_A_DEATH, id="died")
    child = study(somebody("A", dose("2025-01-01", "2025-01-31"), events=(on_the_last,)))
    assert first_events(child, ANY_DRUG, "herpes_zoster") == (Followed(61, "death"),)
