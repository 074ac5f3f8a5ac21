"""Where participants stand in the study: screening, enrolment, treatment, and how they leave."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import enrolments, records, studies
from registry.db.transaction import Image
from registry.domain.enrolment import ENROLMENT
from registry.problems import (
    BrokenRule,
    ConsentMissing,
    CursorNotUnderstood,
    NoSuchRecord,
    NotEligible,
    RulesBroken,
    TransitionNotAllowed,
)
from registry.schemas.enrolments import Enrolment, EnrolmentFilters

namespace = Namespace("enrolments")

IN_THE_FUTURE = BrokenRule("/status_on", "in_the_future", "The date must not be after today at the site.")
BEFORE_THE_LAST = BrokenRule(
    "/status_on", "before_previous_state", "The date must not be before that of the state before."
)


@namespace.route("/studies/<study>/enrolments")
class Enrolments(Resource):  # type: ignore[misc]
    """Where the participants of a study stand."""

    @contract(
        may="enrolment.read",
        gives=Enrolment,
        many=True,
        asks=EnrolmentFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List where the participants of a study stand."""
        return page_of_records(call, "enrolment", study_id=studies.id_of(call.tx, study))


@namespace.route("/participants/<uuid:record_id>/enrolment")
class EnrolmentOfParticipant(Resource):  # type: ignore[misc]
    """Where a participant stands."""

    @contract(may="enrolment.read", gives=Enrolment, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read where a participant stands."""
        return records.required(enrolments.of_participant(call.tx, record_id))


@namespace.route("/enrolments/<uuid:record_id>")
class OneEnrolment(Resource):  # type: ignore[misc]
    """Where a participant stands."""

    @contract(may="enrolment.read", gives=Enrolment, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read an enrolment."""
        return records.read(call.tx, "enrolment", record_id)

    @contract(
        may="enrolment.amend",
        takes=Enrolment,
        gives=Enrolment,
        amends=True,
        problems=(NoSuchRecord, TransitionNotAllowed, ConsentMissing, NotEligible),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Move a participant to another state, or correct the day or reason of this one."""
        return moved(call, record_id)


past.publish(namespace, "/enrolments", "enrolment", Enrolment)


def moved(call: Call, record_id: str) -> Image:
    """Move a participant from one state to another, or correct the state.

    Raises:
        TransitionNotAllowed: the state is not reached from the present one. RulesBroken: the day is out of order.
        ConsentMissing, NotEligible: what enrolling needs is not there.
    """
    current = records.read(call.tx, "enrolment", record_id)
    amendments.check(call, current)
    if amendments.unchanged(call.body, current):
        return current
    if call.body["status"] != current["status"]:
        ENROLMENT.reach(current["status"], call.body["status"])
    _check_day(call, current)
    return records.amend(call.tx, "enrolment", record_id, call.version, call.body)


def _check_day(call: Call, current: Image) -> None:
    bounds = enrolments.bounds(call.tx, current, call.body["status"])
    day = call.body["status_on"]
    if day > bounds["today"]:
        raise RulesBroken(IN_THE_FUTURE)
    if bounds["before"] is not None and day < bounds["before"]:
        raise RulesBroken(BEFORE_THE_LAST)
