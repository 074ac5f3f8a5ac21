"""The schedule: what is due, overdue or missed today, at which site, and what departs from the protocol."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import lists
from registry.api.contract import Call, contract
from registry.db import records, schedule, studies
from registry.db.records import Window
from registry.db.schedule import Asked
from registry.db.transaction import Image, Transaction
from registry.problems import CursorNotUnderstood, NoSuchRecord
from registry.schemas.schedule import ExpectedVisit, ScheduleDeviations, ScheduleFilters

namespace = Namespace("schedule")
FILTERS = ("site_id", "participant_id", "event", "from_date", "to_date", "status", "incomplete")


@namespace.route("/schedule")
class Schedule(Resource):  # type: ignore[misc]
    """The schedule of every study."""

    @contract(
        may="schedule.read",
        gives=ExpectedVisit,
        many=True,
        asks=ScheduleFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List the visits that are due, overdue or soon upcoming, or those asked for."""
        filters = asked_filters(call)
        return lists.page(
            call, lambda window: schedule.page(call.tx, asked(call, window, filters)), place=schedule.place
        )


@namespace.route("/participants/<uuid:record_id>/schedule")
class ScheduleOfParticipant(Resource):  # type: ignore[misc]
    """The schedule of a participant."""

    @contract(may="schedule.read", gives=ExpectedVisit, many=True, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> list[dict[str, Any]]:
        """Read the whole schedule of a participant."""
        return schedule.of_participant(call.tx, str(record_id))


def study_again(tx: Transaction, study: Image) -> Image:
    """Give what a repeated detection found: what departs from the schedule now, all of it noted by the first."""
    return study | schedule.detect_deviations(tx, study["id"])


@namespace.route("/studies/<study>/protocol-deviations:detect")
class DetectedDeviations(Resource):  # type: ignore[misc]
    """What departs from the schedule of a study."""

    @contract(
        may="protocol_deviation.detect",
        gives=ScheduleDeviations,
        kind="study",
        problems=(NoSuchRecord,),
        again=study_again,
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Note every missed visit, and every visit out of its window, as a protocol deviation, once."""
        record = records.read(call.tx, "study", studies.id_of(call.tx, study))
        return record | schedule.detect_deviations(call.tx, record["id"])


def asked_filters(call: Call) -> dict[str, Any]:
    """Give the filters of a request, the study by its id."""
    code = call.query.get("study")
    study = {"study": studies.id_of(call.tx, code)} if code is not None else {}
    return study | {name: call.query.get(name) for name in FILTERS}


def asked(call: Call, window: Window, filters: dict[str, Any]) -> Asked:
    """Give what is asked of the schedule; the sites are named where they are few, so that their index serves."""
    sites = call.attribution.sites
    return Asked(window.limit, window.after, None if sites == "*" else sites.split(","), filters)
