"""Consents: what was agreed to, and its withdrawal."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past, recording
from registry.api.contract import Call, contract
from registry.api.lists import page, page_of_records
from registry.db import consents_due, records, studies
from registry.problems import CursorNotUnderstood, NoSuchRecord
from registry.schemas.consents import Consent
from registry.schemas.consents_due import USUAL_DAYS, ConsentsDue, ConsentsDueFilters
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


@namespace.route("/studies/<study>/consents-due")
class DueConsents(Resource):  # type: ignore[misc]
    """Who needs consent or assent anew."""

    @contract(
        may="consent.read",
        gives=ConsentsDue,
        many=True,
        asks=ConsentsDueFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List who needs consent or assent, anew or because it is in the study without, the first due first."""
        days = call.query.get("days")
        days = USUAL_DAYS if days is None else days
        return page(
            call, lambda window: consents_due.page(call.tx, window, days), study_id=studies.id_of(call.tx, study)
        )


past.publish(namespace, "/consents", "consent", Consent)
