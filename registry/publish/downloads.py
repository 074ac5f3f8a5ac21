"""The operations that give a file, which has no record's shape: their media types and answers."""

from __future__ import annotations

from typing import Any

from registry.api.bodies import JSON
from registry.api.extract_files import MEDIA
from registry.publish.headers import headers_named

MEDIA_TYPES = {
    "download_extract_file": tuple(dict.fromkeys(MEDIA.values())),
    "download_extract": ("application/zip",),
    "download_adverse_event_message": ("text/xml",),
    "read_board_report": ("text/html",),
    "read_board_report_closed": ("text/html",),
}
HELD = {"read_data_dictionary": ("text/csv", "text/html")}
"""Operations that answer nothing where the client holds the answer already, and in which other media types they answer."""
KEPT = "The client holds this file already"
RESUMED = frozenset({"download_extract_file", "download_extract"})
"""Operations that answer a part of the file, or nothing where the client holds it already."""


def answers(operation_id: str) -> dict[str, Any]:
    """Describe what an operation gives."""
    whole = {"200": _file(MEDIA_TYPES[operation_id], "The file")}
    if operation_id not in RESUMED:
        return whole
    return whole | {"206": _file(MEDIA_TYPES[operation_id], "The part that Range asks for"), "304": _kept()}


def held(operation_id: str, success: dict[str, Any]) -> dict[str, Any]:
    """Describe what an operation gives to those who may hold it already: as it is described, or in other media types."""
    content = success["content"] | _file(HELD[operation_id], "")["content"]
    return {"200": {**success, "headers": headers_named("ETag", "X-Request-Id"), "content": content}, "304": _kept()}


def _kept() -> dict[str, Any]:
    return {"description": KEPT, "headers": headers_named("ETag", "X-Request-Id")}


def _file(media_types: tuple[str, ...], said: str) -> dict[str, Any]:
    file = {"type": "string", "format": "binary"}
    content = {media_type: {} if media_type == JSON else {"schema": file} for media_type in media_types}
    return {"description": said, "headers": headers_named("X-Request-Id"), "content": content}
