"""Protocol deviations: reported, found or noted by the registry, then classified and closed."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past, recording
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import protocol_deviations, records, studies
from registry.db.transaction import Image
from registry.domain.protocol_deviations import PROTOCOL_DEVIATION, SETTLED
from registry.permissions import SITE_STAFF
from registry.problems import (
    BrokenRule,
    CursorNotUnderstood,
    NoSuchRecord,
    RecordLocked,
    RulesBroken,
    TransitionNotAllowed,
)
from registry.schemas.protocol_deviations import ProtocolDeviation, ProtocolDeviationFilters

namespace = Namespace("protocol_deviations")

NOT_NEW = BrokenRule("/status", "not_classified", "A new deviation is to be classified; classify it afterwards.")
NOT_DESCRIBED = BrokenRule("/description", "required", "The description tells what happened.")
NOT_THEIR_VISIT = BrokenRule("/visit_id", "no_such_visit", "The participant has no such visit among those you may see.")
AS_NOTED = ("visit_id", "event", "occurred_on", "category")
NOTED = "What the registry noted stays as it noted it; tell more in the description or the assessment."


@namespace.route("/studies/<study>/protocol-deviations")
class ProtocolDeviations(Resource):  # type: ignore[misc]
    """The protocol deviations of a study."""

    @contract(
        may="protocol_deviation.read",
        gives=ProtocolDeviation,
        many=True,
        asks=ProtocolDeviationFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the protocol deviations of a study."""
        return page_of_records(call, "protocol_deviation", study_id=studies.id_of(call.tx, study))

    @contract(
        may="protocol_deviation.record",
        takes=ProtocolDeviation,
        gives=ProtocolDeviation,
        status=201,
        kind="protocol_deviation",
        problems=(NoSuchRecord,),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Report a protocol deviation."""
        _check_new(call)
        return recording.of_participant(call, "protocol_deviation", study)


@namespace.route("/protocol-deviations/<uuid:record_id>")
class OneProtocolDeviation(Resource):  # type: ignore[misc]
    """A protocol deviation."""

    @contract(may="protocol_deviation.read", gives=ProtocolDeviation, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a protocol deviation."""
        return records.read(call.tx, "protocol_deviation", record_id)

    @contract(
        may="protocol_deviation.amend",
        takes=ProtocolDeviation,
        gives=ProtocolDeviation,
        amends=True,
        problems=(NoSuchRecord, TransitionNotAllowed, RecordLocked),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Judge a protocol deviation: classify, close, dismiss or reopen it, or correct it."""
        return judged(call, record_id)


past.publish(namespace, "/protocol-deviations", "protocol_deviation", ProtocolDeviation)


def judged(call: Call, record_id: str) -> Image:
    """Replace a deviation: from state to state, or in the state it is in.

    Raises:
        TransitionNotAllowed: the state is not reached from the present one, or a settled deviation would change otherwise.
        RulesBroken: what the registry noted would be told differently.
    """
    current = records.read(call.tx, "protocol_deviation", record_id)
    amendments.check(call, current)
    if amendments.unchanged(call.body, current):
        return current
    if call.body["status"] != current["status"] or current["status"] in SETTLED:
        PROTOCOL_DEVIATION.reach(current["status"], call.body["status"])
    _check_facts(call, current)
    return records.amend(call.tx, "protocol_deviation", record_id, call.version, call.body)


def _check_new(call: Call) -> None:
    if call.body["status"] != PROTOCOL_DEVIATION.first:
        raise RulesBroken(NOT_NEW)
    site = protocol_deviations.site_of(call.tx, call.body["participant_id"])
    call.body["origin"] = "site" if SITE_STAFF & set(call.attribution.role_at(site).split(",")) else "monitor"
    _check_facts(call, call.body)


def _check_facts(call: Call, current: Image) -> None:
    """Refuse to tell otherwise what the registry noted, a deviation without words, and a visit of somebody else."""
    if current["origin"] == "registry":
        sent = amendments.without_nulls(_as_kept(call.body))
        wrong = [name for name in AS_NOTED if sent.get(name) != current.get(name)]
        raise_any([BrokenRule(f"/{name}", "noted_by_the_registry", NOTED) for name in wrong])
        return
    visit = call.body["visit_id"]
    absent = visit is not None and not protocol_deviations.is_visit_of(call.tx, visit, call.body["participant_id"])
    raise_any(([NOT_THEIR_VISIT] if absent else []) + ([NOT_DESCRIBED] if call.body["description"] is None else []))


def _as_kept(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "occurred_on": body["occurred_on"].isoformat()}


def raise_any(broken: list[BrokenRule]) -> None:
    """Raise RulesBroken where there is any."""
    if broken:
        raise RulesBroken(*broken)
