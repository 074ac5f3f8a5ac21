"""The operations that give a file, which has no record's shape: their media types and answers."""

from __future__ import annotations

from typing import Any

from registry.api.bodies import JSON
from registry.publish.headers import headers_named

MEDIA_TYPES = {
    "download_extract_file": ("text/csv", JSON),
    "download_extract": ("application/zip",),
    "download_adverse_event_message": ("text/xml",),
    "read_board_report": ("text/html",),
    "read_board_report_closed": ("text/html",),
}
RESUMED = frozenset({"download_extract_file"})
"""Operations that answer a part of the file, or nothing where the client holds it already."""


def answers(operation_id: str) -> dict[str, Any]:
    """Describe what an operation gives."""
    whole = {"200": _file(MEDIA_TYPES[operation_id], "The file")}
    if operation_id not in RESUMED:
        return whole
    kept = {"description": "The client holds this file already", "headers": headers_named("ETag", "X-Request-Id")}
    return whole | {"206": _file(MEDIA_TYPES[operation_id], "The part that Range asks for"), "304": kept}


def _file(media_types: tuple[str, ...], said: str) -> dict[str, Any]:
    file = {"type": "string", "format": "binary"}
    content = {media_type: {} if media_type == JSON else {"schema": file} for media_type in media_types}
    return {"description": said, "headers": headers_named("X-Request-Id"), "content": content}
