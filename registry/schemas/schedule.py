"""The schedule: an expected visit with its window, how it stands today at its site, and what its record still lacks."""

from __future__ import annotations

from registry.domain.schedule import SCHEDULE_STATUSES
from registry.domain.vocabulary import VISIT_STATUSES
from registry.schemas.base import Record
from registry.schemas.fields import Choice, Day, Id, ListOf, Text, Whole, about
from registry.schemas.protocol_versions import ANALYTE_CODES, FORM_CODES, PLANNED_EVENTS
from registry.schemas.queries import Page, QueryYesNo

MOST_DAYS = 50_000
MOST_PARTICIPANTS = 2**31 - 1


class ExpectedVisit(Record):
    """A visit that the protocol expects of a participant. It follows from the protocol and the records; none is kept."""

    id = Id(dump_only=True, metadata=about("Identifier, which the list is paged by"))
    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    participant_code = Text(20, dump_only=True, metadata=about("Code of the participant at the site"))
    protocol_version_id = Id(dump_only=True, metadata=about("Protocol version that plans it"))
    event = Choice(PLANNED_EVENTS, dump_only=True, metadata=about("Planned event", example="week_12"))
    target_on = Day(dump_only=True, metadata=about("Target day"))
    opens_on = Day(dump_only=True, metadata=about("First day of the window"))
    closes_on = Day(dump_only=True, metadata=about("Last day of the window"))
    next_opens_on = Day(
        dump_only=True,
        allow_none=True,
        metadata=about("First day of the next expected visit's window; null for the last visit"),
    )
    missed_from = Day(dump_only=True, metadata=about("First day on which it counts as missed"))
    status = Choice(SCHEDULE_STATUSES, dump_only=True, metadata=about("How it stands today, by the site's clock"))
    days = Whole(
        0,
        MOST_DAYS,
        dump_only=True,
        allow_none=True,
        metadata=about(
            "Days until the window opens (upcoming) or closes (due), since it closed (overdue, missed), or by which the "
            "visit was out of it (done_out_of_window); null otherwise",
            unit="d",
        ),
    )
    visit_id = Id(dump_only=True, allow_none=True, metadata=about("The visit's record, a draft included"))
    visit_version = Whole(1, 2**31 - 1, dump_only=True, allow_none=True, metadata=about("Version of that record"))
    visit_status = Choice(
        VISIT_STATUSES,
        dump_only=True,
        allow_none=True,
        metadata=about("Whether that record is complete; a draft does not count as done"),
    )
    skipped_visit_id = Id(dump_only=True, allow_none=True, metadata=about("The record of its being skipped"))
    missing_forms = ListOf(
        Choice(FORM_CODES),
        len(FORM_CODES),
        dump_only=True,
        metadata=about("Required forms that are not recorded; one whose values are missing with reasons is"),
    )
    missing_analytes = ListOf(
        Choice(ANALYTE_CODES),
        len(ANALYTE_CODES),
        dump_only=True,
        metadata=about("Required analytes that are not recorded; one that is missing with a reason is"),
    )


class ScheduleFilters(Page):
    """Filter the schedule. With neither days, status nor `incomplete`, it is the work list: due, overdue, soon upcoming."""

    study = Text(20, metadata=about("Only visits of this study, named by its code"))
    site_id = Id(metadata=about("Only visits at this site"))
    participant_id = Id(metadata=about("Only visits of this participant"))
    event = Choice(PLANNED_EVENTS, metadata=about("Only visits of this event"))
    from_date = Day(metadata=about("Only visits whose target is on or after this day"))
    to_date = Day(metadata=about("Only visits whose target is on or before this day"))
    status = Choice(SCHEDULE_STATUSES, metadata=about("Only visits that stand like this today"))
    incomplete = QueryYesNo(
        metadata=about("Only recorded visits that lack a required form or analyte, or only the others")
    )


class ScheduleDeviations(Record):
    """What departs from the schedule; each was noted, once, as a protocol deviation."""

    participants = Whole(0, MOST_PARTICIPANTS, dump_only=True, metadata=about("Participants who were looked at"))
    visit_out_of_window = Whole(
        0, MOST_PARTICIPANTS, dump_only=True, metadata=about("Visits that took place out of their window")
    )
    visit_missed = Whole(0, MOST_PARTICIPANTS, dump_only=True, metadata=about("Visits that were missed, not skipped"))
