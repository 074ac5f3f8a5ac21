"""Submissions of adverse events: recorded, they stop the clocks that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import clock_keeping
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import reasons, records, reporting_clocks
from registry.db.transaction import Image
from registry.domain.dates import FURTHEST_ZONE, PartialDate
from registry.domain.reporting_clocks import CLOCK_KINDS, REPORTING_CLOCK, STOPPED_BY, moment
from registry.permissions import Role
from registry.problems import BrokenRule, CursorNotUnderstood, NoSuchRecord, RulesBroken, TransitionNotAllowed
from registry.schemas.safety_submissions import SafetySubmission, SafetySubmissionFilters

namespace = Namespace("safety_submissions")
REASON = "The submission was recorded"
BY_THE_SITE = BrokenRule(
    "/recipient",
    "by_safety_officer",
    "A site submits to the sponsor; what goes to others is submitted by a safety officer.",
)
NOT_OF_EVENT = "There is no such clock of this adverse event."
BEFORE_START = (
    "The submission must not be before the clock started; correct when its awareness was, where that was earlier."
)
BEFORE_AWARENESS = BrokenRule(
    "/submitted_at",
    "before_awareness",
    "The sponsor must not be told before the site was aware of the event; correct when its awareness was, where that was earlier.",
)
NAMES_NO_CLOCK = BrokenRule(
    "/clock_ids",
    "names_no_clock",
    "Clocks run that a submission to this recipient stops: name those that it answers; a submission is never edited.",
)
BEFORE_ONSET = BrokenRule("/submitted_at", "before_onset", "An event cannot be submitted before its onset.")


def submitted(call: Call, event_id: str) -> Image:
    """Record a submission of an event and stop the clocks that it names, in one go.

    Raises:
        NoSuchRecord: the event is not among those that may be seen.
        RulesBroken: the recipient, the moment or a clock do not go together.
        TransitionNotAllowed: a clock does not run any more.
    """
    event = records.read(call.tx, "adverse_event", event_id)
    officer = Role.SAFETY_OFFICER in call.attribution.role_at(event["site_id"]).split(",")
    if call.body["recipient"] != "sponsor" and not officer:
        raise RulesBroken(BY_THE_SITE)
    reporting_clocks.hold(call.tx, [event_id])
    [known] = reporting_clocks.pasts(call.tx, [event_id])
    clocks = {clock["id"]: clock for clock in known["clocks"]}
    if broken := [*broken_rules(call.body, clocks), *too_early(call.body, event, known["events"])]:
        raise RulesBroken(*broken)
    stopped = [(clocks[one], REPORTING_CLOCK.after(clocks[one]["status"], "submit")) for one in call.body["clock_ids"]]
    image = _recorded(call, event)
    with reasons.given(call.tx, REASON):
        for clock, status in stopped:
            told = {"status": status, "safety_submission_id": image["id"], "submitted_at": image["submitted_at"]}
            records.amend(call.tx, "reporting_clock", clock["id"], clock["version"], told)
    clock_keeping.keep(call.tx, [event_id])
    return image


def _recorded(call: Call, event: Image) -> Image:
    whose = {"adverse_event_id": event["id"], "participant_id": event["participant_id"]}
    return records.record_of_participant(call.tx, "safety_submission", call.body | whose)


def broken_rules(body: Mapping[str, Any], clocks: Mapping[str, Image]) -> Iterator[BrokenRule]:
    """Give what does not go together in a submission and the clocks of its event."""
    waiting = (clock for clock in clocks.values() if clock["status"] == "running")
    if not body["clock_ids"] and any(body["recipient"] in STOPPED_BY[clock["kind"]] for clock in waiting):
        yield NAMES_NO_CLOCK
    for index, clock_id in enumerate(body["clock_ids"]):
        pointer, clock = f"/clock_ids/{index}", clocks.get(clock_id)
        if clock is None:
            yield BrokenRule(pointer, "no_such_clock", NOT_OF_EVENT)
        elif body["recipient"] not in STOPPED_BY[clock["kind"]]:
            wanted = " or ".join(sorted(STOPPED_BY[clock["kind"]]))
            words = CLOCK_KINDS[clock["kind"]].lower()
            yield BrokenRule(
                pointer, "other_recipient", f"This clock ({words}) is stopped by a submission to: {wanted}."
            )
        elif (started := moment(clock["started_at"])) and body["submitted_at"] < started:
            yield BrokenRule("/submitted_at", "before_start", BEFORE_START)


def too_early(body: Mapping[str, Any], event: Image, images: list[Image]) -> Iterator[BrokenRule]:
    """Give what a submission says of a time at which nobody can have told of the event."""
    latest_day = (body["submitted_at"] + FURTHEST_ZONE).date()
    if latest_day < PartialDate.parse(event["started_on"]).earliest:
        yield BEFORE_ONSET
        return
    aware_at = min(one.site_aware_at for one in clock_keeping.versions(images))
    if body["recipient"] == "sponsor" and not body["clock_ids"] and body["submitted_at"] < aware_at:
        yield BEFORE_AWARENESS


@namespace.route("/adverse-events/<uuid:record_id>/submissions")
class SafetySubmissions(Resource):  # type: ignore[misc]
    """The submissions of an adverse event."""

    @contract(
        may="safety_submission.read",
        gives=SafetySubmission,
        many=True,
        asks=SafetySubmissionFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, record_id: str) -> list[dict[str, Any]]:
        """List the submissions of an adverse event."""
        event = records.read(call.tx, "adverse_event", str(record_id))
        return page_of_records(call, "safety_submission", adverse_event_id=event["id"])

    @contract(
        may="safety_submission.record",
        takes=SafetySubmission,
        gives=SafetySubmission,
        status=201,
        kind="safety_submission",
        problems=(NoSuchRecord, RulesBroken, TransitionNotAllowed),
    )
    def post(self, call: Call, record_id: str) -> dict[str, Any]:
        """Record a submission of an adverse event, and stop the clocks that it names."""
        return submitted(call, str(record_id))
