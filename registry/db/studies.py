"""Studies, found by their code."""

from __future__ import annotations

from registry.db.transaction import Transaction
from registry.problems import NoSuchRecord


def id_of(tx: Transaction, code: str) -> str:
    """Give the id of the study with this code; NoSuchRecord when there is none."""
    row = tx.one("select id::text from study where code = %s", [code])
    if row is None:
        raise NoSuchRecord
    return str(row["id"])
