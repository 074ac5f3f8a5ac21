"""The files of an extract: found whole, sent in parts where that is asked for, and each sending an event of the audit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Response, current_app, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from registry.api import extract_orders
from registry.api.contract import Call
from registry.api.identity import EVERY_SITE
from registry.db import extracts
from registry.permissions import Role
from registry.problems import ExtractGone, ExtractNotReady, NoSuchRecord, ProfileNotAllowed, RangeNotSatisfiable

WHOLE = "extract.zip"
MEDIA: Mapping[str, str] = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".md": "text/markdown",
    ".R": "text/x-r",
    ".zip": "application/zip",
    ".parquet": "application/vnd.apache.parquet",
    ".xpt": "application/x-sas-xport",
    ".dta": "application/x-stata-dta",
    ".sav": "application/x-spss-sav",
}
SENT = (200, 206)
ONE_PART = re.compile("bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-[0-9]{1,18})", re.IGNORECASE)


def sent(call: Call, extract: Mapping[str, Any], name: str) -> Response:
    """Send a file of an extract, or the part that is asked for, and keep that as an event where bytes are sent.

    Raises:
        ProfileNotAllowed: it is not given to these roles any more. ExtractNotReady: it is not complete.
        ExtractGone: its files are not all there. NoSuchRecord: it has no such file. RangeNotSatisfiable: nor such a part.
    """
    try:
        _still_given(call, extract)
    except ProfileNotAllowed as problem:
        extracts.note_refusal(call.tx, problem.slug(), id=extract["id"])
        call.tx.commit()
        raise
    found = files_of(extract)
    if name not in found:
        raise NoSuchRecord
    path, named = found[name], f"extract-{extract['id']}.zip" if name == WHOLE else name
    media, etag = MEDIA[path.suffix], _sha256(extract, name)
    if not _asks_for_one_part(request.headers.get("Range", "")):
        request.environ.pop("HTTP_RANGE", None)
    try:
        response: Response = send_file(path, media, as_attachment=True, download_name=named, etag=etag)
    except RequestedRangeNotSatisfiable:
        raise RangeNotSatisfiable(headers={"Content-Range": f"bytes */{path.stat().st_size}"}) from None
    response.headers["Cache-Control"] = "no-store"
    if response.status_code in SENT and request.method == "GET":
        extracts.note_download(call.tx, extract, name)
        call.tx.commit()
    return response


def files_of(extract: Mapping[str, Any]) -> dict[str, Path]:
    """Find the files of an extract, in their full size."""
    if extract["state"] == "expired":
        raise ExtractGone
    if extract["state"] != "complete":
        raise ExtractNotReady(state=extract["state"], failure=extract.get("failure"))
    folder = current_app.extensions["registry"].settings.extracts / extract["id"]
    listed = {file["name"]: folder / file["name"] for file in extract["files"]}
    sizes = {file["name"]: file["bytes"] for file in extract["files"]}
    if any(not path.is_file() or path.stat().st_size != sizes[name] for name, path in listed.items()):
        raise ExtractGone
    return listed


def _still_given(call: Call, extract: Mapping[str, Any]) -> None:
    """Let an extract leave only by roles that could order it today; an auditor reads each that tells no treatment."""
    by, sites = call.attribution, extract.get("sites") or [EVERY_SITE]
    allowed = extract_orders.profiles_of(by, sites)
    audited = Role.AUDITOR in by.role.split(",") and not extract["unblinded"]
    if extract["profile"] not in allowed and not audited:
        raise ProfileNotAllowed(allowed=list(allowed))


def _asks_for_one_part(asked: str) -> bool:
    """Tell whether one part is asked for as RFC 9110 has it; who asks in another way is sent the whole."""
    found = ONE_PART.fullmatch(asked.strip())
    return found is not None and not (found[2] and int(found[2]) < int(found[1]))


def _sha256(extract: Mapping[str, Any], name: str) -> str:
    return next(str(file["sha256"]) for file in extract["files"] if file["name"] == name)
