"""Code breaks: asked for, confirmed by a second person, read by the two of them, noted by the safety officer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import code_breaks, records, studies, treatments
from registry.db.transaction import Image
from registry.domain.code_break import CODE_BREAK
from registry.problems import (
    AlreadyRecorded,
    CursorNotUnderstood,
    NoSuchRecord,
    NothingToOpen,
    SecondPersonNeeded,
    TransitionNotAllowed,
)
from registry.schemas.code_breaks import CodeBreak, CodeBreakAcknowledgement, CodeBreakDecision, CodeBreakFilters
from registry.schemas.treatments import Treatment

namespace = Namespace("code_breaks")


def asked_for(call: Call, participant_id: str) -> dict[str, Any]:
    """Keep a request to open a participant's treatment; in an emergency it is opened at once."""
    opened = {"status": CODE_BREAK.after(CODE_BREAK.first, "open"), "opened_at": datetime.now(UTC)}
    state = opened if call.body["emergency"] else {"status": CODE_BREAK.first}
    who = {"participant_id": participant_id, "requested_by": call.actor.account_id}
    return records.record_of_participant(call.tx, "code_break", call.body | state | who)


def decided(call: Call, record_id: str) -> dict[str, Any]:
    """Confirm or decline a request; raises TransitionNotAllowed, and SecondPersonNeeded from who asked."""
    held, act = code_breaks.held(call.tx, record_id), call.body["decision"]
    opened_at = datetime.now(UTC) if act == "confirm" else None
    status = CODE_BREAK.after(held["status"], act)
    return _amended(call, held, {"status": status, "decided_by": call.actor.account_id, "opened_at": opened_at})


def acknowledged(call: Call, record_id: str) -> dict[str, Any]:
    """Keep that the safety officer took note; who took note first stays."""
    held = code_breaks.held(call.tx, record_id)
    if held["acknowledged"]:
        return held
    note = {"acknowledged": True, "acknowledged_by": call.actor.account_id, "acknowledged_at": datetime.now(UTC)}
    return _amended(call, held, note)


def _amended(call: Call, held: Image, values: dict[str, Any]) -> Image:
    call.tx.attribute(replace(call.attribution, reason=call.body["comment"]))
    return records.amend(call.tx, "code_break", held["id"], held["version"], values)


@namespace.route("/participants/<uuid:record_id>/code-breaks")
class CodeBreaksOfParticipant(Resource):  # type: ignore[misc]
    """The code breaks of a participant."""

    @contract(
        may="code_break.request",
        takes=CodeBreak,
        gives=CodeBreak,
        status=201,
        kind="code_break",
        problems=(NoSuchRecord, AlreadyRecorded, NothingToOpen),
    )
    def post(self, call: Call, record_id: str) -> dict[str, Any]:
        """Request the opening of a participant's treatment; in an emergency it is opened at once."""
        return asked_for(call, record_id)


@namespace.route("/studies/<study>/code-breaks")
class CodeBreaks(Resource):  # type: ignore[misc]
    """The code breaks of a study."""

    @contract(
        may="code_break.read",
        gives=CodeBreak,
        many=True,
        asks=CodeBreakFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the code breaks of a study."""
        return page_of_records(call, "code_break", study_id=studies.id_of(call.tx, study))


@namespace.route("/code-breaks/<uuid:record_id>")
class OneCodeBreak(Resource):  # type: ignore[misc]
    """A code break."""

    @contract(may="code_break.read", gives=CodeBreak, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a code break, without the treatment."""
        return records.read(call.tx, "code_break", record_id)


@namespace.route("/code-breaks/<uuid:record_id>/confirmation")
class CodeBreakConfirmation(Resource):  # type: ignore[misc]
    """The second person's answer to a request for a code break."""

    @contract(
        may="code_break.decide",
        takes=CodeBreakDecision,
        gives=CodeBreak,
        kind="code_break",
        problems=(NoSuchRecord, SecondPersonNeeded, TransitionNotAllowed),
    )
    def post(self, call: Call, record_id: str) -> dict[str, Any]:
        """Record the second person's answer to a request for a code break."""
        return decided(call, record_id)


@namespace.route("/code-breaks/<uuid:record_id>/acknowledgement")
class CodeBreakNoted(Resource):  # type: ignore[misc]
    """The safety officer's note of a code break."""

    @contract(
        may="code_break.acknowledge",
        takes=CodeBreakAcknowledgement,
        gives=CodeBreak,
        kind="code_break",
        problems=(NoSuchRecord,),
    )
    def post(self, call: Call, record_id: str) -> dict[str, Any]:
        """Record that the safety officer took note of a code break."""
        return acknowledged(call, record_id)


@namespace.route("/code-breaks/<uuid:record_id>/treatment")
class OpenedTreatment(Resource):  # type: ignore[misc]
    """The treatment that a code break opened."""

    @contract(may="code_break.open", gives=Treatment, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read the treatment that was opened, as one of the two people of the code break."""
        return treatments.of_code_break(call.tx, record_id)


past.publish(namespace, "/code-breaks", "code_break", CodeBreak)
