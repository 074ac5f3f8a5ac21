"""Reports for the monitoring board: one page as of a data cut, open or closed; each reading is an event of the audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, current_app
from flask_restx import Namespace, Resource

from registry.api.contract import Call, contract
from registry.problems import NoSuchRecord, StudyConstantsRefused
from registry.schemas.board_reports import BoardReportAsked

namespace = Namespace("board_reports")
NOTHING_FROM_ELSEWHERE = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; sandbox"


@namespace.route("/studies/<study>/board-report")
class OpenBoardReport(Resource):  # type: ignore[misc]
    """The open report."""

    @contract(may="board_report.read_open", asks=BoardReportAsked, problems=(NoSuchRecord, StudyConstantsRefused))
    def get(self, call: Call, study: str) -> Response:
        """Read the open report for the monitoring board as of a data cut: it tells nothing of blinded treatment."""
        return _answered(call, study, "open")


@namespace.route("/studies/<study>/board-report/closed")
class ClosedBoardReport(Resource):  # type: ignore[misc]
    """The closed report."""

    @contract(may="board_report.read_closed", asks=BoardReportAsked, problems=(NoSuchRecord, StudyConstantsRefused))
    def get(self, call: Call, study: str) -> Response:
        """Read the closed report for the monitoring board as of a data cut: it compares the arms, unblinded."""
        return _answered(call, study, "closed")


def _answered(call: Call, study: str, audience: str) -> Response:
    write: Callable[..., Any] = current_app.extensions["registry"].write_board_report
    cut = call.query["cut"]
    made = write(call.tx, call.attribution, study, cut, audience)
    call.tx.commit()
    headers = {
        "Content-Disposition": f'inline; filename="{study}-{cut}-{audience}.html"',
        "Content-Security-Policy": NOTHING_FROM_ELSEWHERE,
    }
    response = Response(made.content, mimetype="text/html", headers=headers)
    response.set_etag(made.sha256)
    return response
