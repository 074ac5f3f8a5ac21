"""Candidates for events of special interest: the list that a person works through, and how each was judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.db import special_interest_candidates as candidates
from registry.domain.special_interest_candidate import SPECIAL_INTEREST_CANDIDATE
from registry.problems import CursorNotUnderstood, NoSuchRecord, TransitionNotAllowed
from registry.schemas.special_interest_candidates import (
    SpecialInterestCandidate,
    SpecialInterestCandidateFilters,
    SpecialInterestJudgement,
)
from registry.schemas.special_interest_rules import EVERY_TOPIC, SpecialInterestTopic

namespace = Namespace("special_interest_candidates")


def judged(call: Call, record_id: str) -> dict[str, Any]:
    """Keep a person's judgement of a candidate; raises TransitionNotAllowed once it is judged or resolved."""
    version = candidates.judged_version(call.tx, records.read(call.tx, "special_interest_candidate", record_id))
    held, comment = candidates.held(call.tx, record_id), call.body["comment"]
    status = SPECIAL_INTEREST_CANDIDATE.after(held["status"], call.body["decision"])
    call.tx.attribute(replace(call.attribution, reason=comment))
    judgement = {
        "status": status,
        "comment": comment,
        "decided_by": call.actor.account_id,
        "decided_at": datetime.now(UTC),
        "judged_version": version,
    }
    return records.amend(call.tx, "special_interest_candidate", held["id"], held["version"], judgement)


@namespace.route("/special-interest-rules")
class SpecialInterestRules(Resource):  # type: ignore[misc]
    """The rule set of special interest."""

    @contract(may="catalogue.read", gives=SpecialInterestTopic, many=True)
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List what makes a candidate for an event of special interest, topic by topic."""
        return EVERY_TOPIC


@namespace.route("/studies/<study>/special-interest-candidates")
class SpecialInterestCandidates(Resource):  # type: ignore[misc]
    """The candidates of a study."""

    @contract(
        may="special_interest_candidate.read",
        gives=SpecialInterestCandidate,
        many=True,
        asks=SpecialInterestCandidateFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the candidates for events of special interest of a study, the oldest first."""
        return page_of_records(call, "special_interest_candidate", study_id=studies.id_of(call.tx, study))


@namespace.route("/special-interest-candidates/<uuid:record_id>")
class OneSpecialInterestCandidate(Resource):  # type: ignore[misc]
    """A candidate."""

    @contract(may="special_interest_candidate.read", gives=SpecialInterestCandidate, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a candidate for an event of special interest."""
        return records.read(call.tx, "special_interest_candidate", record_id)


@namespace.route("/special-interest-candidates/<uuid:record_id>/judgement")
class JudgedCandidate(Resource):  # type: ignore[misc]
    """The judgement of a candidate."""

    @contract(
        may="special_interest_candidate.judge",
        takes=SpecialInterestJudgement,
        gives=SpecialInterestCandidate,
        kind="special_interest_candidate",
        problems=(NoSuchRecord, TransitionNotAllowed),
    )
    def post(self, call: Call, record_id: str) -> dict[str, Any]:
        """Record the judgement of a candidate for an event of special interest: it is confirmed or dismissed."""
        return judged(call, record_id)


past.publish(namespace, "/special-interest-candidates", "special_interest_candidate", SpecialInterestCandidate)
