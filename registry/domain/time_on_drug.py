"""How long each drug was given and why it ended: intervals at any dose, joined where no longer a gap lies between them.

An episode ends with the reason of its last interval. The end of follow-up is no reason: an episode that had not ended by
then goes on, as far as is known; death is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.domain.study_safety import Days, Interval, Person, StudySafety

DEATH = "death"


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A time on a drug; `ended` unless it went on when follow-up ended, with the reason."""

    days: Days
    ended: bool
    reason: str | None = None

    @property
    def length(self) -> int:
        """Days from the first to the last, gaps among them."""
        return (self.days[1] - self.days[0]).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOnDrug:
    """The episodes of a drug: how many there are, why they ended, and the first of each participant."""

    drug: str
    participants: int
    episodes: int
    ongoing: int
    reasons: Mapping[str, int]
    first: tuple[Episode, ...]


def episodes(person: Person, drug: str, gap: int) -> tuple[Episode, ...]:
    """Give the times of a person on a drug, or on any, in order."""
    return times_on(person.of_drug(drug), gap, died=person.ended_by == DEATH)


def times_on(intervals: Iterable[Interval], gap: int, *, died: bool = False) -> tuple[Episode, ...]:
    """Give the times that intervals of a drug make, in order: a gap of so many days, at most, does not end one."""
    found: list[Episode] = []
    for one in sorted(intervals, key=lambda one: (one.days, one.drug)):
        by_death = one.ongoing and died
        reason = _reason(one.reason, one.ongoing, died=by_death)
        here = Episode(days=one.days, ended=not one.ongoing or by_death, reason=reason)
        if found and (one.days[0] - found[-1].days[1]).days <= gap + 1:
            here = _joined(found.pop(), here)
        found.append(here)
    return tuple(found)


def _reason(of_interval: str, ongoing: bool, *, died: bool) -> str | None:
    return DEATH if died else None if ongoing else of_interval


def _joined(before: Episode, after: Episode) -> Episode:
    """Join two episodes; the one that lasts longer says how they end."""
    last = max(before, after, key=lambda one: (not one.ended, one.days[1]))
    return Episode(days=(before.days[0], last.days[1]), ended=last.ended, reason=last.reason)


def time_on_drug(safety: StudySafety) -> tuple[TimeOnDrug, ...]:
    """Give the time on each drug."""
    return tuple(_of_drug(safety, drug) for drug in safety.drugs)


def _of_drug(safety: StudySafety, drug: str) -> TimeOnDrug:
    gap = safety.definitions.bridged_gap_days
    known = [found for person in safety.people if (found := episodes(person, drug, gap))]
    every = [one for found in known for one in found]
    reasons = Counter(one.reason or "unknown" for one in every if one.ended)
    return TimeOnDrug(
        drug=drug,
        participants=len(known),
        episodes=len(every),
        ongoing=sum(not one.ended for one in every),
        reasons=dict(sorted(reasons.items())),
        first=tuple(found[0] for found in known),
    )
