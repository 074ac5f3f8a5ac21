"""Visits: submitted, amended and read as a whole."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_restx import Namespace, Resource

from registry.api import amendments, bulk, entry, form_writing, past, safety_watch, soft_checks
from registry.api.alert_keeping import watched
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies, visits
from registry.db.transaction import Awaited
from registry.problems import (
    ConsentMissing,
    CursorNotUnderstood,
    MomentInTheFuture,
    NeedsConfirmation,
    NoSuchRecord,
    TransitionNotAllowed,
    VisitAlreadyRecorded,
)
from registry.schemas.bulk import BulkAnswer, BulkOptions
from registry.schemas.derived import AsOfWithDerived, WithDerived
from registry.schemas.visits import Visit, VisitFilters

namespace = Namespace("visits")
REFUSALS = (NoSuchRecord, VisitAlreadyRecorded, ConsentMissing, NeedsConfirmation)


@namespace.route("/studies/<study>/visits")
class Visits(Resource):  # type: ignore[misc]
    """The visits of a study."""

    @contract(
        may="visit.read",
        gives=Visit,
        many=True,
        asks=VisitFilters,
        derives="visit",
        problems=(NoSuchRecord, CursorNotUnderstood, MomentInTheFuture),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the visits of a study, as they are or as they stood."""
        image = "visit_image(t.id)"
        return page_of_records(call, "visit", image=image, study_id=studies.id_of(call.tx, study))

    @contract(
        may="visit.record",
        takes=Visit,
        gives=Visit,
        asks=WithDerived,
        derives="visit",
        status=201,
        kind="visit",
        problems=REFUSALS,
    )
    def post(self, call: Call, study: str) -> Awaited:
        """Record a visit with its forms and laboratory results."""
        place = visits.places(call.tx, [call.body], study)[0]
        if place["participant_id"] is None:
            studies.id_of(call.tx, study)
        judged = entry.judged_visit(call.body, place)
        form_writing.refuse_single_entry(call, judged, place)
        visits.record(call.tx, [judged])
        soft_checks.note(call.tx, call.attribution, "visit", [(judged, entry.confirmed_of_visit(judged, place))])
        if watched(judged):
            safety_watch.of_visits(call.tx, [str(place["id"])])
        return visits.kept(call.tx, place["id"])


@namespace.route("/studies/<study>/visits:bulk")
class BulkVisits(Resource):  # type: ignore[misc]
    """Many visits at once."""

    @contract(
        may="visit.record",
        takes=Visit,
        gives=BulkAnswer,
        asks=BulkOptions,
        lines=True,
        problems=(NoSuchRecord,),
    )
    def post(self, call: Call, study: str) -> Response:
        """Record many visits, one a line, each line answered; all or nothing where `atomic` is asked."""
        studies.id_of(call.tx, study)
        return bulk.answered(call, study)


@namespace.route("/visits/<uuid:record_id>")
class OneVisit(Resource):  # type: ignore[misc]
    """A visit."""

    @contract(
        may="visit.read",
        gives=Visit,
        asks=AsOfWithDerived,
        derives="visit",
        problems=(NoSuchRecord, MomentInTheFuture),
    )
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a visit, as it is or as it stood."""
        if call.as_of:
            return records.read_as_of(call.tx, "visit", record_id, call.as_of)
        return visits.read(call.tx, record_id)

    @contract(
        may="visit.amend",
        takes=Visit,
        gives=Visit,
        asks=WithDerived,
        derives="visit",
        amends=True,
        problems=(*REFUSALS, TransitionNotAllowed),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace a visit as a whole."""
        current = visits.read(call.tx, record_id)
        amendments.check(call, current)
        entry.check_state(call.body, current)
        place = visits.places(call.tx, [{**call.body, "id": record_id}])[0] | {"id": record_id}
        judged = entry.judged_visit(call.body, place)
        if amendments.unchanged_visit(call.body, current):
            return current
        form_writing.refuse_single_entry(call, judged, place, current)
        amended = visits.amend(call.tx, judged, call.version)
        confirmed = entry.confirmed_of_visit(judged, place, current)
        soft_checks.note(call.tx, call.attribution, "visit", [(judged | {"version": amended["version"]}, confirmed)])
        if watched(judged, current):
            safety_watch.of_visits(call.tx, [record_id])
        return amended


past.publish(namespace, "/visits", "visit", Visit, derives="visit")
