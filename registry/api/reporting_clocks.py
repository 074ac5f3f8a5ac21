"""Reporting clocks: the work list by urgency, those of an event, and how each stands now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import lists, past
from registry.api.contract import Call, contract
from registry.db import reporting_clocks, studies
from registry.db.records import Window
from registry.db.reporting_clocks import Asked
from registry.db.transaction import Image
from registry.domain.clock_standing import standing
from registry.domain.reporting_clocks import REPORTING_CLOCK, moment
from registry.problems import CursorNotUnderstood, NoSuchRecord
from registry.schemas.reporting_clocks import ReportingClock, ReportingClockFilters

namespace = Namespace("reporting_clocks")
FILTERS = ("status", "kind", "site_id", "overdue", "due_before")


def told(clock: Image, now: datetime) -> Image:
    """Give a clock with how it stands."""
    stands = standing(
        clock["status"],
        datetime.fromisoformat(clock["due_at"]),
        moment(clock.get("submitted_at")),
        clock["time_zone"],
        now,
        moment(clock.get("overdue_at")),
    )
    return clock | {name: getattr(stands, name) for name in ("due_at_site", "hours_left", "overdue", "met")}


def work_list(call: Call, study: str) -> list[Image]:
    """Give a page of a study's clocks, the most urgent first; those that run, unless another state is asked for."""
    now = datetime.now(UTC)
    filters = {name: call.query.get(name) for name in FILTERS} | {"study_id": studies.id_of(call.tx, study)}
    filters["status"] = filters["status"] or REPORTING_CLOCK.first

    def read(window: Window) -> list[Image]:
        return reporting_clocks.page(call.tx, Asked(window.limit, now, window.after, filters))

    return [told(clock, now) for clock in lists.page(call, read, place=reporting_clocks.place)]


@namespace.route("/studies/<study>/reporting-clocks")
class ReportingClocks(Resource):  # type: ignore[misc]
    """The reporting clocks of a study."""

    @contract(
        may="reporting_clock.read",
        gives=ReportingClock,
        many=True,
        asks=ReportingClockFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the reporting clocks of a study, the most urgent first; those that run, unless told."""
        return work_list(call, study)


@namespace.route("/reporting-clocks/<uuid:record_id>")
class OneReportingClock(Resource):  # type: ignore[misc]
    """A reporting clock."""

    @contract(may="reporting_clock.read", gives=ReportingClock, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a reporting clock, with how it stands now."""
        now = datetime.now(UTC)
        return told(reporting_clocks.read(call.tx, str(record_id), now), now)


@namespace.route("/adverse-events/<uuid:record_id>/reporting-clocks")
class ReportingClocksOfEvent(Resource):  # type: ignore[misc]
    """The reporting clocks of an adverse event."""

    @contract(may="reporting_clock.read", gives=ReportingClock, many=True, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> list[dict[str, Any]]:
        """List every reporting clock of an adverse event, whatever its state."""
        now = datetime.now(UTC)
        return [told(clock, now) for clock in reporting_clocks.of_event(call.tx, str(record_id), now)]


past.publish(namespace, "/reporting-clocks", "reporting_clock", ReportingClock)
