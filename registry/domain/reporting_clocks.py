"""What a reporting clock of an adverse event is: its kinds, its limits, its states, who stops it (ICH E2A).

Which clocks an event starts is read from its past by `clocks_asked`. Moments are in UTC, and a day is 24 hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from registry.domain.expedited_reporting import Image
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
        Transition(
            "end",
            ("running",),
            "not_required",
            "the event is no longer of the class that is reported, in time; or it was entered in error",
        ),
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
    """A clock that a submission stopped."""

    event_version: int
    assessment_version: int
    due_at: datetime
    submitted_at: datetime
    kind: str = "fatal_or_life_threatening"

    @property
    def key(self) -> tuple[str, int, int]:
        """What tells the clocks of one event apart."""
        return self.kind, self.event_version, self.assessment_version


def moment(text: Any) -> datetime | None:
    """Read a moment of an image."""
    return datetime.fromisoformat(text) if isinstance(text, str) else text


def is_overdue(due_at: datetime, now: datetime) -> bool:
    """Tell whether a running clock is overdue; at the due moment itself it is not yet."""
    return now > due_at
