"""What came of a participant's safety: events since the first JAK inhibitor with the time that they are counted over, and death.

Only what a course holds is told: why somebody left the study is no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from registry.domain.analysis_followed import SINCE_FIRST, Followed
from registry.domain.analysis_measures import Measure, Value, cited
from registry.domain.dates import PartialDate
from registry.domain.deidentification import Action

Image = Mapping[str, Any]
INFECTIONS = frozenset(
    {
        "herpes_zoster", "herpes_simplex", "serious_infection", "opportunistic_infection", "tuberculosis",
        "hepatitis_b_reactivation", "bk_virus", "ebv_cmv", "calcinosis_infection",
    }
)  # fmt: skip
"""Topics of special interest that are infections."""


def _since_first(who: Followed) -> Iterator[Image] | None:
    """Give the events that are counted; one whose onset is not known to the day is where it may be one of them."""
    if who.first_dose is None:
        return None
    first, last = who.first_dose.starts, who.course.today
    onsets = ((event.image, PartialDate.parse(event.image["started_on"])) for event in who.course.adverse_events)
    return (image for image, onset in onsets if onset.latest >= first and onset.earliest <= last)


def _count(name: str, words: str, counts: Callable[[Image], bool]) -> Measure[Followed]:
    def read(who: Followed) -> Value:
        events = _since_first(who)
        return None if events is None else sum(map(counts, events))

    return Measure(
        name=f"{name}_since_first_jak_inhibitor",
        words=f"{words} since the first JAK inhibitor {SINCE_FIRST.cited}",
        type="integer",
        read=read,
        action=Action.TREATMENT,
        over_course=True,
        source=SINCE_FIRST.source,
    )


def _is_serious_infection(event: Image) -> bool:
    return bool(event.get("serious")) and event.get("special_interest") in INFECTIONS


def _exposure(who: Followed) -> Value:
    return who.seen[-1].value("jak-exposure") if who.first_dose and who.seen else None


def _followed(who: Followed) -> Value:
    return (who.course.today - who.first_dose.starts).days + 1 if who.first_dose else None


def _deaths(who: Followed) -> list[Image]:
    return [event.image for event in who.course.adverse_events if event.image.get("outcome") == "fatal"]


def _days_to_death(who: Followed) -> Value:
    known = [PartialDate.parse(event["died_on"]) for event in _deaths(who) if event.get("died_on")]
    return next((who.days_to(one.earliest) for one in known if one.precision == "day"), None)


SAFETY: tuple[Measure[Followed], ...] = (
    Measure(
        name="jak_inhibitor_exposure_days",
        words=f"Days of systemic exposure to JAK inhibitors up to the last visit {cited('jak-exposure')}",
        type="integer",
        read=_exposure,
        action=Action.TREATMENT,
        unit="d",
    ),
    Measure(
        name="days_since_first_jak_inhibitor",
        words="Days from the first systemic JAK inhibitor to the last visit, both included, on it or not",
        type="integer",
        read=_followed,
        action=Action.TREATMENT,
        unit="d",
    ),
    _count("adverse_events", "Adverse events", lambda event: True),
    _count("serious_events", "Serious adverse events", lambda event: bool(event.get("serious"))),
    _count("serious_infections", "Serious infections", _is_serious_infection),
    _count("herpes_zoster", "Herpes zoster", lambda event: event.get("special_interest") == "herpes_zoster"),
    Measure(
        name="died",
        words="Whether an adverse event was fatal, on whatever day",
        type="0/1",
        read=lambda who: int(bool(_deaths(who))),
        action=Action.CODE,
    ),
    Measure(
        name="death_days",
        words="Days from the baseline to the death, where its day is known",
        type="integer",
        read=_days_to_death,
        action=Action.NUMBER,
        unit="d",
        inside=True,
    ),
)
