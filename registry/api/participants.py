"""Participants: enrolled under a code that the site made up."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import participants, records, studies
from registry.problems import CursorNotUnderstood, MomentInTheFuture, NoSuchRecord, ParticipantAlreadyRecorded
from registry.schemas.derived import AsOfWithDerived, WithDerived
from registry.schemas.participants import Participant, ParticipantFilters

namespace = Namespace("participants")


@namespace.route("/studies/<study>/participants")
class Participants(Resource):  # type: ignore[misc]
    """The participants of a study."""

    @contract(
        may="participant.read",
        gives=Participant,
        many=True,
        asks=ParticipantFilters,
        derives="participant",
        problems=(NoSuchRecord, CursorNotUnderstood, MomentInTheFuture),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the participants of a study, as they are or as they stood."""
        return page_of_records(call, "participant", study_id=studies.id_of(call.tx, study))

    @contract(
        may="participant.enrol",
        takes=Participant,
        gives=Participant,
        asks=WithDerived,
        derives="participant",
        status=201,
        kind="participant",
        problems=(NoSuchRecord, ParticipantAlreadyRecorded),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Enrol a participant."""
        return participants.enrol(call.tx, studies.id_of(call.tx, study), call.body)


@namespace.route("/participants/<uuid:record_id>")
class OneParticipant(Resource):  # type: ignore[misc]
    """A participant."""

    @contract(
        may="participant.read",
        gives=Participant,
        asks=AsOfWithDerived,
        derives="participant",
        problems=(NoSuchRecord, MomentInTheFuture),
    )
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a participant, as it is or as it stood."""
        if call.as_of:
            return records.read_as_of(call.tx, "participant", record_id, call.as_of)
        return records.read(call.tx, "participant", record_id)

    @contract(
        may="participant.amend",
        takes=Participant,
        gives=Participant,
        asks=WithDerived,
        derives="participant",
        amends=True,
        problems=(NoSuchRecord, ParticipantAlreadyRecorded),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace what is recorded of a participant."""
        return amendments.amend(call, "participant", record_id)


past.publish(namespace, "/participants", "participant", Participant, derives="participant")
