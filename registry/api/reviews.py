"""The review of a visit or a participant at a glance, and the work lists of what is due: to be verified, to be signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import lists
from registry.api.contract import Call, contract
from registry.db import data_locks, records, signatures, source_verifications, studies, visits
from registry.db.transaction import Image, Transaction
from registry.problems import CursorNotUnderstood, NoSuchRecord
from registry.schemas.reviews import DueFilters, ParticipantReview, SignatureDue, VerificationDue, VisitReview

namespace = Namespace("reviews")


@namespace.route("/visits/<uuid:record_id>/review")
class ReviewOfVisit(Resource):  # type: ignore[misc]
    """The review of a visit."""

    @contract(may="visit.read", gives=VisitReview, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read what was verified, signed and locked of a visit."""
        visit = visits.read(call.tx, record_id)
        return {
            "visit_id": visit["id"],
            "visit_version": visit["version"],
            "parts": source_verifications.of_visit(call.tx, record_id),
            "signatures": signatures.ask(call.tx, "visit", [record_id]).by_record().get(visit["id"], []),
            "locks": data_locks.of_visit(call.tx, record_id),
        }


@namespace.route("/participants/<uuid:record_id>/review")
class ReviewOfParticipant(Resource):  # type: ignore[misc]
    """The review of a participant."""

    @contract(may="signature.read", gives=ParticipantReview, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read which records a signature of a participant covers, and what was signed and locked."""
        review = signatures.to_sign(call.tx, record_id)
        signed = signatures.ask(call.tx, "participant", [record_id]).by_record()
        return {
            **review,
            "signatures": signed.get(review["participant_id"], []),
            "locks": data_locks.of_participant(call.tx, record_id),
        }


@namespace.route("/studies/<study>/verifications-due")
class VerificationsDue(Resource):  # type: ignore[misc]
    """What is to be compared with the source."""

    @contract(
        may="source_verification.read",
        gives=VerificationDue,
        many=True,
        asks=DueFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[Image]:
        """List the complete visits with forms that are not verified as they stand."""
        return due(call, study, source_verifications.due)


@namespace.route("/studies/<study>/signatures-due")
class SignaturesDue(Resource):  # type: ignore[misc]
    """What is to be signed."""

    @contract(
        may="signature.read",
        gives=SignatureDue,
        many=True,
        asks=DueFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[Image]:
        """List the complete visits whose present version is not signed, and signed participants that have changed since."""
        return due(call, study, signatures.due)


def due(call: Call, study: str, read: Callable[[Transaction, Mapping[str, Any]], list[Image]]) -> list[Image]:
    """Give a page of a work list."""
    asked = {name: call.query.get(name) for name in ("site_id", "participant_id")}
    asked["study_id"] = studies.id_of(call.tx, study)
    return lists.page(
        call,
        lambda window: read(call.tx, asked | {"after": window.after or records.FIRST, "limit": window.limit}),
    )
