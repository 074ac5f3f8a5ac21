"""Accounts and their tokens, kept by an administrator."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import lists
from registry.api.contract import Call, contract
from registry.db import accounts, events, records
from registry.db.transaction import Image, Transaction
from registry.problems import AlreadyRecorded, AnswerShownOnce, CursorNotUnderstood, DutiesKeptApart, NoSuchRecord
from registry.schemas.accounts import Account, Token
from registry.schemas.queries import Page

namespace = Namespace("accounts")
MOST_GRANTS = 50


def with_first_grants(tx: Transaction, account: Image) -> Image:
    """Give an account's image with the roles that were granted when it was opened."""
    opened = records.history(tx, "account", account["id"])[0]
    given = events.page(tx, {"change_set": opened["change_set"], "kind": "access_grant"}, 0, MOST_GRANTS)
    return account | {"grants": [event["after"] for event in given]}


@namespace.route("/accounts")
class Accounts(Resource):  # type: ignore[misc]
    """The accounts."""

    @contract(may="account.manage", gives=Account, many=True, asks=Page, problems=(CursorNotUnderstood,))
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List the accounts with the roles they hold."""
        return lists.page(call, lambda window: accounts.page_of_accounts(call.tx, window.after, window.limit))

    @contract(
        may="account.manage",
        takes=Account,
        gives=Account,
        status=201,
        kind="account",
        problems=(AlreadyRecorded, DutiesKeptApart),
        again=with_first_grants,
    )
    def post(self, call: Call) -> dict[str, Any]:
        """Open an account with its roles."""
        return accounts.open_account(call.tx, call.body)


@namespace.route("/accounts/<uuid:account_id>")
class OneAccount(Resource):  # type: ignore[misc]
    """An account."""

    @contract(may="account.manage", gives=Account, problems=(NoSuchRecord,))
    def get(self, call: Call, account_id: str) -> dict[str, Any]:
        """Read an account with the roles it holds."""
        return accounts.read_account(call.tx, account_id)

    @contract(
        may="account.manage",
        takes=Account,
        gives=Account,
        amends=True,
        problems=(NoSuchRecord, AlreadyRecorded, DutiesKeptApart),
    )
    def put(self, call: Call, account_id: str) -> dict[str, Any]:
        """Replace an account: its name, whether it is active, and the roles it holds."""
        return accounts.amend_account(call.tx, str(account_id), call.version, call.body)


@namespace.route("/tokens")
class Tokens(Resource):  # type: ignore[misc]
    """The access tokens."""

    @contract(may="account.manage", gives=Token, many=True, asks=Page, problems=(CursorNotUnderstood,))
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List the tokens, without their secrets."""
        return lists.page_of_records(call, "api_token")

    @contract(may="account.manage", takes=Token, gives=Token, status=201, kind="api_token", problems=(AnswerShownOnce,))
    def post(self, call: Call) -> dict[str, Any]:
        """Make a token; its secret is in this answer only."""
        return accounts.make_token(call.tx, call.body)


@namespace.route("/tokens/<uuid:token_id>/revocation")
class TokenRevocation(Resource):  # type: ignore[misc]
    """The end of a token."""

    @contract(may="account.manage", gives=Token, amends=True, problems=(NoSuchRecord,))
    def put(self, call: Call, token_id: str) -> dict[str, Any]:
        """Revoke a token; it is refused from the next request on."""
        records.read(call.tx, "api_token", token_id)
        return records.amend(call.tx, "api_token", token_id, call.version, {"revoked_at": datetime.now(UTC)})
