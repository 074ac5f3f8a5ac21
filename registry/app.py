"""Joins settings, database and API to one Flask application; no logic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from flask import Flask, Response
from flask_restx import Api

from registry import keys
from registry.api import observation, refusals
from registry.api.pages import pages
from registry.api.provider import IdentityProvider
from registry.api.routes import NAMESPACES
from registry.api.throttle import Throttle
from registry.db.transaction import Database
from registry.domain.deidentification import Profile
from registry.publish import board_report, data_dictionary
from registry.publish.board_report import BoardReport
from registry.publish.extracts import released
from registry.settings import Settings


@dataclass(slots=True)
class Registry:
    """What handlers reach through `current_app.extensions["registry"]`; `broken_lists` were found when the process started."""

    settings: Settings
    database: Database
    cursor_key: bytes = field(repr=False)
    write_board_report: Callable[..., BoardReport]
    kinds_of: Callable[[Profile, bool], tuple[str, ...]]
    provider: IdentityProvider | None
    write_data_dictionary: Callable[[str], bytes] = data_dictionary.written
    throttle: Throttle = field(default_factory=Throttle)
    broken_lists: tuple[str, ...] = ()


class RegistryApi(Api):  # type: ignore[misc]
    """flask-restx for routing only: documents and errors are ours."""

    def handle_error(self, error: Exception) -> Response:
        """Answer every error at the one place."""
        return refusals.answer_to(error)

    def _register_apidoc(self, app: Flask) -> None:
        """Publish no page of flask-restx's own: it shows Swagger 2.0."""


def create_app(settings: Settings, database: Database) -> Flask:
    """Make the application; the database is a pool as registry_service."""
    app = Flask("registry", static_folder=None)
    secret = keys.installation_secret(settings)
    write_board_report = partial(board_report.write, database, key=keys.derive(secret, "pseudonym"))
    provider = (
        IdentityProvider(settings.oidc_issuer, settings.oidc_audience)
        if settings.oidc_issuer and settings.oidc_audience
        else None
    )
    app.extensions["registry"] = Registry(
        settings, database, keys.derive(secret, "cursor"), write_board_report, released.kinds_of, provider
    )
    observation.install(app)
    app.register_blueprint(pages)
    api = RegistryApi(doc=False, catch_all_404s=True)
    for namespace, path in NAMESPACES:
        api.add_namespace(namespace, path=path)
    api.init_app(app, add_specs=False)
    refusals.install(app)
    return app
