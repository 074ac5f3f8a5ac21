"""Studies, found by their code."""

from __future__ import annotations

from datetime import datetime

from registry.db.transaction import Transaction
from registry.problems import NoSuchRecord


def id_of(tx: Transaction, code: str) -> str:
    """Give the id of the study with this code; NoSuchRecord when there is none."""
    row = tx.one("select id::text from study where code = %s", [code])
    if row is None:
        raise NoSuchRecord
    return str(row["id"])


def recorded_at(tx: Transaction, study_id: str) -> datetime:
    """Give since when the registry knows a study."""
    row = tx.one("select recorded_at from study where id = %s", [study_id])
    if row is None:
        raise NoSuchRecord
    moment: datetime = row["recorded_at"]
    return moment
