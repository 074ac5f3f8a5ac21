"""Documents of consent and assent of a study: defined, amended as far as what they are stays the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, identity, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.db.consent_documents import IDENTITY
from registry.problems import AlreadyRecorded, BrokenRule, CursorNotUnderstood, NoSuchRecord, RulesBroken, VersionStale
from registry.schemas.consent_documents import ConsentDocument, ConsentDocumentFilters

namespace = Namespace("consent_documents")
FIXED = "A document stays what it is: mark it as entered in error, and define another."
NOT_YOUR_SITE = BrokenRule(
    "/site_id", "not_your_site", "Name a site where you may do this; you may not for every site."
)


@namespace.route("/studies/<study>/consent-documents")
class ConsentDocuments(Resource):  # type: ignore[misc]
    """The documents of consent and assent of a study."""

    @contract(
        may="consent_document.read",
        gives=ConsentDocument,
        many=True,
        asks=ConsentDocumentFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the documents of consent and assent of a study."""
        return page_of_records(call, "consent_document", study_id=studies.id_of(call.tx, study))

    @contract(
        may="consent_document.define",
        takes=ConsentDocument,
        gives=ConsentDocument,
        status=201,
        kind="consent_document",
        problems=(NoSuchRecord, AlreadyRecorded),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Define a document of consent or assent."""
        check_site(call, call.body["site_id"])
        return records.record(call.tx, "consent_document", {**call.body, "study_id": studies.id_of(call.tx, study)})


@namespace.route("/consent-documents/<uuid:record_id>")
class OneConsentDocument(Resource):  # type: ignore[misc]
    """A document of consent or assent."""

    @contract(may="consent_document.read", gives=ConsentDocument, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a document of consent or assent."""
        return records.read(call.tx, "consent_document", record_id)

    @contract(
        may="consent_document.define",
        takes=ConsentDocument,
        gives=ConsentDocument,
        amends=True,
        problems=(NoSuchRecord, AlreadyRecorded),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace when a document is valid, what it asks about, or mark it as entered in error."""
        current = records.read(call.tx, "consent_document", record_id)
        check_site(call, current.get("site_id"))
        check_identity(call, current)
        return amendments.amend(call, "consent_document", record_id)


def check_site(call: Call, site_id: str | None) -> None:
    """Refuse who may define documents at some sites only, and names none of them."""
    sites = call.attribution.sites
    if sites != identity.EVERY_SITE and site_id not in sites.split(","):
        raise RulesBroken(NOT_YOUR_SITE)


def check_identity(call: Call, current: Mapping[str, Any]) -> None:
    """Refuse to make a document another one, which consents to it would then be to."""
    if current["version"] != call.version:
        raise VersionStale
    moved = [BrokenRule(f"/{name}", "fixed", FIXED) for name in IDENTITY if call.body[name] != current.get(name)]
    if moved:
        raise RulesBroken(*moved)


past.publish(namespace, "/consent-documents", "consent_document", ConsentDocument)
