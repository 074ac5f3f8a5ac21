"""The schedule of a participant: which visits a protocol expects, in which windows, and how each stands on a day.

The database keeps the same rule as `planned_visits` and `schedule_status`; a test compares the two on made-up protocols.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

SCHEDULE_STATUSES: Mapping[str, str] = {
    "upcoming": "The window has not opened",
    "due": "In the window",
    "overdue": "The window is over, that of the next visit has not opened",
    "missed": "The window is over and that of the next visit has opened; the last visit: four weeks after its window",
    "done": "Recorded as complete, in the window",
    "done_out_of_window": "Recorded as complete, out of the window",
    "skipped": "Will not take place, by decision",
}
SKIP_REASONS: Mapping[str, str] = {
    "family_request": "Wish of the participant or the family",
    "illness": "Illness that kept the participant away",
    "travel": "Distance, travel or a move",
    "site_capacity": "The site could not offer it",
    "not_needed": "Not needed in the investigator's judgement",
    "other": "Other",
}
BASELINE_EVENT = "week_0"
SCREENING_EVENT = "screening"
WITHOUT_A_DAY = frozenset({"early_termination"})
"""Events that follow from what happens, not from the calendar: they may be recorded, and are never due."""
PATIENCE_WITH_THE_LAST = timedelta(days=28)
"""How long after its window the last visit is overdue before it counts as missed: four weeks, our choice."""
LOOKING_AHEAD = timedelta(days=28)
"""How far ahead the work list shows windows that will open: four weeks, our choice."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An event of one protocol version, its repetitions apart: from which anchor, on which day, in which window."""

    event: str
    anchor: str
    target_day: int
    window_before: int
    window_after: int


@dataclass(frozen=True, slots=True)
class Activation:
    """A protocol version that comes into force at the participant's site on a day, with the events that it plans."""

    effective_from: date
    version: str
    schedule: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Expected:
    """A visit that is expected of a participant."""

    event: str
    version: str
    target_on: date
    opens_on: date
    closes_on: date
    next_opens_on: date | None = None

    @property
    def missed_from(self) -> date:
        """Give the first day on which it counts as missed, unless it took place or was skipped."""
        over = self.closes_on + timedelta(days=1)
        return max(over, self.next_opens_on or over + PATIENCE_WITH_THE_LAST)


def planned_events(schedule: Iterable[Mapping[str, Any]]) -> dict[str, Planned]:
    """Give the events that a schedule plans by a day, with each repetition as the event of its week."""
    found = [repetition for planned in schedule for repetition in _repetitions(planned)]
    first: dict[str, Planned] = {}
    for _, planned in sorted(found, key=lambda one: one[0]):
        first.setdefault(planned.event, planned)
    return first


def _repetitions(planned: Mapping[str, Any]) -> Iterator[tuple[int, Planned]]:
    if planned["event"] in WITHOUT_A_DAY:
        return
    start, every = planned["target_day"], planned.get("repeat_every")
    times = (
        max(0, (planned.get("repeat_until", start) - start) // every) if every and planned.get("repeat_until") else 0
    )
    for number in range(times + 1):
        day = start + number * (every or 0)
        event = f"week_{day // 7}" if number else planned["event"]
        window = planned["window_before"], planned["window_after"]
        yield number, Planned(event, planned["anchor"], day, *window)


def expected(
    activations: Sequence[Activation],
    anchors: Mapping[str, date | None],
    made_under: Mapping[str, str | None],
    ended_on: date | None = None,
) -> list[Expected]:
    """Give the visits that are expected of a participant, in the order of their target days.

    `activations`: those at the site, in the order in which they came into force. `anchors`: the days of baseline,
    randomisation, enrolment and consent, where they are known. `made_under`: the version of each event that took place. A
    visit follows the version that was activated last among those whose own target day lies in their time; it falls away
    where the version in force on that day does not plan it. A visit that took place keeps the version that it was made
    under. None is expected after the day on which follow-up ended.
    """
    plans = [planned_events(activation.schedule) for activation in activations]
    chosen = {}
    for event in {event for plan in plans for event in plan}:
        offers = list(_offers(event, activations, plans, anchors, made_under))
        if offers:
            turn, offer = max(offers, key=lambda one: (one[1].version == made_under.get(event), one[0]))
            in_force = _in_force(activations, offer.target_on)
            kept = offer.version == made_under.get(event) or in_force == turn or event in plans[in_force]
            late = ended_on is not None and offer.target_on > ended_on and event not in made_under
            if kept and not late:
                chosen[event] = offer
    return _with_next(sorted(chosen.values(), key=lambda one: (one.target_on, one.event)))


def _offers(
    event: str,
    activations: Sequence[Activation],
    plans: Sequence[Mapping[str, Planned]],
    anchors: Mapping[str, date | None],
    made_under: Mapping[str, str | None],
) -> Iterator[tuple[int, Expected]]:
    for turn, (activation, plan) in enumerate(zip(activations, plans, strict=True)):
        planned = plan.get(event)
        target = _target(planned, anchors) if planned else None
        if planned is None or target is None:
            continue
        if target >= activation.effective_from or made_under.get(event) == activation.version:
            opens, closes = (
                target - timedelta(days=planned.window_before),
                target + timedelta(days=planned.window_after),
            )
            yield turn, Expected(event, activation.version, target, opens, closes)


def _target(planned: Planned, anchors: Mapping[str, date | None]) -> date | None:
    """Give the target day; None without an anchor.

    The baseline itself is held against the enrolment where that came first, or it would move its own window. Before both,
    a screening is expected from the day of the consent on.
    """
    anchor = anchors.get(planned.anchor)
    if planned.anchor == "baseline" and planned.event == SCREENING_EVENT and anchor is None:
        return anchors.get("consent")
    if planned.anchor == "baseline" and planned.event == BASELINE_EVENT:
        anchor = min((day for day in (anchor, anchors.get("enrolment")) if day is not None), default=None)
    return None if anchor is None else anchor + timedelta(days=planned.target_day)


def _in_force(activations: Sequence[Activation], day: date) -> int:
    return max((turn for turn, one in enumerate(activations) if one.effective_from <= day), default=0)


def _with_next(visits: Sequence[Expected]) -> list[Expected]:
    followed = [replace(one, next_opens_on=following.opens_on) for one, following in pairwise(visits)]
    return [*followed, *visits[-1:]]


def status_of(visit: Expected, today: date, visited_on: date | None = None, *, skipped: bool = False) -> str:
    """Tell how an expected visit stands on a day at its site; `visited_on` is the day of the complete visit."""
    if visited_on is not None:
        return "done" if visit.opens_on <= visited_on <= visit.closes_on else "done_out_of_window"
    if skipped:
        return "skipped"
    if today < visit.opens_on:
        return "upcoming"
    if today <= visit.closes_on:
        return "due"
    return "overdue" if today < visit.missed_from else "missed"


__all__ = [
    "BASELINE_EVENT", "LOOKING_AHEAD", "PATIENCE_WITH_THE_LAST", "SCHEDULE_STATUSES", "SCREENING_EVENT", "SKIP_REASONS",
    "Activation", "Expected", "Planned", "expected", "planned_events", "status_of",
]  # fmt: skip
