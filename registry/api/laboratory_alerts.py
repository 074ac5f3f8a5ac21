"""Laboratory alerts: the work list, one alert, its acknowledgement, and the laboratory safety of a participant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import lists, past
from registry.api.contract import Call, contract
from registry.api.derived import course_of
from registry.db import courses, laboratory_alerts, records, studies
from registry.db.transaction import Image
from registry.domain import laboratory_overview
from registry.domain.laboratory_alert import LABORATORY_ALERT
from registry.problems import (
    CursorNotUnderstood,
    NoSuchRecord,
    StudyConstantsRefused,
    TransitionNotAllowed,
    VersionStale,
)
from registry.schemas.laboratory_alerts import (
    LaboratoryAlert,
    LaboratoryAlertAcknowledgement,
    LaboratoryAlertFilters,
    ListedLaboratoryAlert,
)
from registry.schemas.laboratory_safety import LaboratorySafety

namespace = Namespace("laboratory_alerts")


def acknowledged(call: Call, record_id: str) -> Image:
    """Keep that somebody looked at an alert, and what follows; who acknowledged first stays.

    Raises:
        NoSuchRecord: there is none. TransitionNotAllowed: it is resolved.
        VersionStale: it tells something else by now than what was looked at.
    """
    alert = laboratory_alerts.held(call.tx, record_id)
    if alert["status"] == "acknowledged":
        return alert
    status = LABORATORY_ALERT.after(alert["status"], "acknowledge")
    if alert["version"] != call.body["alert_version"]:
        raise VersionStale
    said = {"comment": call.body["comment"], "acknowledged_by": call.actor.account_id}
    call.tx.attribute(replace(call.attribution, reason=call.body["comment"]))
    values = said | {"status": status, "acknowledged_at": datetime.now(UTC)}
    return records.amend(call.tx, "laboratory_alert", alert["id"], alert["version"], values)


@namespace.route("/studies/<study>/laboratory-alerts")
class LaboratoryAlerts(Resource):  # type: ignore[misc]
    """The laboratory alerts of a study."""

    @contract(
        may="laboratory_alert.read",
        gives=ListedLaboratoryAlert,
        many=True,
        asks=LaboratoryAlertFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the laboratory alerts of a study that wait, or those asked for: the most urgent first, then the oldest."""
        study_id = studies.id_of(call.tx, study)
        return lists.page(
            call,
            lambda window: laboratory_alerts.page(call.tx, window),
            place=laboratory_alerts.place,
            study_id=study_id,
        )


@namespace.route("/laboratory-alerts/<uuid:record_id>")
class OneLaboratoryAlert(Resource):  # type: ignore[misc]
    """A laboratory alert."""

    @contract(may="laboratory_alert.read", gives=ListedLaboratoryAlert, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a laboratory alert."""
        return laboratory_alerts.read(call.tx, record_id)


@namespace.route("/laboratory-alerts/<uuid:record_id>/acknowledgement")
class LaboratoryAlertAcknowledged(Resource):  # type: ignore[misc]
    """Somebody's note of a laboratory alert."""

    @contract(
        may="laboratory_alert.acknowledge",
        takes=LaboratoryAlertAcknowledgement,
        gives=LaboratoryAlert,
        kind="laboratory_alert",
        problems=(NoSuchRecord, TransitionNotAllowed, VersionStale),
    )
    def post(self, call: Call, record_id: str) -> dict[str, Any]:
        """Acknowledge a laboratory alert and say what follows; who acknowledged first stays."""
        return acknowledged(call, record_id)


@namespace.route("/participants/<uuid:record_id>/laboratory-safety")
class LaboratorySafetyOfParticipant(Resource):  # type: ignore[misc]
    """The laboratory safety of a participant."""

    @contract(may="laboratory_alert.read", gives=LaboratorySafety, problems=(NoSuchRecord, StudyConstantsRefused))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a participant's results with grades, baseline, shifts, trends and holds, with filtration rates and growth."""
        return laboratory_overview.told(course_of(courses.of_participant(call.tx, str(record_id))))


past.publish(namespace, "/laboratory-alerts", "laboratory_alert", LaboratoryAlert)
