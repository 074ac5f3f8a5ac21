"""Signing passwords: the one of an account, held while an attempt is judged, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.db import records
from registry.db.transaction import Image, Transaction

# The row is held until the attempt is judged and kept: attempts of one account are judged one after another.
HELD = """
    select s.id::text as id, s.version, s.scrypt, s.refusals, s.paused_until,
           ceil(extract(epoch from s.paused_until - clock_timestamp()))::integer as seconds_to_wait
    from signing_password s where s.account_id = %(account_id)s for update"""

OF_ACCOUNT = "select audit.image(to_jsonb(s)) as image from signing_password s where s.account_id = %(account_id)s"


def held(tx: Transaction, account_id: str) -> dict[str, Any] | None:
    """Give the signing password of an account and hold it; None where the account never had one."""
    return tx.one(HELD, {"account_id": account_id})


def of_account(tx: Transaction, account_id: str) -> Image:
    """Read how the signing password of an account stands; NoSuchRecord where it never had one."""
    return records.required(tx.image(OF_ACCOUNT, {"account_id": account_id}))


def keep(tx: Transaction, account_id: str, current: Mapping[str, Any] | None, values: Mapping[str, Any]) -> Image:
    """Keep the next version of an account's signing password, or the first."""
    if current is None:
        return records.record(tx, "signing_password", {"account_id": account_id, **values})
    return records.amend(tx, "signing_password", current["id"], current["version"], values)
