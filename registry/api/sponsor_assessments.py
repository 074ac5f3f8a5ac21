"""The sponsor's assessments of adverse events: each beside the investigator's, with what both make of the event."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past, safety_watch
from registry.api.clock_keeping import given_of
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, reporting_clocks, sponsor_assessments, studies
from registry.db.transaction import Image, Transaction
from registry.domain import expedited_reporting, sponsor_assessment
from registry.domain.dates import FURTHEST_ZONE, PartialDate
from registry.domain.expedited_reporting import Given
from registry.problems import AlreadyRecorded, BrokenRule, CursorNotUnderstood, NoSuchRecord, RulesBroken
from registry.schemas.sponsor_assessments import KeptSponsorAssessment, SponsorAssessment, SponsorAssessmentFilters

namespace = Namespace("sponsor_assessments")
TABLE = "sponsor_assessment"
DISAGREEMENT = "The investigator holds the drug possible: say in disagreement why the sponsor does not."
BEFORE_ONSET = BrokenRule(
    "/sponsor_aware_at", "before_onset", "The sponsor cannot be aware of an event before its onset."
)
OF_AN_ERROR = BrokenRule("", "entered_in_error", "The event was entered in error: there is nothing to assess.")


def recorded(call: Call, event_id: str) -> Image:
    """Keep the sponsor's assessment of an event; raises RulesBroken, and AlreadyRecorded where there is one."""
    event = records.read(call.tx, "adverse_event", event_id)
    if event["entered_in_error"]:
        raise RulesBroken(OF_AN_ERROR)
    _judge(call.body, event)
    of = {"adverse_event_id": event_id, "participant_id": event["participant_id"]}
    return _followed(call.tx, records.record_of_participant(call.tx, TABLE, call.body | of), event)


def amended(call: Call, record_id: str) -> Image:
    """Replace the sponsor's assessment of an event; raises RulesBroken and VersionStale."""
    event = records.read(call.tx, "adverse_event", records.read(call.tx, TABLE, record_id)["adverse_event_id"])
    _judge(call.body, event)
    return _followed(call.tx, amendments.amend(call, TABLE, record_id), event)


def told(tx: Transaction, assessment: Image) -> Image:
    """Give an assessment with both views side by side, and what they make of the event as it stands."""
    return beside(tx, assessment, records.read(tx, "adverse_event", assessment["adverse_event_id"]))


def beside(tx: Transaction, assessment: Image, event: Image) -> Image:
    """Give an assessment beside the event that it is of."""
    given = given_of(reporting_clocks.given(tx, event["id"]))
    drugs = [asdict(one) for one in sponsor_assessment.compared(event, assessment["drugs"])]
    return {**assessment, "compared": drugs, "classification": _classification(event, assessment, given)}


def _classification(event: Image, assessment: Image, given: Given) -> dict[str, Any]:
    found = expedited_reporting.classified(event, assessment, expedited_reporting.in_force_at_onset(event, given))
    by = {
        "investigator": expedited_reporting.seriousness(event, None),
        "sponsor": expedited_reporting.seriousness({}, assessment),
    }
    compared = list(sponsor_assessment.compared(event, assessment["drugs"]))
    related = {
        "investigator": any(one.investigator in expedited_reporting.RELATED for one in compared),
        "sponsor": any(one.sponsor == "reasonable_possibility" for one in compared),
    }
    return {
        "serious": found.serious,
        "serious_by": [name for name, criteria in by.items() if criteria],
        "fatal_or_life_threatening": found.fatal_or_life_threatening,
        "related": found.related,
        "related_by": [name for name, says_so in related.items() if says_so],
        "unexpected": found.unexpected,
        "susar": found.expedited,
        "provisional": found.provisional,
    }


def _judge(assessment: Image, event: Image) -> None:
    """Refuse a lower causality without its reason, and awareness before the onset; raises RulesBroken."""
    given = {drug["drug"]: place for place, drug in enumerate(assessment["drugs"])}
    broken = [
        BrokenRule(f"/drugs/{given[one.drug]}/disagreement", "disagreement_required", DISAGREEMENT)
        for one in sponsor_assessment.compared(event, assessment["drugs"])
        if one.sponsor_is_lower and not one.disagreement
    ]
    latest_day = (assessment["sponsor_aware_at"] + FURTHEST_ZONE).date()
    if latest_day < PartialDate.parse(event["started_on"]).earliest:
        broken.append(BEFORE_ONSET)
    if broken:
        raise RulesBroken(*broken)


def _followed(tx: Transaction, kept: Image, event: Image) -> Image:
    safety_watch.of_adverse_events(tx, [event["id"]])
    return beside(tx, kept, event)


@namespace.route("/adverse-events/<uuid:record_id>/sponsor-assessment")
class AssessmentOfEvent(Resource):  # type: ignore[misc]
    """The sponsor's assessment of an adverse event."""

    @contract(may="sponsor_assessment.read", gives=SponsorAssessment, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read the sponsor's assessment of an adverse event beside the investigator's."""
        return told(call.tx, sponsor_assessments.of_event(call.tx, record_id))

    @contract(
        may="sponsor_assessment.record",
        takes=SponsorAssessment,
        gives=SponsorAssessment,
        status=201,
        kind=TABLE,
        again=told,
        problems=(NoSuchRecord, AlreadyRecorded),
    )
    def post(self, call: Call, record_id: str) -> dict[str, Any]:
        """Record the sponsor's assessment of an adverse event."""
        return recorded(call, record_id)


@namespace.route("/studies/<study>/sponsor-assessments")
class SponsorAssessments(Resource):  # type: ignore[misc]
    """The sponsor's assessments in a study."""

    @contract(
        may="sponsor_assessment.read",
        gives=KeptSponsorAssessment,
        many=True,
        asks=SponsorAssessmentFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the sponsor's assessments of the adverse events of a study."""
        return page_of_records(call, TABLE, study_id=studies.id_of(call.tx, study))


@namespace.route("/sponsor-assessments/<uuid:record_id>")
class OneSponsorAssessment(Resource):  # type: ignore[misc]
    """A sponsor's assessment."""

    @contract(may="sponsor_assessment.read", gives=SponsorAssessment, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a sponsor's assessment beside the investigator's."""
        return told(call.tx, records.read(call.tx, TABLE, record_id))

    @contract(
        may="sponsor_assessment.amend",
        takes=SponsorAssessment,
        gives=SponsorAssessment,
        amends=True,
        problems=(NoSuchRecord,),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace a sponsor's assessment."""
        return amended(call, record_id)


past.publish(namespace, "/sponsor-assessments", TABLE, KeptSponsorAssessment)
