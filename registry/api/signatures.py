"""Electronic signatures of visits and of whole participants: made, listed, read, verified."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import signing_passwords
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import signatures, studies
from registry.db.transaction import Image
from registry.domain.signing import MEANINGS
from registry.problems import (
    CursorNotUnderstood,
    NoSuchRecord,
    SigningPasswordMissing,
    SigningPaused,
    SigningRefused,
    VersionStale,
    VisitNotComplete,
)
from registry.schemas.signatures import Signature, SignatureFilters, SignatureRequest, SignatureVerification

namespace = Namespace("signatures")


@namespace.route("/signatures")
class Signatures(Resource):  # type: ignore[misc]
    """Signatures of any record."""

    @contract(
        may="signature.sign",
        takes=SignatureRequest,
        gives=Signature,
        status=201,
        kind="signature",
        proves=signing_passwords.authenticate,
        again=signatures.with_standing,
        problems=(
            NoSuchRecord, VersionStale, VisitNotComplete, SigningPasswordMissing, SigningRefused, SigningPaused,
        ),
    )  # fmt: skip
    def post(self, call: Call) -> Image:
        """Sign the present version of a visit, or of a participant with every record."""
        asked = {name: call.body[name] for name in ("record_id", "record_version", "records_sha256", "meaning")}
        asked["statement"] = MEANINGS[call.body["meaning"]]
        return signatures.with_standing(call.tx, signatures.sign(call.tx, call.body["kind"], asked))


@namespace.route("/studies/<study>/signatures")
class SignaturesOfStudy(Resource):  # type: ignore[misc]
    """The signatures of a study."""

    @contract(
        may="signature.read",
        gives=Signature,
        many=True,
        asks=SignatureFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the signatures of a study, each with how it stands."""
        return page_of_records(call, "signature", image=signatures.STANDING, study_id=studies.id_of(call.tx, study))


@namespace.route("/signatures/<uuid:record_id>")
class OneSignature(Resource):  # type: ignore[misc]
    """A signature."""

    @contract(may="signature.read", gives=Signature, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> Image:
        """Read a signature with how it stands."""
        return signatures.read(call.tx, record_id)


@namespace.route("/signatures/<uuid:record_id>/verification")
class Verification(Resource):  # type: ignore[misc]
    """The verification of a signature."""

    @contract(may="signature.read", gives=SignatureVerification, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> Image:
        """Verify a signature: its hash is made again from the audit."""
        return signatures.verify(call.tx, record_id)
