"""Source data verification: a monitor notes which forms of a visit agree with the source, and withdraws it."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, source_verifications, studies, visits
from registry.db.transaction import Image
from registry.domain.review import SOURCE_VERIFICATION
from registry.problems import (
    BrokenRule,
    CursorNotUnderstood,
    NoSuchRecord,
    RulesBroken,
    SecondPersonNeeded,
    TransitionNotAllowed,
    VersionStale,
    VisitNotComplete,
)
from registry.schemas.source_verifications import (
    SourceVerification,
    SourceVerificationFilters,
    SourceVerificationRequest,
)

namespace = Namespace("source_verifications")
NOTHING = BrokenRule("/forms", "nothing_to_verify", "Name at least one form.")


@namespace.route("/visits/<uuid:record_id>/source-verifications")
class SourceVerificationsOfVisit(Resource):  # type: ignore[misc]
    """The source verifications of a visit."""

    @contract(
        may="source_verification.record",
        takes=SourceVerificationRequest,
        gives=SourceVerification,
        status=201,
        kind="source_verification",
        problems=(NoSuchRecord, VersionStale, VisitNotComplete, SecondPersonNeeded),
    )
    def post(self, call: Call, record_id: str) -> Image:
        """Verify forms of a visit: they agree with the source."""
        visit = visits.read(call.tx, record_id)
        check(call, visit)
        place = {name: visit[name] for name in ("study_id", "site_id", "participant_id")}
        who = {"account_id": call.actor.account_id, "verified_by": call.actor.name, "visit_id": visit["id"]}
        return records.record(call.tx, "source_verification", {**call.body, **place, **who, "state": "standing"})


@namespace.route("/studies/<study>/source-verifications")
class SourceVerifications(Resource):  # type: ignore[misc]
    """The source verifications of a study."""

    @contract(
        may="source_verification.read",
        gives=SourceVerification,
        many=True,
        asks=SourceVerificationFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the source verifications of a study."""
        return page_of_records(call, "source_verification", study_id=studies.id_of(call.tx, study))


@namespace.route("/source-verifications/<uuid:record_id>")
class OneSourceVerification(Resource):  # type: ignore[misc]
    """A source verification."""

    @contract(may="source_verification.read", gives=SourceVerification, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> Image:
        """Read a source verification."""
        return records.read(call.tx, "source_verification", record_id)


@namespace.route("/source-verifications/<uuid:record_id>/withdrawal")
class Withdrawal(Resource):  # type: ignore[misc]
    """The withdrawal of a source verification."""

    @contract(
        may="source_verification.withdraw",
        gives=SourceVerification,
        amends=True,
        problems=(NoSuchRecord, TransitionNotAllowed),
    )
    def put(self, call: Call, record_id: str) -> Image:
        """Withdraw a source verification."""
        current = records.read(call.tx, "source_verification", record_id)
        if current["version"] != call.version:
            raise VersionStale
        state = SOURCE_VERIFICATION.after(current["state"], "withdraw")
        return records.amend(call.tx, "source_verification", record_id, call.version, {"state": state})


def check(call: Call, visit: Image) -> None:
    """Refuse to verify another version than the present one, a draft, what is entered in error, or a form not filled in."""
    if visit["version"] != call.body["visit_version"]:
        raise VersionStale
    if visit["status"] == "draft" or visit["entered_in_error"]:
        raise VisitNotComplete
    if source_verifications.wrote(call.tx, visit["id"], call.actor.account_id):
        raise SecondPersonNeeded
    there = source_verifications.filled_in(call.tx, visit)
    empty = [
        BrokenRule(f"/forms/{place}", "not_filled_in", "The form is not filled in, so there is nothing to compare.")
        for place, form in enumerate(call.body["forms"])
        if form not in there
    ]
    if empty or not call.body["forms"]:
        raise RulesBroken(*(empty or [NOTHING]))


past.publish(namespace, "/source-verifications", "source_verification", SourceVerification)
