"""Adverse events, amended as they evolve."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import event_keeping, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.problems import CursorNotUnderstood, NeedsConfirmation, NoSuchRecord
from registry.schemas.adverse_events import AdverseEvent, AdverseEventFilters, ListedAdverseEvent

namespace = Namespace("adverse_events")


@namespace.route("/studies/<study>/adverse-events")
class AdverseEvents(Resource):  # type: ignore[misc]
    """The adverse events of a study."""

    @contract(
        may="adverse_event.read",
        gives=ListedAdverseEvent,
        many=True,
        asks=AdverseEventFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the adverse events of a study, without their narratives."""
        return page_of_records(call, "adverse_event", study_id=studies.id_of(call.tx, study))

    @contract(
        may="adverse_event.record",
        takes=AdverseEvent,
        gives=AdverseEvent,
        status=201,
        kind="adverse_event",
        problems=(NoSuchRecord, NeedsConfirmation),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Record an adverse event."""
        return event_keeping.reported(call, study)


@namespace.route("/adverse-events/<uuid:record_id>")
class OneAdverseEvent(Resource):  # type: ignore[misc]
    """An adverse event."""

    @contract(may="adverse_event.read", gives=AdverseEvent, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read an adverse event."""
        return records.read(call.tx, "adverse_event", record_id)

    @contract(
        may="adverse_event.amend",
        takes=AdverseEvent,
        gives=AdverseEvent,
        amends=True,
        problems=(NoSuchRecord, NeedsConfirmation),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace an adverse event by its follow-up report."""
        return event_keeping.followed_up(call, record_id)


past.publish(namespace, "/adverse-events", "adverse_event", AdverseEvent)
