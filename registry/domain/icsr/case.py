"""What a report is made of: the event and the sponsor's assessment as kept, and the records around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from registry.domain.dates import PartialDate
from registry.domain.expedited_reporting import Classification, Given, classified, in_force_at_onset, seriousness

Image = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One event with what its report tells of it, each as an image; `made_at` is the moment of the report.

        `coded` is the term that the event is coded to. `visits`, `doses` and `medications` are those of the participant that
    count; `intakes` are those of a blinded study product, which tell nothing of what it is. `submitted` says that the
    event was reported to an authority before.
    """

    event: Image
    assessment: Image | None
    coded: Image | None
    study: Image
    site: Image
    participant: Image
    made_at: datetime
    receiver: str
    submitted: bool = False
    visits: Sequence[Image] = ()
    doses: Sequence[Image] = ()
    intakes: Sequence[Image] = ()
    medications: Sequence[Image] = field(default_factory=tuple)

    @cached_property
    def onset(self) -> PartialDate:
        """The onset, as far as it is known."""
        return PartialDate.parse(self.event["started_on"])

    @property
    def nullified(self) -> bool:
        """Whether the report takes back what was reported: the event was entered in error."""
        return self.submitted and bool(self.event.get("entered_in_error"))

    @cached_property
    def classification(self) -> Classification:
        """What the event is for reporting; one that was reported and is taken back is told as it was."""
        given = Given(tuple(self.doses), tuple(self.intakes))
        event = {**self.event, "entered_in_error": False} if self.nullified else self.event
        return classified(event, self.assessment, in_force_at_onset(event, given))

    @cached_property
    def criteria(self) -> frozenset[str]:
        """The criteria of seriousness that the investigator or the sponsor holds to be met."""
        return seriousness(self.event, self.assessment)

    @property
    def serious(self) -> bool:
        """Whether it is an event that is reported: serious, and not entered in error before it was reported."""
        return self.classification.serious

    def in_force(self, intervals: Sequence[Image]) -> list[Image]:
        """Give the intervals in force on a day that the onset may be."""
        first = self.onset.earliest
        return [one for one in self._begun(intervals) if not one.get("ended_on") or _day(one["ended_on"]) >= first]

    def in_force_or_last(self, intervals: Sequence[Image]) -> list[Image]:
        """Give the intervals in force at onset, else the last one that ended before it."""
        ended = sorted(self._begun(intervals), key=lambda one: one.get("ended_on", ""))
        return self.in_force(intervals) or ended[-1:]

    def _begun(self, intervals: Sequence[Image]) -> list[Image]:
        return [one for one in intervals if _day(one["started_on"]) <= self.onset.latest]


def _day(text: str) -> date:
    return date.fromisoformat(text)
