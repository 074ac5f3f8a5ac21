"""Who is calling: an opaque token of ours, or a signed access token of the identity provider."""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app, request

from registry.api.provider import IdentityProvider
from registry.db import accounts
from registry.db.accounts import Actor
from registry.db.transaction import Transaction
from registry.permissions import MAY
from registry.problems import NotAuthenticated, NotPermitted

EVERY_SITE = "*"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="registry"'}


def actor_of_request(tx: Transaction) -> Actor:
    """Find who calls.

    Raises:
        NotAuthenticated: the token is missing, unknown, expired or revoked.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.isascii() or not 16 <= len(token) <= 8192:
        raise NotAuthenticated(headers=CHALLENGE)
    actor = accounts.by_token(tx, token) if token.startswith(accounts.TOKEN_PREFIX) else _by_provider(tx, token)
    if actor is None:
        raise NotAuthenticated(headers=CHALLENGE)
    return actor


def _by_provider(tx: Transaction, token: str) -> Actor | None:
    provider: IdentityProvider | None = current_app.extensions["registry"].provider
    subject = provider.subject_of(token) if provider else None
    return accounts.by_subject(tx, subject) if subject else None


def permitted_sites(actor: Actor, verb: str) -> tuple[str, str, dict[str, str]]:
    """Give the roles by which the actor may do the verb, the sites where, and the roles by site.

    Roles and sites are comma-separated, or `*` for every site; by site, `*` stands for every one that is not named.

    Raises:
        NotPermitted: no role of the actor may do it anywhere.
    """
    granting = [(role, site) for role, site in actor.grants if role in MAY[verb]]
    if not granting:
        raise NotPermitted(headers={"WWW-Authenticate": 'Bearer realm="registry", error="insufficient_scope"'})
    sites = {site for _, site in granting}
    by_site = {site or EVERY_SITE: _joined(role for role, at in granting if at in (site, None)) for site in sites}
    where = EVERY_SITE if None in sites else ",".join(sorted(by_site))
    return _joined(role for role, _ in granting), where, by_site


def _joined(roles: Iterable[str]) -> str:
    return ",".join(sorted(set(roles)))
