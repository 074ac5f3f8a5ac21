"""Skipped visits: expected ones that will not take place, by decision."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past, recording
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.problems import AlreadyRecorded, CursorNotUnderstood, NoSuchRecord, VisitAlreadyRecorded
from registry.schemas.skipped_visits import SkippedVisit, SkippedVisitFilters

namespace = Namespace("skipped_visits")
REFUSALS = (NoSuchRecord, AlreadyRecorded, VisitAlreadyRecorded)


@namespace.route("/studies/<study>/skipped-visits")
class SkippedVisits(Resource):  # type: ignore[misc]
    """The skipped visits of a study."""

    @contract(
        may="skipped_visit.read",
        gives=SkippedVisit,
        many=True,
        asks=SkippedVisitFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the skipped visits of a study."""
        return page_of_records(call, "skipped_visit", study_id=studies.id_of(call.tx, study))

    @contract(
        may="skipped_visit.record",
        takes=SkippedVisit,
        gives=SkippedVisit,
        status=201,
        kind="skipped_visit",
        problems=REFUSALS,
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Skip an expected visit, with the reason."""
        return recording.of_participant(call, "skipped_visit", study)


@namespace.route("/skipped-visits/<uuid:record_id>")
class OneSkippedVisit(Resource):  # type: ignore[misc]
    """A skipped visit."""

    @contract(may="skipped_visit.read", gives=SkippedVisit, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read why a visit was skipped."""
        return records.read(call.tx, "skipped_visit", record_id)

    @contract(may="skipped_visit.amend", takes=SkippedVisit, gives=SkippedVisit, amends=True, problems=REFUSALS)
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace the record of a skipped visit, or mark it as entered in error: the visit is expected again."""
        return amendments.amend(call, "skipped_visit", record_id)


past.publish(namespace, "/skipped-visits", "skipped_visit", SkippedVisit)
