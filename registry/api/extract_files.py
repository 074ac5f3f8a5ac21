"""The files of an extract: found whole, sent in parts where that is asked for, and each sending an event of the audit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Response, current_app, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from registry.api.contract import Call
from registry.db import extracts
from registry.problems import ExtractGone, ExtractNotReady, NoSuchRecord, RangeNotSatisfiable

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


def sent(call: Call, extract: Mapping[str, Any], name: str) -> Response:
    """Send a file of an extract, or the part that is asked for, and keep that as an event where bytes are sent.

    Raises:
        ExtractNotReady: it is not complete. ExtractGone: its files are not all there. NoSuchRecord: it has no such file.
        RangeNotSatisfiable: the file has no such part.
    """
    found = files_of(extract)
    if name not in found:
        raise NoSuchRecord
    path, named = found[name], f"extract-{extract['id']}.zip" if name == WHOLE else name
    media, etag = MEDIA[path.suffix], _sha256(extract, name)
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


def _sha256(extract: Mapping[str, Any], name: str) -> str:
    return next(str(file["sha256"]) for file in extract["files"] if file["name"] == name)
