"""What is open to everyone: health, metrics, the OpenAPI document with its page, and the data dictionary."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Response, current_app, send_file, send_from_directory

from registry.api import observation
from registry.api.answers import answer
from registry.api.clock_counts import clocks_running
from registry.api.data_dictionary import answered
from registry.db import health

STATIC = Path(__file__).parent / "static"
DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"
POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'"

pages = Blueprint("pages", __name__)


@pages.get("/health/live")
def live() -> Response:
    """Tell that the process answers."""
    return answer({"status": "live"})


@pages.get("/health/ready")
def ready() -> Response:
    """Tell whether requests can be served: database reached, migrated, and its clock near ours."""
    registry = current_app.extensions["registry"]
    found = health.of(registry.database)
    broken = {"broken_randomisation_lists": list(registry.broken_lists)}
    return answer(found.as_json() | broken, 200 if found.ready else 503)


@pages.get("/metrics")
def metrics() -> Response:
    """Give the metrics; they hold no patient value."""
    registry = current_app.extensions["registry"]
    return observation.metrics(registry.settings.workers > 1, clocks_running(registry.database, datetime.now(UTC)))


@pages.get("/openapi.yaml")
def openapi() -> Response:
    """Give the OpenAPI 3.1 document."""
    return send_file(DOCUMENT, mimetype="application/yaml")


@pages.get("/dictionary")
def dictionary() -> Response:
    """Show the data dictionary as a page."""
    return answered("text/html")


@pages.get("/dictionary.csv")
def dictionary_as_csv() -> Response:
    """Give the data dictionary as CSV."""
    return answered("text/csv")


@pages.get("/docs")
def docs() -> Response:
    """Show the OpenAPI document as a page."""
    response = send_from_directory(STATIC, "docs.html")
    response.headers["Content-Security-Policy"] = POLICY
    return response


@pages.get("/docs/<path:name>")
def assets(name: str) -> Response:
    """Give a file of that page."""
    return send_from_directory(STATIC, name, max_age=86400)
