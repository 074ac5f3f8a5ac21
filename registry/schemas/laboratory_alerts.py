"""A laboratory alert: what a rule asks a person to look at, and what that person said."""

from __future__ import annotations

from registry.domain.laboratory_alert import KINDS, LABORATORY_ALERT
from registry.domain.vocabulary import VISIT_EVENTS
from registry.schemas.base import Kept, Record
from registry.schemas.fields import LATEST_VERSION, Choice, Day, Exact, Id, Moment, Text, Whole, about
from registry.schemas.laboratory_results import ANALYTES, LARGEST
from registry.schemas.queries import Page, QueryWhole

URGENCY = "How urgent it is: 1 at once (a hold, grade 4), 2 soon, 3 to be watched"


class LaboratoryAlert(Kept):
    """What a rule asks of a person about results or growth at a visit. It is acknowledged or resolved, never deleted."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    visit_id = Id(dump_only=True, metadata=about("Visit that it is about"))
    kind = Choice(KINDS, dump_only=True, metadata=about("What it is about", example="hold"))
    analyte = Choice(ANALYTES, dump_only=True, allow_none=True, metadata=about("Analyte; null for growth"))
    result_number = Whole(
        1, 1000, dump_only=True, allow_none=True, metadata=about("Place of the result in its visit, from 1")
    )
    rule = Text(60, dump_only=True, metadata=about("Rule that asked, see /v1/rules", example="jaki-hold"))
    rule_version = Text(20, dump_only=True, metadata=about("Version of the rule", example="1"))
    grade = Whole(0, 4, dump_only=True, allow_none=True, metadata=about("CTCAE grade of the result, where it has one"))
    measured = Exact(
        str(-LARGEST), str(LARGEST), places=6, dump_only=True, allow_none=True,
        metadata=about("What the rule looked at: the value as reported, or what was made of it, in `unit`"),
    )  # fmt: skip
    unit = Text(30, dump_only=True, allow_none=True, metadata=about("Unit of what was looked at, UCUM"))
    urgency = Whole(1, 3, dump_only=True, metadata=about(URGENCY, example=1))
    status = Choice(LABORATORY_ALERT.words, dump_only=True, metadata=about("State"))
    acknowledged_by = Id(dump_only=True, allow_none=True, metadata=about("Account that acknowledged it"))
    acknowledged_at = Moment(dump_only=True, allow_none=True, metadata=about("When it was acknowledged"))
    comment = Text(
        500,
        dump_only=True,
        allow_none=True,
        metadata=about("What follows from it, by who acknowledged", free_text=True),
    )


class ListedLaboratoryAlert(LaboratoryAlert):
    """A laboratory alert with the participant's code and the visit's day and event, as a work list shows it."""

    participant_code = Text(20, dump_only=True, metadata=about("Code of the participant at the site"))
    visited_on = Day(dump_only=True, allow_none=True, metadata=about("Day of the visit; null for a draft without one"))
    event = Choice(VISIT_EVENTS, dump_only=True, metadata=about("Event of the visit"))


class LaboratoryAlertAcknowledgement(Record):
    """What somebody says who has looked at an alert, in the version that was looked at."""

    alert_version = Whole(
        1, LATEST_VERSION, required=True, metadata=about("Version of the alert that was looked at", example=1)
    )
    comment = Text(
        500, required=True, metadata=about("What follows from it", free_text=True, example="Repeated in three days")
    )


class LaboratoryAlertFilters(Page):
    """Filter the laboratory alerts of a study; open ones unless a state is asked for."""

    status = Choice(LABORATORY_ALERT.words, metadata=about("Only alerts in this state; `open` unless told"))
    kind = Choice(KINDS, metadata=about("Only alerts of this kind"))
    analyte = Choice(ANALYTES, metadata=about("Only alerts about this analyte"))
    urgency = QueryWhole(1, 3, metadata=about(URGENCY))
    site_id = Id(metadata=about("Only alerts of this site"))
    participant_id = Id(metadata=about("Only alerts of this participant"))
    visit_id = Id(metadata=about("Only alerts of this visit"))
