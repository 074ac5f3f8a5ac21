"""Protocol activations: from which day a version is in force at a site, or at every site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import consent_documents, protocol_activations, protocol_versions, records, studies
from registry.db.transaction import Image, Transaction
from registry.problems import AlreadyRecorded, BrokenRule, CursorNotUnderstood, NoSuchRecord, RulesBroken, VersionStale
from registry.schemas.protocol_activations import ProtocolActivation, ProtocolActivationFilters

namespace = Namespace("protocol_activations")

NO_VERSION = BrokenRule(
    "/protocol_version_id", "no_such_protocol_version", "There is no such protocol version of this study."
)
NOT_YOUR_SITE = BrokenRule(
    "/site_id", "not_your_site", "Name a site where you may do this; you may not for every site."
)
IN_FORCE = BrokenRule(
    "/effective_from",
    "in_force",
    "The version is in force already: mark this as entered in error, or activate another.",
)
PAST = BrokenRule("/effective_from", "in_the_past", "A planned day may be moved to today or later, not into the past.")
FIXED = {
    "protocol_version_id": BrokenRule(
        "/protocol_version_id", "fixed", "An activation stays with its protocol version."
    ),
    "site_id": BrokenRule(
        "/site_id", "fixed", "An activation stays with its site: mark it as entered in error instead."
    ),
}


@namespace.route("/studies/<study>/protocol-activations")
class ProtocolActivations(Resource):  # type: ignore[misc]
    """Where the versions of a study's protocol are in force."""

    @contract(
        may="protocol_activation.read",
        gives=ProtocolActivation,
        many=True,
        asks=ProtocolActivationFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List from which day the versions of a study's protocol are in force, and where."""
        return page_of_records(call, "protocol_activation", study_id=studies.id_of(call.tx, study))

    @contract(
        may="protocol_activation.define",
        takes=ProtocolActivation,
        gives=ProtocolActivation,
        status=201,
        kind="protocol_activation",
        problems=(NoSuchRecord, AlreadyRecorded),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Put a protocol version in force from a day on, at a site or at every site."""
        study_id = studies.id_of(call.tx, study)
        check_site(call, call.body["site_id"])
        return activate(call.tx, study_id, call.body)


@namespace.route("/protocol-activations/<uuid:record_id>")
class OneProtocolActivation(Resource):  # type: ignore[misc]
    """A protocol version in force somewhere."""

    @contract(may="protocol_activation.read", gives=ProtocolActivation, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read from which day a protocol version is in force, and where."""
        return records.read(call.tx, "protocol_activation", record_id)

    @contract(
        may="protocol_activation.define",
        takes=ProtocolActivation,
        gives=ProtocolActivation,
        amends=True,
        problems=(NoSuchRecord, AlreadyRecorded),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Move the day of a version that is not in force yet, or mark an activation as entered in error."""
        current = records.read(call.tx, "protocol_activation", record_id)
        protocol_versions.hold(call.tx, current["study_id"])
        check_site(call, current.get("site_id"))
        check_amendment(call, current)
        amended = amendments.amend(call, "protocol_activation", record_id)
        protocol_activations.tell_study(call.tx, current["study_id"])
        return amended


def activate(tx: Transaction, study_id: str, body: Mapping[str, Any]) -> Image:
    """Put a version of the study in force from a day on; the study's record then names it.

    Raises:
        RulesBroken: the study has no such version, or has one of its documents otherwise.
        psycopg.errors.UniqueViolation: the version has a day at this site already.
    """
    protocol_versions.hold(tx, study_id)
    try:
        version = protocol_versions.read(tx, body["protocol_version_id"])
    except NoSuchRecord:
        raise RulesBroken(NO_VERSION) from None
    if version["study_id"] != study_id:
        raise RulesBroken(NO_VERSION)
    image = records.record(tx, "protocol_activation", {**body, "study_id": study_id})
    bring_documents(tx, study_id, version, body["site_id"])
    protocol_activations.tell_study(tx, study_id)
    return image


def bring_documents(tx: Transaction, study_id: str, version: Mapping[str, Any], site_id: str | None) -> None:
    """Keep the documents of consent that a version brings to where it comes into force.

    Raises:
        RulesBroken: the study has one of them otherwise.
    """
    documents: list[Mapping[str, Any]] = version["consent_documents"]
    if site_id is not None:
        code = records.read(tx, "site", site_id)["code"]
        everywhere = protocol_activations.documents_everywhere(tx, study_id)
        here = [one for one in documents if one.get("site_code") in (None, code) and _names(one) not in everywhere]
        documents = [{**one, "site_code": code} for one in here]
    try:
        consent_documents.bring(tx, study_id, documents)
    except RulesBroken as refused:
        raise RulesBroken(
            *(BrokenRule("/protocol_version_id", one.code, one.detail) for one in refused.errors)
        ) from None


def _names(document: Mapping[str, Any]) -> tuple[str, ...]:
    return document["document_version"], document["kind"], document["language"]


def check_site(call: Call, site_id: str | None) -> None:
    """Refuse who may do this at some sites only, and names none of them."""
    sites = call.attribution.sites
    if sites != "*" and site_id not in sites.split(","):
        raise RulesBroken(NOT_YOUR_SITE)


def check_amendment(call: Call, current: Mapping[str, Any]) -> None:
    """Refuse to change what an activation is about, or a day that is past, today included."""
    if current["version"] != call.version:
        raise VersionStale
    today = protocol_activations.latest_today(call.tx, current.get("site_id"))
    asked, planned = call.body["effective_from"], date.fromisoformat(current["effective_from"])
    broken = [rule for name, rule in FIXED.items() if call.body[name] != current.get(name)]
    if asked != planned and planned <= today:
        broken.append(IN_FORCE)
    elif asked != planned and asked < today:
        broken.append(PAST)
    if broken:
        raise RulesBroken(*broken)


past.publish(namespace, "/protocol-activations", "protocol_activation", ProtocolActivation)
