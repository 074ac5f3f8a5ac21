"""Read what a request asks beside its body: the path, the query, the version a change was made from, and its reason."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from flask import request

from registry.problems import (
    BrokenRule,
    ChangeReasonMissing,
    MalformedRequest,
    NoSuchRecord,
    VersionMissing,
    VersionStale,
)

ETAG_FORM = re.compile(r'"([0-9]{1,9})(\.[0-9a-f]{8})?"')
REASON_LENGTHS = range(3, 501)


def check_path(path: dict[str, Any]) -> None:
    """Refuse a part of the path that PostgreSQL cannot hold, so that there can be no record of it."""
    if any("\x00" in str(part) for part in path.values()):
        raise NoSuchRecord


def query_arguments() -> dict[str, str]:
    """Give the arguments of the query; none may be given twice."""
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        raise MalformedRequest
    return request.args.to_dict()


def version_asked() -> int:
    """Read If-Match; a star or a list is not taken, because a change names the one version that it was made from."""
    asked = if_match()
    if asked is None:
        raise VersionMissing
    form = ETAG_FORM.fullmatch(asked)
    if form is None:
        raise VersionStale
    return int(form[1])


def if_match() -> str | None:
    """Read If-Match, if it was sent; a bare number is refused with a word on its quotes."""
    asked = request.headers.get("If-Match")
    if asked is not None and asked.strip().isdigit():
        raise MalformedRequest(BrokenRule("", "if_match_without_quotes", 'If-Match is the ETag with its quotes: "3".'))
    return None if asked is None else asked.strip()


def change_reason() -> str:
    """Read the reason for a change; characters beyond ASCII come percent-encoded, for a header cannot carry them."""
    reason = unquote(header_text("X-Change-Reason")).strip()
    if len(reason) not in REASON_LENGTHS or not reason.isprintable():
        raise ChangeReasonMissing
    return reason


def header_text(name: str) -> str:
    """Read a header as UTF-8, which WSGI gives as Latin-1."""
    try:
        return request.headers.get(name, "").encode("latin-1").decode()
    except UnicodeError:
        raise MalformedRequest from None
