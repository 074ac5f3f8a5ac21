"""Adverse events, amended as they evolve."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past, recording
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.problems import CursorNotUnderstood, NoSuchRecord
from registry.schemas.adverse_events import AdverseEvent, AdverseEventFilters

namespace = Namespace("adverse_events")


@namespace.route("/studies/<study>/adverse-events")
class AdverseEvents(Resource):  # type: ignore[misc]
    """The adverse events of a study."""

    @contract(
        may="adverse_event.read",
        gives=AdverseEvent,
        many=True,
        asks=AdverseEventFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the adverse events of a study."""
        return page_of_records(call, "adverse_event", study_id=studies.id_of(call.tx, study))

    @contract(
        may="adverse_event.record",
        takes=AdverseEvent,
        gives=AdverseEvent,
        status=201,
        kind="adverse_event",
        problems=(NoSuchRecord,),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Record an adverse event."""
        return recording.of_participant(call, "adverse_event", study)


@namespace.route("/adverse-events/<uuid:record_id>")
class OneAdverseEvent(Resource):  # type: ignore[misc]
    """An adverse event."""

    @contract(may="adverse_event.read", gives=AdverseEvent, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read an adverse event."""
        return records.read(call.tx, "adverse_event", record_id)

    @contract(may="adverse_event.amend", takes=AdverseEvent, gives=AdverseEvent, amends=True, problems=(NoSuchRecord,))
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace an adverse event."""
        return amendments.amend(call, "adverse_event", record_id)


past.publish(namespace, "/adverse-events", "adverse_event", AdverseEvent)
