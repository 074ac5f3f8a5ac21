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
    """Give a JSON answer; `version` becomes the strong ETag, together with the derived values that are in the body."""
    response = Response(as_json(body), status, mimetype="application/json")
    if version is not None:
        response.set_etag(tag(version, body.get("derived")))
    response.headers.update(headers or {})
    return response


def tag(version: int, derived: Any) -> str:
    """Give the ETag of a version: derived values change without it, so eight digits of their SHA-256 follow it."""
    if derived is None:
        return str(version)
    return f"{version}.{hashlib.sha256(as_json(derived).encode()).hexdigest()[:8]}"


def problem_answer(problem: Problem) -> Response:
    """Give the answer of a refusal: RFC 9457, with the request id that the log and the audit carry."""
    body = problem.as_json() | {"instance": f"urn:request:{g.get('request_id', '-')}"}
    response = Response(as_json(body), problem.status, mimetype=PROBLEM_JSON)
    response.headers.update(problem.headers)
    return response
