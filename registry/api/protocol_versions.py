"""Protocol versions: a study's definition, whole and never edited; what differs between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import protocol_versions, records, studies
from registry.db.transaction import Image, Transaction
from registry.domain import protocol_differences
from registry.problems import AlreadyRecorded, BrokenRule, CursorNotUnderstood, NoSuchRecord, RulesBroken
from registry.schemas.audit import FieldChange
from registry.schemas.protocol_versions import ProtocolNumbers, ProtocolVersion
from registry.schemas.queries import Page

namespace = Namespace("protocol_versions")

NOTHING_NEW = BrokenRule(
    "", "nothing_new", "The newest version of this study says the same, but for its number and summary."
)
NO_SITE = "There is no site with this code."
NAMES_THE_VERSION = ("number", "summary")


@namespace.route("/studies/<study>/protocol-versions")
class ProtocolVersions(Resource):  # type: ignore[misc]
    """The protocol versions of a study."""

    @contract(
        may="protocol_version.read",
        gives=ProtocolVersion,
        many=True,
        asks=Page,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the protocol versions of a study."""
        return page_of_records(call, "protocol_version", study_id=studies.id_of(call.tx, study))

    @contract(
        may="protocol_version.define",
        takes=ProtocolVersion,
        gives=ProtocolVersion,
        status=201,
        kind="protocol_version",
        problems=(NoSuchRecord, AlreadyRecorded),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Define the next version of a study's protocol, which is never edited."""
        return define(call.tx, studies.id_of(call.tx, study), call.body)


@namespace.route("/protocol-versions/<uuid:record_id>")
class OneProtocolVersion(Resource):  # type: ignore[misc]
    """A protocol version."""

    @contract(may="protocol_version.read", gives=ProtocolVersion, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a protocol version."""
        return protocol_versions.read(call.tx, record_id)


@namespace.route("/studies/<study>/protocol-differences")
class ProtocolDifferences(Resource):  # type: ignore[misc]
    """What differs between two versions of a study's protocol."""

    @contract(may="protocol_version.read", gives=FieldChange, many=True, asks=ProtocolNumbers, problems=(NoSuchRecord,))
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """Tell field by field what differs between two versions of a protocol."""
        study_id = studies.id_of(call.tx, study)
        old, new = (protocol_versions.numbered(call.tx, study_id, call.query[name]) for name in ("from", "to"))
        return [
            {"field": change.pointer, "old": change.old, "new": change.new}
            for change in protocol_differences.between(old, new)
        ]


def define(tx: Transaction, study_id: str, body: Mapping[str, Any]) -> Image:
    """Keep the next version of a study's protocol.

    Raises:
        RulesBroken: it says what the newest version says, or names a site that is not there.
        psycopg.errors.UniqueViolation: the study has a version with this number.
    """
    protocol_versions.hold(tx, study_id)
    newest = protocol_versions.newest(tx, study_id)
    broken = [*sites_not_there(tx, body), *([NOTHING_NEW] if newest and says_nothing_new(body, newest) else [])]
    if broken:
        raise RulesBroken(*broken)
    return records.record(tx, "protocol_version", {**body, "study_id": study_id})


def says_nothing_new(body: Mapping[str, Any], newest: Mapping[str, Any]) -> bool:
    """Tell whether a definition says what the newest version says, but for number and summary."""
    content = {name: value for name, value in body.items() if name not in NAMES_THE_VERSION}
    return amendments.unchanged(content, newest)


def sites_not_there(tx: Transaction, body: Mapping[str, Any]) -> list[BrokenRule]:
    """Name each document of a definition whose site does not exist."""
    known = {row["code"] for row in tx.every("select code from site")}
    return [
        BrokenRule(f"/consent_documents/{index}/site_code", "no_such_site", NO_SITE)
        for index, document in enumerate(body["consent_documents"])
        if document.get("site_code") is not None and document["site_code"] not in known
    ]


past.publish(namespace, "/protocol-versions", "protocol_version", ProtocolVersion)
