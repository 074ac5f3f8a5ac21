"""Concomitant medications."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, interest_keeping, past, recording
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.problems import CursorNotUnderstood, NoSuchRecord
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.queries import ParticipantRecordFilters

namespace = Namespace("concomitant_medications")


@namespace.route("/studies/<study>/concomitant-medications")
class ConcomitantMedications(Resource):  # type: ignore[misc]
    """The concomitant medications of a study."""

    @contract(
        may="concomitant_medication.read",
        gives=ConcomitantMedication,
        many=True,
        asks=ParticipantRecordFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the concomitant medications of a study."""
        return page_of_records(call, "concomitant_medication", study_id=studies.id_of(call.tx, study))

    @contract(
        may="concomitant_medication.record",
        takes=ConcomitantMedication,
        gives=ConcomitantMedication,
        status=201,
        kind="concomitant_medication",
        problems=(NoSuchRecord,),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Record a concomitant medication."""
        kept = recording.of_participant(call, "concomitant_medication", study)
        interest_keeping.keep_of_medications(call.tx, [kept["participant_id"]])
        return kept


@namespace.route("/concomitant-medications/<uuid:record_id>")
class OneConcomitantMedication(Resource):  # type: ignore[misc]
    """A concomitant medication."""

    @contract(may="concomitant_medication.read", gives=ConcomitantMedication, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a concomitant medication."""
        return records.read(call.tx, "concomitant_medication", record_id)

    @contract(
        may="concomitant_medication.amend",
        takes=ConcomitantMedication,
        gives=ConcomitantMedication,
        amends=True,
        problems=(NoSuchRecord,),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace a concomitant medication."""
        kept = amendments.amend(call, "concomitant_medication", record_id)
        interest_keeping.keep_of_medications(call.tx, [kept["participant_id"]])
        return kept


past.publish(namespace, "/concomitant-medications", "concomitant_medication", ConcomitantMedication)
