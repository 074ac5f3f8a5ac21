"""Accounts, the roles they hold at sites, and their tokens."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from registry.db import records
from registry.db.transaction import Image, Transaction

TOKEN_PREFIX = "jdmr_"  # noqa: S105 (it tells our tokens from others)
TOKEN_BYTES = 32

BY_TOKEN = "select * from authenticated(%(sha256)s)"  # noqa: S105 (a statement)
BY_SUBJECT = "select * from authenticated_subject(%(subject)s)"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account with the roles it holds, each as (role, site id or None for every site)."""

    account_id: str
    name: str
    organisation: str
    token_id: str | None
    grants: tuple[tuple[str, str | None], ...]


def by_token(tx: Transaction, token: str) -> Actor | None:
    """Find who holds a token; None when it is unknown, expired or revoked."""
    return _actor(tx.one(BY_TOKEN, {"sha256": digest(token)}))


def by_subject(tx: Transaction, subject: str) -> Actor | None:
    """Find the account that an identity provider's subject stands for."""
    return _actor(tx.one(BY_SUBJECT, {"subject": subject}))


def _actor(row: dict[str, Any] | None) -> Actor | None:
    if row is None:
        return None
    grants = tuple((grant["role"], grant["site"]) for grant in row["grants"])
    token_id = str(row["token_id"]) if row["token_id"] else None
    return Actor(str(row["account_id"]), row["name"], row["organisation"], token_id, grants)


def digest(token: str) -> bytes:
    """Give the only thing of a token that is kept."""
    return hashlib.sha256(token.encode()).digest()


def open_account(tx: Transaction, values: dict[str, Any]) -> Image:
    """Open an account with its grants: `grants` is a list of {role, site_id or None}."""
    account = records.record(tx, "account", {key: value for key, value in values.items() if key != "grants"})
    for grant in values.get("grants") or []:
        records.record(tx, "access_grant", {"account_id": account["id"], **grant})
    return read_account(tx, account["id"])


def amend_account(tx: Transaction, account_id: str, version: int, values: dict[str, Any]) -> Image:
    """Replace an account's name and state and the roles it holds; grants are revoked, never removed.

    Raises:
        NoSuchRecord, VersionStale.
    """
    current = read_account(tx, account_id)
    given = {key: value for key, value in values.items() if key != "grants"}
    records.amend(tx, "account", account_id, version, given)
    wanted = {(grant["role"], grant.get("site_id")) for grant in values.get("grants") or []}
    held = {(grant["role"], grant.get("site_id")): grant for grant in current["grants"]}
    for ended in held.keys() - wanted:
        grant = held[ended]
        records.amend(tx, "access_grant", grant["id"], grant["version"], {"revoked_at": datetime.now(UTC)})
    for role, site in wanted - held.keys():
        records.record(tx, "access_grant", {"account_id": account_id, "role": role, "site_id": site})
    return read_account(tx, account_id)


ACCOUNT_IMAGE = """
    select audit.image(to_jsonb(a)) || jsonb_build_object('grants', coalesce(
        (select jsonb_agg(audit.image(to_jsonb(g)) order by g.id) from access_grant g
         where g.account_id = a.id and g.revoked_at is null), '[]')) as image
    from account a"""


def read_account(tx: Transaction, account_id: str) -> Image:
    """Give an account with the grants it holds; NoSuchRecord when there is none."""
    return records.required(tx.image(ACCOUNT_IMAGE + " where a.id = %s", [account_id]))


def page_of_accounts(tx: Transaction, after: str | None, limit: int) -> list[Image]:
    """Give a page of accounts, each with the grants it holds."""
    return tx.images(ACCOUNT_IMAGE + " where a.id > %s order by a.id limit %s", [after or records.FIRST, limit])


def make_token(tx: Transaction, values: dict[str, Any]) -> Image:
    """Make a token for an account; the answer alone carries the secret."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    image = records.record(tx, "api_token", {**values, "sha256": "\\x" + digest(secret).hex()})
    return image | {"token": secret}
