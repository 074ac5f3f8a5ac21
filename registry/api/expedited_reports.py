"""The expedited report of a serious event, as data or as the message; each one given out is an event of the audit."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from flask import Response
from flask_restx import Namespace, Resource

from registry.api.contract import Call, contract
from registry.db import codings, expedited_reports
from registry.domain.icsr import check, message, report
from registry.domain.icsr.case import Case
from registry.problems import NoSuchRecord, NotSerious
from registry.schemas.expedited_reports import RECEIVER, ExpeditedReport, ExpeditedReportQuery

namespace = Namespace("expedited_reports")
STANDARD = "ICH E2B(R3)"
XML = "text/xml"


@namespace.route("/adverse-events/<uuid:record_id>/expedited-report")
class ExpeditedReportOfEvent(Resource):  # type: ignore[misc]
    """The expedited report of an adverse event."""

    @contract(may="expedited_report.read", gives=ExpeditedReport, problems=(NoSuchRecord, NotSerious))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read the expedited report of a serious event as data, element by element."""
        return as_data(call, case_of(call, str(record_id)))


@namespace.route("/adverse-events/<uuid:record_id>/expedited-report/message")
class ExpeditedReportMessage(Resource):  # type: ignore[misc]
    """The expedited report of an adverse event as a message."""

    @contract(may="expedited_report.read", asks=ExpeditedReportQuery, problems=(NoSuchRecord, NotSerious))
    def get(self, call: Call, record_id: str) -> Response:
        """Download the expedited report of a serious event as an XML message."""
        return as_message(call, case_of(call, str(record_id)))


def case_of(call: Call, event_id: str) -> Case:
    """Read the case of an event; raises NoSuchRecord, and NotSerious where there is nothing to report."""
    known = expedited_reports.read(call.tx, event_id)
    coded = codings.terms_of(call.tx, [event_id]).get(event_id)
    receiver = call.query.get("receiver") or RECEIVER
    case = Case(**known, coded=coded, made_at=datetime.now(UTC).replace(microsecond=0), receiver=receiver)
    if not case.serious:
        raise NotSerious
    return case


def as_message(call: Call, case: Case) -> Response:
    """Give the message, once it is noted that it was given out."""
    _note(call, case, "xml")
    call.tx.commit()
    name = f"expedited-report-{case.event['id']}-{case.event['version']}.xml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(message.written(report.report(case), receiver=case.receiver), mimetype=XML, headers=headers)


def _note(call: Call, case: Case, form: str) -> None:
    told = {"adverse_event_id": case.event["id"], "event_version": case.event["version"], "format": form}
    expedited_reports.note(call.tx, told)


def as_data(call: Call, case: Case) -> dict[str, Any]:
    """Give the report with what was checked of it, and note that it was given out."""
    _note(call, case, "json")
    elements = report.report(case)
    faults = check.faults(elements)
    validation = {
        "complete": not faults,
        "faults": [asdict(fault) for fault in faults],
        "checked": list(check.CHECKED),
        "not_checked": list(check.NOT_CHECKED),
    }
    return {
        "adverse_event_id": case.event["id"],
        "event_version": case.event["version"],
        "assessment_version": (case.assessment or {}).get("version"),
        "made_at": case.made_at.isoformat(),
        "standard": STANDARD,
        "expedited": case.classification.expedited,
        "provisional": case.classification.provisional,
        "elements": elements,
        "validation": validation,
    }
