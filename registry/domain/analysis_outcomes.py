"""What came of a participant after the baseline: response at planned weeks, times to it, steroid-free time, follow-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from registry.domain.analysis_followed import (
    AT_WEEK,
    EVENT,
    STEROID_FREE,
    TIME_TO,
    Followed,
    day_of,
    event_of,
    of_visit,
)
from registry.domain.analysis_measures import Measure, Value
from registry.domain.analysis_seen import Seen
from registry.domain.deidentification import Action
from registry.domain.derivations.steroid_free_time import SteroidFreeTime

WINDOWS: Mapping[int, int] = {12: 14, 24: 28, 52: 42}
"""Weeks after the baseline at which response is told, each with how many days off, at most, a visit may lie."""
SCORE = "total-improvement-score"
Reached = Callable[[Seen], bool | None]
"""Whether something is reached at a visit; None where it cannot be decided."""
RESPONSES = ("minimal", "moderate", "major")
"""Categories of the total improvement score, each of which is reached by the later ones too."""

AT_A_WEEK = (
    "total_improvement_score",
    "total_improvement_category",
    "total_improvement_complete",
    "definition_of_improvement",
    "printo_improvement",
    "clinically_inactive_disease",
    "clinically_inactive_disease_revised",
    "prednisone_equivalent_mg_per_day",
    "prednisone_equivalent_mg_per_kg_per_day",
    "glucocorticoid_reduction",
)


def _at_week(week: int, within: int) -> tuple[Measure[Followed], ...]:
    def seen(who: Followed) -> Seen | None:
        return who.near(week, within)

    words, name = f"At week {week}", f"week_{week}"
    day = day_of(f"{name}_visit_day", f"{words}: study day of the visit {AT_WEEK.cited}", seen)
    event = event_of(f"{name}{EVENT}", f"{words}: planned event of the visit", seen)
    return day, event, *(of_visit(name, words, measure, seen) for measure in AT_A_WEEK)


Found = Callable[[Followed], tuple[Seen, int] | None]
"""The visit that ends the time to an event, and whether the time is censored there."""


def _found(reached: Reached, is_at_risk: Callable[[Followed], bool]) -> Found:
    def found(who: Followed) -> tuple[Seen, int] | None:
        decided = [(seen, is_so) for seen in who.after if (is_so := reached(seen)) is not None]
        if not decided or not is_at_risk(who):
            return None
        return next(((seen, 0) for seen, is_so in decided if is_so), (decided[-1][0], 1))

    return found


def _time_to(
    name: str, words: str, reached: Reached, is_at_risk: Callable[[Followed], bool] = lambda _: True
) -> tuple[Measure[Followed], ...]:
    """Give the days to the first visit at which something is reached, whether they are censored, and its planned event."""
    found = _found(reached, is_at_risk)

    def reached_at(who: Followed) -> Seen | None:
        told = found(who)
        return told[0] if told and not told[1] else None

    days: Measure[Followed] = Measure(
        name=f"{name}_days",
        words=f"{words}: days from the baseline to the first visit with it {TIME_TO.cited}",
        type="integer",
        read=lambda who: None if (told := found(who)) is None else who.days_to(told[0].visit.on),
        action=Action.NUMBER,
        unit="d",
        told_with=(f"{name}_censored", f"{name}{EVENT}"),
        source=TIME_TO.source,
    )
    censored: Measure[Followed] = Measure(
        name=f"{name}_censored",
        words=f"{words}: whether no visit was with it, and the days are those to the last at which it could be decided",
        type="0/1",
        read=lambda who: None if (told := found(who)) is None else told[1],
        action=Action.CODE,
        over_course=True,
    )
    event = event_of(f"{name}{EVENT}", f"{words}: planned event of the first visit with it", reached_at)
    event = replace(event, told_with=(f"{name}_censored",), over_course=True)
    return days, censored, event, *_beside_the_drug(name, words, found)


def _beside_the_drug(name: str, words: str, found: Found) -> tuple[Measure[Followed], ...]:
    """Give where the day that ends the time lies beside the JAK inhibitor: what came before it is none of its effects."""

    def since(who: Followed) -> Value:
        told = found(who)
        return None if told is None or who.first_dose is None else (told[0].visit.on - who.first_dose.starts).days

    def on_drug(who: Followed) -> Value:
        told = found(who)
        return None if told is None else int(who.on_jak_inhibitor(told[0].visit.on))

    return (
        Measure(
            name=f"{name}_days_from_first_jak_inhibitor",
            words=f"{words}: days from the first JAK inhibitor to that day; below zero before it",
            type="integer",
            read=since,
            action=Action.TREATMENT,
            unit="d",
            told_with=(f"{name}_on_jak_inhibitor",),
        ),
        Measure(
            name=f"{name}_on_jak_inhibitor",
            words=f"{words}: whether a systemic JAK inhibitor was in force that day",
            type="0/1",
            read=on_drug,
            action=Action.TREATMENT,
            over_course=True,
        ),
    )


def _responded(least: str) -> Reached:
    enough = RESPONSES[RESPONSES.index(least) :]

    def reached(seen: Seen) -> bool | None:
        score, thresholds = seen.value(SCORE), seen.detail(SCORE, "thresholds")
        if score is None:
            return None
        if seen.category(SCORE) in enough:
            return True
        return None if score + _most_of_missing(seen) >= thresholds[least] else False

    return reached


def _most_of_missing(seen: Seen) -> Decimal:
    """Give the points that the measures of the score could add that are missing, at most."""
    constants = seen.course.rules[SCORE].constants
    missing = (one.measure for one in seen.detail(SCORE, "measures") if one.points is None)
    return sum((max(constants.points(one).values()) for one in missing), Decimal(0))


def _inactive(rule: str) -> Reached:
    def reached(seen: Seen) -> bool | None:
        return {"inactive": True, "not_inactive": False}.get(seen.category(rule) or "")

    return reached


def _time_to_inactive(name: str, words: str, rule: str) -> tuple[Measure[Followed], ...]:
    """Give the time to inactive disease of those who are known not to have it at the baseline."""
    reached = _inactive(rule)

    def is_at_risk(who: Followed) -> bool:
        return who.baseline is not None and reached(who.baseline) is False

    return _time_to(name, words, reached, is_at_risk)


def _steroid_free(
    name: str, words: str, read: Callable[[SteroidFreeTime, Followed], Value], **kind: Any
) -> Measure[Followed]:
    def told(who: Followed) -> Value:
        return None if who.steroid_free is None else read(who.steroid_free, who)

    return Measure(name=name, words=f"{words} {STEROID_FREE.cited}", read=told, source=STEROID_FREE.source, **kind)


def _percent(time: SteroidFreeTime, who: Followed) -> Value:
    if time.undecided_days:
        return None
    return time.days * 100 // ((who.days_to(who.seen[-1].visit.on) or 0) + 1)


_FOLLOW_UP: Measure[Followed] = Measure(
    name="follow_up_days",
    words="Days from the baseline to the last complete visit",
    type="integer",
    read=lambda who: who.days_to(who.seen[-1].visit.on) if who.seen else None,
    action=Action.NUMBER,
    unit="d",
)
_STEROIDS: tuple[Measure[Followed], ...] = (
    _steroid_free(
        "steroid_free_days",
        "Days without a systemic glucocorticoid from the baseline to the last visit, both included",
        lambda time, _: time.days,
        type="integer",
        action=Action.NUMBER,
        unit="d",
    ),
    _steroid_free(
        "steroid_free_percent",
        "Share of that time without a systemic glucocorticoid, in whole percent, rounded down; none where a day is undecided",
        _percent,
        type="integer",
        action=Action.NUMBER,
        unit="%",
        over_course=True,
    ),
    _steroid_free(
        "steroid_undecided_days",
        "Days of that time that the records do not decide",
        lambda time, _: time.undecided_days,
        type="integer",
        action=Action.NUMBER,
        unit="d",
    ),
    _steroid_free(
        "steroid_free_at_last_visit",
        "Whether free of systemic glucocorticoids on the day of the last visit; empty where undecided",
        lambda time, _: None if time.at_end is None else int(time.at_end),
        type="0/1",
        action=Action.CODE,
        over_course=True,
    ),
    _steroid_free(
        "steroid_free_from_days",
        "Days from the baseline to the first day of the steroid-free time that lasts to the last visit",
        lambda time, who: who.days_to(time.since),
        type="integer",
        action=Action.NUMBER,
        unit="d",
        told_with=("steroid_free_at_last_visit",),
    ),
)
OUTCOMES: tuple[Measure[Followed], ...] = (
    _FOLLOW_UP,
    *(measure for week, within in WINDOWS.items() for measure in _at_week(week, within)),
    *(
        measure
        for least in RESPONSES
        for measure in _time_to(f"{least}_response", f"At least {least} improvement", _responded(least))
    ),
    *_time_to_inactive("inactive_disease", "Clinically inactive disease", "clinically-inactive-disease"),
    *_time_to_inactive(
        "inactive_disease_revised", "Clinically inactive disease, revised", "clinically-inactive-disease-revised"
    ),
    *_STEROIDS,
)
