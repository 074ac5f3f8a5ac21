"""Write an answer: JSON with exact numbers, the record's version as its ETag, and nothing kept by caches."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, g

from registry.db.transaction import as_json
from registry.problems import Problem

PROBLEM_JSON = "application/problem+json"


def answer(
    body: Any, status: int = 200, *, version: int | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Give a JSON answer; `version` becomes the strong ETag, with what stands in the body and changes without it."""
    response = Response(as_json(body), status, mimetype="application/json")
    if version is not None:
        response.set_etag(tag(version, body.get("derived"), body.get("signatures") or body.get("progress")))
    response.headers.update(headers or {})
    return response


def tag(version: int, derived: Any, others: Any = None) -> str:
    """Give the ETag of a version; what stands beside it (derived values, and signatures or progress) changes without it: eight
    digits of its SHA-256 follow.
    """
    if derived is None and not others:
        return str(version)
    beside = as_json([derived, others]) if others else as_json(derived)
    return f"{version}.{hashlib.sha256(beside.encode()).hexdigest()[:8]}"


def problem_answer(problem: Problem) -> Response:
    """Give the answer of a refusal: RFC 9457, with the request id that the log and the audit carry."""
    body = problem.as_json() | {"instance": f"urn:request:{g.get('request_id', '-')}"}
    response = Response(as_json(body), problem.status, mimetype=PROBLEM_JSON)
    response.headers.update(problem.headers)
    return response
