"""Exposure to JAK inhibitors."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, entry, interest_keeping, past, recording, soft_checks
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.problems import CursorNotUnderstood, DosesOverlap, NeedsConfirmation, NoSuchRecord
from registry.schemas.doses import Dose, DoseFilters

namespace = Namespace("doses")


@namespace.route("/studies/<study>/doses")
class Doses(Resource):  # type: ignore[misc]
    """The doses of a study."""

    @contract(may="dose.read", gives=Dose, many=True, asks=DoseFilters, problems=(NoSuchRecord, CursorNotUnderstood))
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the doses of a study."""
        return page_of_records(call, "dose", study_id=studies.id_of(call.tx, study))

    @contract(
        may="dose.record",
        takes=Dose,
        gives=Dose,
        status=201,
        kind="dose",
        problems=(NoSuchRecord, DosesOverlap, NeedsConfirmation),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Record a dose."""
        entry.judge_dose(call.body)
        kept = recording.of_participant(call, "dose", study)
        soft_checks.note(call.tx, call.attribution, "dose", [(kept, entry.confirmed_of_dose(call.body))])
        interest_keeping.keep_of_medications(call.tx, [kept["participant_id"]])
        return kept


@namespace.route("/doses/<uuid:record_id>")
class OneDose(Resource):  # type: ignore[misc]
    """A dose."""

    @contract(may="dose.read", gives=Dose, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a dose."""
        return records.read(call.tx, "dose", record_id)

    @contract(
        may="dose.amend", takes=Dose, gives=Dose, amends=True, problems=(NoSuchRecord, DosesOverlap, NeedsConfirmation)
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace a dose."""
        entry.judge_dose(call.body)
        before = records.read(call.tx, "dose", record_id)
        kept = amendments.amend(call, "dose", record_id)
        soft_checks.note(call.tx, call.attribution, "dose", [(kept, entry.confirmed_of_dose(call.body, before))])
        interest_keeping.keep_of_medications(call.tx, [kept["participant_id"]])
        return kept


past.publish(namespace, "/doses", "dose", Dose)
