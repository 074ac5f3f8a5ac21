"""The claim on an extract that is written: a lock of a session, gone with whoever holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.rows import dict_row

from registry.db.transaction import Database, Transaction

TRY = "select pg_try_advisory_lock(hashtextextended('extract ' || %s, 0)) as claimed"
NOTICED = """
    select set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false),
           set_config('tcp_keepalives_count', '3', false)"""


@contextmanager
def claimed(database: Database, extract_id: str) -> Iterator[Transaction | None]:
    """Give the transactions of whoever writes an extract now, or None where somebody else does.

    They go over a connection apart, which holds the claim: when it is lost so is the claim, and nothing can be kept over it.
    A machine that is gone is noticed within a minute.
    """
    with psycopg.connect(database.url, row_factory=dict_row, autocommit=True) as connection:
        connection.execute(NOTICED)
        row = connection.execute(TRY, [extract_id]).fetchone()
        tx = Transaction(connection)
        try:
            yield tx if row and row["claimed"] else None
        finally:
            if not connection.broken:
                tx.undo()
