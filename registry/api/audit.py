"""The audit: its events in pages, or all of them as one NDJSON file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, current_app, request, stream_with_context
from flask_restx import Namespace, Resource

from registry.api import cursors, looks
from registry.api.bodies import NDJSON
from registry.api.contract import Call, contract
from registry.api.lists import next_link
from registry.api.narratives import withheld
from registry.api.past import told
from registry.db import events
from registry.db.transaction import as_json
from registry.problems import CursorNotUnderstood
from registry.schemas.audit import Event, EventFilters
from registry.schemas.queries import USUAL_PAGE

namespace = Namespace("audit")
LIST = "audit"


@namespace.route("/audit")
class Audit(Resource):  # type: ignore[misc]
    """The events of the audit."""

    @contract(may="audit.read", gives=Event, many=True, asks=EventFilters, problems=(CursorNotUnderstood,))
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List the events of the audit, first to last."""
        limit = call.query.get("limit") or USUAL_PAGE
        rows = events.page(call.tx, call.query, _after(call), limit + 1)
        if len(rows) > limit:
            call.headers["Link"] = next_link(str(rows[limit - 1]["id"]), LIST)
        return [told(withheld(row, call.attribution)) for row in rows[:limit]]


@namespace.route("/audit:export")
class AuditExport(Resource):  # type: ignore[misc]
    """The whole audit."""

    @contract(may="audit.read", gives=Event, asks=EventFilters, lines=True)
    def get(self, call: Call) -> Response:
        """Export every event of the audit, one a line."""
        events.note(call.tx, "export", "audit", {"route": request.path})
        looks.note(call.tx, call.attribution, "audit.read", {}, call.query, None)
        call.tx.commit()
        return Response(stream_with_context(_every(call)), mimetype=NDJSON)


def _every(call: Call) -> Iterator[str]:
    schema = Event()
    with current_app.extensions["registry"].database.transaction() as tx:
        tx.attribute(call.attribution)
        for event in events.every(tx, call.query):
            yield as_json(schema.present(told(withheld(event, call.attribution)))) + "\n"


def _after(call: Call) -> int:
    cursor = call.query.get("cursor")
    return int(cursors.position(cursor, LIST, current_app.extensions["registry"].cursor_key)) if cursor else 0
