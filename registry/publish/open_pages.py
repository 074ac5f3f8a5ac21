"""The pages that are open to everyone, which have no contract: health, metrics and the document itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registry.api import pages
from registry.publish.headers import headers_named
from registry.publish.shapes import sentence_of

TAG = "service"
SENTENCE = "What is open to everyone: health, metrics and this document."
LIVE = {
    "type": "object",
    "properties": {"status": {"type": "string", "const": "live"}},
    "required": ["status"],
}
READY = {
    "type": "object",
    "properties": {
        "ready": {"type": "boolean", "description": "Whether requests can be served"},
        "database": {"type": "string", "description": "Reached, not reached, or its clock differs"},
        "migration": {"type": ["string", "null"], "description": "Newest migration that the database has"},
        "clock_skew_seconds": {"type": ["number", "null"], "description": "Between this service and its database"},
        "broken_randomisation_lists": {
            "type": "array",
            "items": {"type": "string", "format": "uuid"},
            "description": "Lists whose seal did not hold, or that were not used in order, when this process started",
        },
    },
    "required": ["ready", "database", "migration", "clock_skew_seconds", "broken_randomisation_lists"],
}
TEXT = {"type": "string"}


def described() -> Iterator[tuple[str, dict[str, Any]]]:
    """Describe each page: its path and its operation."""
    yield "/health/live", _page("check_liveness", pages.live, {200: ("application/json", LIVE)})
    ready = {200: ("application/json", READY), 503: ("application/json", READY)}
    yield "/health/ready", _page("check_readiness", pages.ready, ready)
    yield "/metrics", _page("read_metrics", pages.metrics, {200: ("text/plain", TEXT)})
    yield (
        "/openapi.yaml",
        _page("read_openapi_document", pages.openapi, {200: ("application/yaml", {"type": "object"})}),
    )


def _page(name: str, page: Any, answers: dict[int, tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": sentence_of(page),
        "tags": [TAG],
        "security": [],
        "responses": {str(status): _answer(status, *content) for status, content in answers.items()},
    }


def _answer(status: int, media_type: str, shape: dict[str, Any]) -> dict[str, Any]:
    said = "As asked" if status < 400 else "Not ready"
    return {"description": said, "headers": headers_named("X-Request-Id"), "content": {media_type: {"schema": shape}}}
