"""Documents of consent and assent: found for a study, and brought by a version of its protocol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from registry.db import records
from registry.db.transaction import Transaction, as_json, from_json
from registry.problems import BrokenRule, RulesBroken

IDENTITY = ("document_version", "kind", "language", "site_id")
"""What tells the documents of a study apart."""
CONTENT = ("valid_from", "valid_until", "reconsent_by", "scopes")

OF_STUDY = """
    select audit.image(to_jsonb(d)) as image from consent_document d
    where d.study_id = %(study_id)s and not d.entered_in_error order by d.id"""
SITES = "select code, id::text from site"


def bring(tx: Transaction, study_id: str, documents: Iterable[Mapping[str, Any]]) -> None:
    """Keep the documents of a protocol version that the study has not yet; those that it has stay as they are.

    `documents` are as `ProtocolConsentDocument` accepts them, with `site_code` for the site.

    Raises:
        RulesBroken: a document that the study has would change, or its site is not there.
    """
    known = {identity(image): image for image in tx.images(OF_STUDY, {"study_id": study_id})}
    sites = {row["code"]: row["id"] for row in tx.every(SITES)}
    broken: list[BrokenRule] = []
    for index, document in enumerate(documents):
        pointer = f"/consent_documents/{index}"
        body = _at_site(document, sites)
        if body is None:
            broken.append(BrokenRule(f"{pointer}/site_code", "no_such_site", "There is no site with this code."))
        elif (kept := known.get(identity(body))) is None:
            records.record(tx, "consent_document", {**body, "study_id": study_id})
        elif content(kept) != content(body):
            broken.append(
                BrokenRule(pointer, "document_changed", "The study has this document otherwise; amend it there.")
            )
    if broken:
        raise RulesBroken(*broken)


def identity(document: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give what tells a document apart from others of its study."""
    return tuple(document.get(name) for name in IDENTITY)


def content(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a document says, as JSON has it; the order of the uses says nothing."""
    said: dict[str, Any] = from_json(as_json({name: document.get(name) for name in CONTENT}))
    return said | {"scopes": sorted(said["scopes"])}


def _at_site(document: Mapping[str, Any], sites: Mapping[str, str]) -> dict[str, Any] | None:
    """Give a document with the id of its site; None when there is no such site."""
    body = {name: document.get(name) for name in (*IDENTITY, *CONTENT) if name != "site_id"}
    code = document.get("site_code")
    if code is None:
        return body | {"site_id": None}
    return body | {"site_id": sites[code]} if code in sites else None
