"""The reporting clocks of an adverse event: which run, from which moment, until when (ICH E2A).

A pure reading of the whole past of an event: the versions of the event and of the sponsor's assessment in the order in
which they were kept. Each moment at which the event enters a class that is reported in haste starts a clock of that class;
the clock is asked for until the event leaves the class. Moments are in UTC, and a day is 24 hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from registry.domain.expedited_reporting import FATAL_OR_LIFE_THREATENING, Image, classified
from registry.domain.rules import NoConstants, Rule, constant
from registry.domain.transitions import States, Transition

_REFERENCE = "Domain reference 6 (ICH E2A)"

CLOCK_KINDS: Mapping[str, str] = {
    "site_to_sponsor": "The site informs the sponsor of a serious event",
    "fatal_or_life_threatening": "First report of a fatal or life-threatening suspected unexpected reaction",
    "serious_unexpected": "Report of another serious suspected unexpected reaction",
    "fatal_follow_up": "Follow-up of the first report of a fatal or life-threatening reaction",
}
RECIPIENTS: Mapping[str, str] = {
    "sponsor": "Sponsor",
    "authority": "Regulatory authority",
    "ethics_committee": "Ethics committee",
    "investigators": "Investigators of the study",
    "other": "Other",
}
STOPPED_BY: Mapping[str, frozenset[str]] = {
    "site_to_sponsor": frozenset({"sponsor"}),
    "fatal_or_life_threatening": frozenset({"authority"}),
    "serious_unexpected": frozenset({"authority"}),
    "fatal_follow_up": frozenset({"authority"}),
}
"""To whom a submission stops a clock; what is sent to others is recorded, and stops none."""

REPORTING_CLOCK = States(
    title="Reporting clock",
    words={
        "running": "Running: the submission is awaited",
        "submitted": "Submitted: in time or late, as its moment tells",
        "not_required": "Not required any more: an assessment, a correction or an error ended it",
    },
    first="running",
    transitions=(
        Transition(
            "submit", ("running",), "submitted", "the submission is recorded: to whom, when, by which reference"
        ),
        Transition("end", ("running",), "not_required", "the event is no longer of the class that is reported"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(NoConstants):
    """How long each clock runs."""

    site_to_sponsor: int = constant("Hours from the site's awareness", 24, source=_REFERENCE, certainty=97)
    fatal_or_life_threatening: int = constant("Days from the sponsor's awareness", 7, source=_REFERENCE, certainty=97)
    serious_unexpected: int = constant("Days from the sponsor's awareness", 15, source=_REFERENCE, certainty=97)
    fatal_follow_up: int = constant("Days after the first report, at the latest", 8, source=_REFERENCE, certainty=97)

    def of(self, kind: str) -> timedelta:
        """Give how long a kind of clock runs."""
        length: int = getattr(self, kind)
        return timedelta(hours=length) if kind == "site_to_sponsor" else timedelta(days=length)


REPORTING_CLOCKS = Rule(
    id="reporting-clocks",
    title="Clocks of expedited reporting",
    version="1",
    source=_REFERENCE,
    certainty=97,
    constants=Limits(),
    categories=CLOCK_KINDS,
)
"""The limits are those of the guideline; what starts a clock anew, and that a day is 24 hours, is our strict reading of it.

It is not in the rulebook: a protocol does not lengthen what the law asks for.
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A version of an event or of the sponsor's assessment: its image, and when it was kept."""

    image: Image
    kept_at: datetime

    @property
    def site_aware_at(self) -> datetime:
        """When the site learned what this version tells; where that is not said, when it was kept."""
        return min(moment(self.image.get("site_aware_at")) or self.kept_at, self.kept_at)


@dataclass(frozen=True, slots=True)
class Asked:
    """A clock that was started: by which versions, from when to when, and whether it is still `required`."""

    kind: str
    event_version: int
    assessment_version: int
    started_at: datetime
    due_at: datetime
    provisional: bool = False
    required: bool = True

    @property
    def key(self) -> tuple[str, int, int]:
        """What tells the clocks of one event apart: the kind and the versions that started it."""
        return self.kind, self.event_version, self.assessment_version


@dataclass(frozen=True, slots=True)
class Stopped:
    """A clock of the first report that a submission stopped."""

    event_version: int
    assessment_version: int
    due_at: datetime
    submitted_at: datetime


def clocks_asked(
    events: Sequence[Kept],
    assessments: Sequence[Kept] = (),
    told: Sequence[datetime] = (),
    stopped: Iterable[Stopped] = (),
    rule: Rule[Limits] = REPORTING_CLOCKS,
) -> tuple[Asked, ...]:
    """Give every clock that an event has ever started, in the order in which they began.

    `told` are the moments of the submissions to the sponsor; `stopped` are the clocks of first reports that are stopped.
    """
    limits = rule.constants
    found = [
        *_of_site(events, limits),
        *_of_sponsor(events, assessments, told, limits),
        *_follow_ups(stopped, events[-1].image, limits),
    ]
    return tuple(sorted(found, key=lambda one: (one.started_at, one.kind, one.event_version)))


def moment(text: Any) -> datetime | None:
    """Read a moment of an image."""
    return datetime.fromisoformat(text) if isinstance(text, str) else text


def is_overdue(due_at: datetime, now: datetime) -> bool:
    """Tell whether a running clock is overdue; at the due moment itself it is not yet."""
    return now > due_at


# --- the site -----------------------------------------------------------------------------------------------------


def _of_site(events: Sequence[Kept], limits: Limits) -> list[Asked]:
    """Give the clocks of the site: by what it said itself, for the sponsor needs not be told what the sponsor found."""
    clocks: list[tuple[int, Asked]] = []
    before = 0
    for version in events:
        level = _seriousness(version.image)
        if level > before:
            number = int(version.image["version"])
            clocks.append((before + 1, _started("site_to_sponsor", (number, 0), version.site_aware_at, limits)))
        clocks = [
            (least, _no_later(clock, version, limits) if level >= least else replace(clock, required=False))
            for least, clock in clocks
        ]
        before = level
    return [clock for _, clock in clocks]


def _no_later(clock: Asked, version: Kept, limits: Limits) -> Asked:
    """Start a clock earlier where a later version says that the site knew of it earlier."""
    if not clock.required or version.site_aware_at >= clock.started_at:
        return clock
    return replace(clock, started_at=version.site_aware_at, due_at=version.site_aware_at + limits.of(clock.kind))


def _seriousness(event: Image) -> int:
    """Rank an event by what the investigator says: not serious, serious, fatal or life-threatening."""
    if event.get("entered_in_error") or not event.get("seriousness_criteria"):
        return 0
    return 2 if FATAL_OR_LIFE_THREATENING & set(event["seriousness_criteria"]) else 1


# --- the sponsor --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """The event and its assessment as they stood once one of them was kept, and from when the sponsor knew that."""

    event: Kept
    assessment: Kept | None
    aware_at: datetime

    @property
    def versions(self) -> tuple[int, int]:
        return int(self.event.image["version"]), int(self.assessment.image["version"]) if self.assessment else 0


def _of_sponsor(
    events: Sequence[Kept], assessments: Sequence[Kept], told: Sequence[datetime], limits: Limits
) -> list[Asked]:
    clocks: dict[tuple[str, int, int], Asked] = {}
    running: dict[str, Asked] = {}
    since: datetime | None = None
    for step in _steps(events, assessments, told):
        found = classified(step.event.image, step.assessment.image if step.assessment else None)
        since = (since or step.aware_at) if found.expedited else None
        asked: set[str] = set()
        if found.expedited:
            asked.add("fatal_or_life_threatening" if found.fatal_or_life_threatening else "serious_unexpected")
            asked |= running.keys() & {"serious_unexpected"}  # an upgrade neither lengthens nor drops it
        for kind in sorted(asked - running.keys()):
            began = step.aware_at if kind == "fatal_or_life_threatening" or since is None else since
            running[kind] = _started(kind, step.versions, began, limits)
        for kind, clock in list(running.items()):
            present = replace(clock, provisional=found.provisional) if kind in asked else replace(clock, required=False)
            clocks[clock.key] = running[kind] = present
        running = {kind: clock for kind, clock in running.items() if clock.required}
    return list(clocks.values())


def _started(kind: str, versions: tuple[int, int], at: datetime, limits: Limits) -> Asked:
    return Asked(kind, *versions, started_at=at, due_at=at + limits.of(kind))


def _steps(events: Sequence[Kept], assessments: Sequence[Kept], told: Sequence[datetime]) -> Iterable[_Step]:
    """Give the past of an event step by step; of two versions of one moment, the event's comes first."""
    known = [*told, *filter(None, [moment(assessments[-1].image.get("sponsor_aware_at"))] if assessments else [])]
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
        yield _Step(event, assessment, aware_at)


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


def _follow_ups(stopped: Iterable[Stopped], event: Image, limits: Limits) -> list[Asked]:
    """Give the clocks of the follow-ups; who was sent a first report is sent the follow-up whatever became of the event.

    It counts from the first report, or from when that was due, whichever is earlier: a late report gains no time.
    """
    return [
        Asked(
            "fatal_follow_up",
            one.event_version,
            one.assessment_version,
            started_at=counts_from,
            due_at=counts_from + limits.of("fatal_follow_up"),
            required=not event.get("entered_in_error"),
        )
        for one in stopped
        for counts_from in [min(one.submitted_at, one.due_at)]
    ]
