"""The headers that requests carry and answers bring, each said once."""

from __future__ import annotations

from typing import Any

from apispec import APISpec

SENT: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {
        "required": True,
        "description": "Made up by the client for this one request: a repeat with it gets the first answer again",
        "schema": {"type": "string", "pattern": "^[!-~]{8,128}$", "examples": ["5f0c9a52-4c37-4e7e-8f8b-2f1f0f3f7a10"]},
    },
    "If-Match": {
        "required": True,
        "description": "ETag of the version that the change was made from; what follows the version's number is not compared",
        "schema": {"type": "string", "pattern": '^"[0-9]{1,9}([.][0-9a-f]{8})?"$', "examples": ['"1"', '"1.9f86d081"']},
    },
    "X-Change-Reason": {
        "required": True,
        "description": "Why the record is changed; kept in the audit",
        "schema": {"type": "string", "minLength": 3, "maxLength": 500, "examples": ["Typing error in the source"]},
    },
    "If-None-Match": {
        "required": False,
        "description": "ETag of the answer that the client holds: 304 while it is the present one",
        "schema": {"type": "string"},
    },
    "Range": {
        "required": False,
        "description": "The part of the file that is wanted, to resume a download",
        "schema": {"type": "string", "examples": ["bytes=1048576-"]},
    },
    "X-Request-Id": {
        "required": False,
        "description": "Runs through answer, log and audit: 8 to 64 of A-Z a-z 0-9 . _ -; another form is replaced",
        "schema": {"type": "string"},
    },
}
BROUGHT: dict[str, dict[str, Any]] = {
    "ETag": {
        "required": True,
        "description": "Version of the record, for If-Match; of an answer with derived values, which change without the version, "
        "with eight digits of their SHA-256",
        "schema": {"type": "string", "examples": ['"1"', '"1.9f86d081"']},
    },
    "Location": {
        "description": "Where to ask how far it is",
        "schema": {"type": "string", "examples": ["/v1/extracts/0198c5a0-4444-7000-8000-000000000004"]},
    },
    "Link": {
        "description": 'The next page, with rel="next"; absent on the last',
        "schema": {"type": "string", "examples": ['</v1/studies/JAKI-JDM/visits?cursor=eyJ>; rel="next"']},
    },
    "X-Request-Id": {"required": True, "description": "Id of this request", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "`true` where the request had been done before",
        "schema": {"type": "string", "const": "true"},
    },
    "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 0}},
    "WWW-Authenticate": {"description": "How to authenticate (RFC 6750)", "schema": {"type": "string"}},
}


def declare(spec: APISpec) -> None:
    """Add the components that operations refer to."""
    for name, header in SENT.items():
        spec.components.parameter(name, "header", header)
    for name, header in BROUGHT.items():
        spec.components.header(name, header)


def headers_named(*names: str) -> dict[str, dict[str, str]]:
    """Refer to headers of an answer."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
