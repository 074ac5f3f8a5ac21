"""Reporting clocks: by when a serious event is to be told, and whether it was."""

from __future__ import annotations

from registry.domain.reporting_clocks import CLOCK_KINDS, REPORTING_CLOCK
from registry.schemas.base import Kept
from registry.schemas.fields import LATEST_VERSION, Choice, Exact, Id, Moment, Text, Whole, YesNo, about
from registry.schemas.queries import Page, QueryYesNo

MOST_HOURS = 10_000_000


class ReportingClock(Kept):
    """A clock that runs from the awareness of a serious event until it must be told; only a submission stops it.

    What a clock tells of the present moment is null in its earlier versions.
    """

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    adverse_event_id = Id(dump_only=True, metadata=about("Adverse event"))
    kind = Choice(CLOCK_KINDS, dump_only=True, metadata=about("What is awaited", example="serious_unexpected"))
    event_version = Whole(1, LATEST_VERSION, dump_only=True, metadata=about("Version of the event that started it"))
    assessment_version = Whole(
        0,
        LATEST_VERSION,
        dump_only=True,
        metadata=about("Version of the sponsor's assessment that stood then; 0 where there was none"),
    )
    started_at = Moment(dump_only=True, metadata=about("Moment from which it counts, in UTC"))
    due_at = Moment(dump_only=True, metadata=about("Last moment that is in time, in UTC"))
    provisional = YesNo(
        dump_only=True,
        metadata=about("It runs because causality or expectedness is not assessed yet; an assessment may end it"),
    )
    status = Choice(REPORTING_CLOCK.words, dump_only=True, metadata=about("State"))
    overdue_at = Moment(
        dump_only=True, allow_none=True, metadata=about("When the worker noted that it had run out; null until then")
    )
    safety_submission_id = Id(dump_only=True, allow_none=True, metadata=about("Submission that stopped it"))
    submitted_at = Moment(dump_only=True, allow_none=True, metadata=about("Moment of that submission"))
    participant_code = Text(40, dump_only=True, allow_none=True, metadata=about("Code of the participant"))
    event_term = Text(
        200,
        dump_only=True,
        allow_none=True,
        metadata=about("The event in the reporter's words, as it is now", free_text=True),
    )
    time_zone = Text(60, dump_only=True, allow_none=True, metadata=about("Time zone of the site"))
    due_at_site = Text(
        35,
        dump_only=True,
        allow_none=True,
        metadata=about("The due moment by the clock of the site, with its offset from UTC"),
    )
    hours_left = Exact(
        -MOST_HOURS,
        MOST_HOURS,
        places=1,
        dump_only=True,
        allow_none=True,
        metadata=about("Time left, below 0 once it is overdue; null where it does not run", unit="h"),
    )
    overdue = YesNo(
        dump_only=True, allow_none=True, metadata=about("It runs and is past due now, whether that was noted or not")
    )
    met = YesNo(
        dump_only=True,
        allow_none=True,
        metadata=about("Submitted in time, or missed; null where that is open or nothing is required"),
    )


class ReportingClockFilters(Page):
    """Filter the clocks of a study; without a status, those that run."""

    status = Choice(REPORTING_CLOCK.words, metadata=about("Only clocks in this state; running unless told"))
    kind = Choice(CLOCK_KINDS, metadata=about("Only clocks of this kind"))
    site_id = Id(metadata=about("Only clocks of events at this site"))
    overdue = QueryYesNo(metadata=about("Only clocks that run and are past due now, or only the others"))
    due_before = Moment(metadata=about("Only clocks that are due before this moment"))
