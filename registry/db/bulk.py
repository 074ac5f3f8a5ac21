"""What many visits in one transaction need: a savepoint around a part, and keys of lines that were done before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from registry.db.request_keys import RequestKey
from registry.db.transaction import Transaction, as_json

DONE = """
    select k.fingerprint, k.record_id, k.record_version
    from unnest(%(keys)s::text[]) with ordinality as asked(key, position)
    left join request_key k on k.account_id = %(account_id)s and k.key = asked.key
    order by asked.position"""

FINISH = """
    insert into request_key (account_id, key, fingerprint, status, kind, record_id, record_version)
    select d.account_id, d.key, decode(d.fingerprint, 'hex'), 201, 'visit', d.record_id, 1
    from jsonb_to_recordset(%(done)s::jsonb) as d(account_id uuid, key text, fingerprint text, record_id uuid)"""


@contextmanager
def savepoint(tx: Transaction) -> Iterator[None]:
    """Undo what the block did when PostgreSQL refuses any of it; the rest of the transaction goes on."""
    tx.run("savepoint part")
    try:
        with tx.connection.pipeline():
            yield
    except psycopg.Error:
        tx.run("rollback to savepoint part")
        raise
    tx.run("release savepoint part")


def done_before(tx: Transaction, keys: Sequence[RequestKey]) -> list[dict[str, Any]]:
    """Tell, for each key, the fingerprint and the record of the line that was done under it; nulls where there is none."""
    account = keys[0].account_id
    return tx.every(DONE, {"account_id": account, "keys": [key.key for key in keys]})


def finish(tx: Transaction, done: Iterable[tuple[RequestKey, str]]) -> None:
    """Keep which visit answers a repeat of each line."""
    rows = [
        {"account_id": key.account_id, "key": key.key, "fingerprint": key.fingerprint.hex(), "record_id": record_id}
        for key, record_id in done
    ]
    tx.run(FINISH, {"done": as_json(rows)})
