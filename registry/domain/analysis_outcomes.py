"""What came of a participant after the baseline: response at planned weeks, times to it, steroid-free time, follow-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from registry.domain.analysis_followed import AT_WEEK, EVENT, STEROID_FREE, TIME_TO, Followed, day_of, of_visit
from registry.domain.analysis_measures import Measure, Value
from registry.domain.analysis_seen import Seen
from registry.domain.deidentification import Action
from registry.domain.derivations.steroid_free_time import SteroidFreeTime
from registry.domain.vocabulary import VISIT_EVENTS

WEEKS = (12, 24, 52)
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


def _at_week(week: int) -> tuple[Measure[Followed], ...]:
    def seen(who: Followed) -> Seen | None:
        return who.at(f"week_{week}")

    words = f"At week {week}"
    day = day_of(f"week_{week}_visit_day", f"Study day of the visit of week {week} {AT_WEEK.cited}", seen)
    return day, *(of_visit(f"week_{week}", words, name, seen) for name in AT_A_WEEK)


def _time_to(name: str, words: str, reached: Callable[[Seen], bool | None]) -> tuple[Measure[Followed], ...]:
    """Give the days to the first visit at which something is reached, whether they are censored, and its planned event."""

    def found(who: Followed) -> tuple[Seen, int] | None:
        decided = [(seen, is_so) for seen in who.after if (is_so := reached(seen)) is not None]
        if not decided:
            return None
        return next(((seen, 0) for seen, is_so in decided if is_so), (decided[-1][0], 1))

    def event(who: Followed) -> Value:
        told = found(who)
        return told[0].visit.event if told and not told[1] else None

    return (
        Measure(
            name=f"{name}_days",
            words=f"Days from the baseline to the first visit with {words} {TIME_TO.cited}",
            type="integer",
            read=lambda who: None if (told := found(who)) is None else who.days_to(told[0].visit.on),
            action=Action.NUMBER,
            unit="d",
        ),
        Measure(
            name=f"{name}_censored",
            words=f"Whether no visit was with {words}, and the days are those to the last at which it could be decided",
            type="0/1",
            read=lambda who: None if (told := found(who)) is None else told[1],
            action=Action.KEEP,
        ),
        Measure(
            name=f"{name}{EVENT}",
            words=f"Planned event of the first visit with {words}",
            type="code",
            read=event,
            action=Action.KEEP,
            codes=VISIT_EVENTS,
        ),
    )


def _responded(least: str) -> Callable[[Seen], bool | None]:
    enough = RESPONSES[RESPONSES.index(least) :]

    def reached(seen: Seen) -> bool | None:
        category = seen.category("total-improvement-score")
        return None if category is None else category in enough

    return reached


def _inactive(seen: Seen) -> bool | None:
    state = seen.category("clinically-inactive-disease")
    return state == "inactive" if state in {"inactive", "not_inactive"} else None


def _steroid_free(
    name: str, words: str, read: Callable[[SteroidFreeTime, Followed], Value], **kind: Any
) -> Measure[Followed]:
    def told(who: Followed) -> Value:
        return None if who.steroid_free is None else read(who.steroid_free, who)

    return Measure(name=name, words=f"{words} {STEROID_FREE.cited}", read=told, **kind)


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
        "Share of that time without a systemic glucocorticoid, in whole percent, rounded down",
        lambda time, who: time.days * 100 // ((who.days_to(who.seen[-1].visit.on) or 0) + 1),
        type="integer",
        action=Action.NUMBER,
        unit="%",
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
        "Whether free of systemic glucocorticoids for certain on the day of the last visit",
        lambda time, _: int(time.since is not None),
        type="0/1",
        action=Action.CODE,
    ),
    _steroid_free(
        "steroid_free_from_days",
        "Days from the baseline to the first day of the steroid-free time that lasts to the last visit",
        lambda time, who: who.days_to(time.since),
        type="integer",
        action=Action.NUMBER,
        unit="d",
    ),
)
OUTCOMES: tuple[Measure[Followed], ...] = (
    _FOLLOW_UP,
    *(measure for week in WEEKS for measure in _at_week(week)),
    *(
        measure
        for least in RESPONSES
        for measure in _time_to(f"{least}_response", f"at least {least} improvement", _responded(least))
    ),
    *_time_to("inactive_disease", "clinically inactive disease", _inactive),
    *_STEROIDS,
)
