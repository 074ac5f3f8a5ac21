"""Consents: what was agreed to, and its withdrawal."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past, recording
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.problems import CursorNotUnderstood, NoSuchRecord
from registry.schemas.consents import Consent
from registry.schemas.queries import ParticipantRecordFilters

namespace = Namespace("consents")


@namespace.route("/studies/<study>/consents")
class Consents(Resource):  # type: ignore[misc]
    """The consents of a study."""

    @contract(
        may="consent.read",
        gives=Consent,
        many=True,
        asks=ParticipantRecordFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the consents of a study."""
        return page_of_records(call, "consent", study_id=studies.id_of(call.tx, study))

    @contract(may="consent.record", takes=Consent, gives=Consent, status=201, kind="consent", problems=(NoSuchRecord,))
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Record a consent."""
        return recording.of_participant(call, "consent", study)


@namespace.route("/consents/<uuid:record_id>")
class OneConsent(Resource):  # type: ignore[misc]
    """A consent."""

    @contract(may="consent.read", gives=Consent, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a consent."""
        return records.read(call.tx, "consent", record_id)

    @contract(may="consent.amend", takes=Consent, gives=Consent, amends=True, problems=(NoSuchRecord,))
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace a consent."""
        return amendments.amend(call, "consent", record_id)


past.publish(namespace, "/consents", "consent", Consent)
