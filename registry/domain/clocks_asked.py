"""Which reporting clocks an adverse event has started: from which moment, until when, and whether they are still asked for.

A pure reading of the whole past of an event: the versions of the event and of the sponsor's assessment in the order in
which they were kept. Entering a class that is reported in haste starts a clock of that class. In time the clock ends when the
event leaves the class; one that ran out ends by a submission only, or where the event was entered in error. A class that is
left and entered again counts from its first awareness, unless a fact came with it that no version before had named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from registry.domain.expedited_reporting import (
    NOTHING_GIVEN,
    Classification,
    Given,
    classified,
    in_force_at_onset,
    seriousness,
)
from registry.domain.reporting_clocks import REPORTING_CLOCKS, Asked, Kept, Limits, Stopped, moment
from registry.domain.rules import Rule

Key = tuple[str, int, int]
KINDS: Mapping[int, str] = MappingProxyType(
    {1: "serious_unexpected", 2: "fatal_or_life_threatening", 3: "fatal_or_life_threatening"}
)
"""The clock of each level of the sponsor: a death after a threat to life is a class of its own, reported anew."""
NONE_ENDED: Mapping[Key, datetime] = MappingProxyType({})


def clocks_asked(
    events: Sequence[Kept],
    assessments: Sequence[Kept] = (),
    told: Sequence[datetime] = (),
    stopped: Iterable[Stopped] = (),
    rule: Rule[Limits] = REPORTING_CLOCKS,
    *,
    given: Given = NOTHING_GIVEN,
    ended: Mapping[Key, datetime] = NONE_ENDED,
) -> tuple[Asked, ...]:
    """Give every clock that an event has ever started, in the order in which they began.

    `told` are the moments of the submissions to the sponsor; `stopped` are the clocks that a submission stopped, `ended` those
    that ended without one, and when; `given` is what the participant was given.
    """
    past = _Past(rule.constants, tuple(stopped), ended)
    versions = _aware_anew(events)
    found = [
        *_of_site(versions, past),
        *_of_sponsor(_steps(versions, assessments, told, past.limits), past, given),
        *_follow_ups(past, bool(events[-1].image.get("entered_in_error"))),
    ]
    return tuple(sorted(found, key=lambda one: (one.started_at, one.kind, one.event_version)))


@dataclass(frozen=True, slots=True)
class _Past:
    """The limits, and what became of clocks."""

    limits: Limits
    stopped: tuple[Stopped, ...]
    ended: Mapping[Key, datetime]

    def started(self, kind: str, versions: tuple[int, int], at: datetime) -> Asked:
        return Asked(kind, *versions, started_at=at, due_at=at + self.limits.of(kind))

    def stays(self, clock: Asked, version: Kept, event: Kept) -> bool:
        """Tell whether a clock goes on though a version left its class: it had run out by then."""
        ran_out = version.kept_at > clock.due_at and clock.key not in self.ended
        return ran_out and not event.image.get("entered_in_error")

    def submitted(self, clock: Asked) -> bool:
        return clock.key in {one.key for one in self.stopped}


@dataclass(slots=True)
class _Awareness:
    """From when each level counts: its first awareness, or that of a fact that brought the event to it anew."""

    level: int = 0
    facts: frozenset[str] = frozenset()
    since: dict[int, datetime] = field(default_factory=dict)

    def learn(self, level: int, facts: frozenset[str], aware_at: datetime) -> bool:
        """Learn a version; tell whether its level was reached for the first time, or by a fact that is new."""
        new = not facts <= self.facts
        fresh = [one for one in range(1, level + 1) if one not in self.since or (one > self.level and new)]
        self.since |= dict.fromkeys(fresh, aware_at)
        self.level, self.facts = level, self.facts | facts
        return level in fresh


def _rank(criteria: frozenset[str]) -> int:
    """Rank criteria of seriousness: none, serious, life-threatening, death."""
    return 3 if "death" in criteria else 2 if "life_threatening" in criteria else int(bool(criteria))


def _aware_anew(events: Sequence[Kept]) -> list[Kept]:
    """Leave out what a version only carries on: of what it adds, the awareness of the version before tells nothing."""
    said: list[object] = [None, *(one.image.get("site_aware_at") for one in events)]
    return [
        replace(one, image={**one.image, "site_aware_at": None}) if before == one.image.get("site_aware_at") else one
        for one, before in zip(events, said, strict=False)
    ]


# --- the site -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _OfSite:
    """A clock of the site, asked for from the level `least` on; it told of an event of the level `top`."""

    least: int
    top: int
    clock: Asked


def _of_site(events: Sequence[Kept], past: _Past) -> list[Asked]:
    """Give the clocks of the site: by what it said itself, for the sponsor needs not be told what the sponsor found."""
    clocks: list[_OfSite] = []
    awareness = _Awareness()
    for version in events:
        before, criteria = awareness.level, frozenset(version.image.get("seriousness_criteria") or ())
        level = 0 if version.image.get("entered_in_error") else _rank(criteria)
        fresh = awareness.learn(level, criteria, version.site_aware_at)
        if level > before and (fresh or not _covered(clocks, level, past)):
            versions = (int(version.image["version"]), 0)
            clocks.append(_OfSite(before + 1, level, past.started("site_to_sponsor", versions, awareness.since[level])))
        clocks = [replace(one, clock=_after(one, level, version, past)) for one in clocks]
    return [one.clock for one in clocks]


def _covered(clocks: Iterable[_OfSite], level: int, past: _Past) -> bool:
    """Tell whether the sponsor was told of an event of this level, or a clock runs for it."""
    return any(one.top >= level and (one.clock.required or past.submitted(one.clock)) for one in clocks)


def _after(one: _OfSite, level: int, version: Kept, past: _Past) -> Asked:
    if level < one.least:
        return one.clock if past.stays(one.clock, version, version) else replace(one.clock, required=False)
    return _no_later(one.clock, version, past)


def _no_later(clock: Asked, version: Kept, past: _Past) -> Asked:
    """Start a clock earlier where a later version says that the site knew of it earlier."""
    if not clock.required or version.site_aware_at >= clock.started_at:
        return clock
    earlier = version.site_aware_at
    return replace(clock, started_at=earlier, due_at=earlier + past.limits.of(clock.kind))


# --- the sponsor --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """The event and its assessment as they stood once `kept` was, one of them; and from when the sponsor knew that."""

    kept: Kept
    event: Kept
    assessment: Kept | None
    aware_at: datetime

    @property
    def versions(self) -> tuple[int, int]:
        return int(self.event.image["version"]), int(self.assessment.image["version"]) if self.assessment else 0

    def classified(self, given: Given) -> Classification:
        return classified(
            self.event.image,
            self.assessment.image if self.assessment else None,
            in_force_at_onset(self.event.image, given),
        )

    def criteria(self) -> frozenset[str]:
        return seriousness(self.event.image, self.assessment.image if self.assessment else None)


def _of_sponsor(steps: Iterable[_Step], past: _Past, given: Given) -> list[Asked]:
    clocks: dict[Key, Asked] = {}
    running: dict[int, Key] = {}
    awareness = _Awareness()
    for step in steps:
        found, criteria = step.classified(given), step.criteria()
        level = max(_rank(criteria), 1) if found.expedited else 0
        awareness.learn(level, criteria | {one.drug for one in found.suspicions if one.counts}, step.aware_at)
        running = {level: key for level, key in running.items() if not _ended_before(key, step, past)}
        if (
            level
            and level not in running
            and not _reported(clocks.values(), KINDS[level], awareness.since[level], past)
        ):
            clock = past.started(KINDS[level], step.versions, awareness.since[level])
            clocks[clock.key], running[level] = clock, clock.key
        for rank, key in list(running.items()):
            if rank <= level:  # an upgrade neither lengthens nor drops what runs
                clocks[key] = replace(clocks[key], provisional=found.provisional)
            elif not past.stays(clocks[key], step.kept, step.event):
                clocks[key] = replace(clocks[key], required=False)
                del running[rank]
    return list(clocks.values())


def _ended_before(key: Key, step: _Step, past: _Past) -> bool:
    """Tell whether a clock had ended before this step, by what was known then: records around the event were corrected."""
    return key in past.ended and past.ended[key] < step.kept.kept_at


def _reported(clocks: Iterable[Asked], kind: str, since: datetime, past: _Past) -> bool:
    """Tell whether what was known since then has been submitted; entering the class again asks for no second report."""
    return any(one.kind == kind and one.started_at == since and past.submitted(one) for one in clocks)


def _steps(
    events: Sequence[Kept], assessments: Sequence[Kept], told: Sequence[datetime], limits: Limits
) -> Iterable[_Step]:
    """Give the past of an event step by step; of two versions of one moment, the event's comes first."""
    known = [*told, *_said(assessments, limits)]
    event, assessment = events[0], None
    for version, judges in sorted(
        [*((one, False) for one in events), *((one, True) for one in assessments)],
        key=lambda pair: (pair[0].kept_at, pair[1]),
    ):
        if judges:
            aware_at = _judged_at(version, assessment)
            assessment = version
        else:
            event = version
            aware_at = _learned_at(version, known, first=version is events[0])
        yield _Step(version, event, assessment, aware_at)


def _said(assessments: Sequence[Kept], limits: Limits) -> list[datetime]:
    """Give when the sponsor says to have learned of the event; a correction to later counts while no clock has run out."""
    counts: datetime | None = None
    for one in assessments:
        said = moment(one.image.get("sponsor_aware_at"))
        if said and (counts is None or said < counts or one.kept_at <= counts + limits.of(KINDS[2])):
            counts = said
    return [counts] if counts else []


def _learned_at(version: Kept, known: Sequence[datetime], *, first: bool) -> datetime:
    """Give when the sponsor learned what a version of the event tells: the earliest of what is known.

    That is when the registry kept it, for the sponsor reads it from then on, or when the site submitted it or the sponsor
    says to have learned of it. Nobody knows what a later version tells before the site does.
    """
    earliest = [at for at in known if at <= version.kept_at and (first or at >= version.site_aware_at)]
    return min([*earliest, version.kept_at])


def _judged_at(version: Kept, before: Kept | None) -> datetime:
    """Give from when an assessment counts: when it was kept, or the moment that it says anew to have learned of it."""
    said = version.image.get("sponsor_aware_at")
    anew = moment(said) if before is None or before.image.get("sponsor_aware_at") != said else None
    return min(anew or version.kept_at, version.kept_at)


# --- the follow-up ------------------------------------------------------------------------------------------------


def _follow_ups(past: _Past, in_error: bool) -> list[Asked]:
    """Give the clocks of the follow-ups; who was sent a first report is sent the follow-up whatever became of the event.

    It counts from the first report, or from when that was due, whichever is earlier: a late report gains no time.
    """
    return [
        replace(past.started("fatal_follow_up", one.key[1:], min(one.submitted_at, one.due_at)), required=not in_error)
        for one in past.stopped
        if one.kind == "fatal_or_life_threatening"
    ]
