"""What an adverse event happened under: computed at the asking, kept nowhere."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_restx import Namespace, Resource

from registry.api.contract import Call, contract
from registry.db import adverse_events, records
from registry.db.transaction import Image, Transaction
from registry.domain import circumstances
from registry.problems import NoSuchRecord
from registry.schemas.circumstances import Circumstances

namespace = Namespace("circumstances")
INTERVALS = ("doses", "study_product_intakes", "concomitant_medications")


def of_event(tx: Transaction, event_id: str) -> dict[str, Any]:
    """Tell what an event happened under; NoSuchRecord when it is not among those that may be seen."""
    event = records.read(tx, "adverse_event", event_id)
    around = adverse_events.around(tx, event_id, circumstances.AROUND_DAYS)
    named = set(event["concomitant_medication_ids"])
    for one in around["concomitant_medications"]:
        one["linked"] = one["id"] in named
    results = {(one["visit_id"], one["analyte"]) for one in event["laboratory_results"]}
    for one in around["laboratory_results"]:
        one["linked"] = (one["visit_id"], one["analyte"]) in results
    return {
        "adverse_event_id": event_id,
        "event_version": event["version"],
        "moments": [_told(moment, around) for moment in circumstances.moments(event)],
        "visits": around["visits"],
        "laboratory_results": around["laboratory_results"],
    }


def _told(moment: circumstances.Moment, around: Image) -> dict[str, Any]:
    return asdict(moment) | {name: circumstances.in_force(around[name], moment.on) for name in INTERVALS}


@namespace.route("/adverse-events/<uuid:record_id>/circumstances")
class CircumstancesOfEvent(Resource):  # type: ignore[misc]
    """What an adverse event happened under."""

    @contract(may="adverse_event.read", gives=Circumstances, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read what was in force at an event's onset and changes of severity, its visits, and the results around it."""
        return of_event(call.tx, str(record_id))
