"""Data cuts: named moments."""

from __future__ import annotations

from datetime import datetime

from registry.db.transaction import Transaction

MOMENT = "select c.moment from data_cut c where c.study_id = %(study_id)s and c.code = %(code)s"


def moment_of(tx: Transaction, study_id: str, code: str) -> datetime | None:
    """Give the moment of a cut; None when the study has no such cut."""
    row = tx.one(MOMENT, {"study_id": study_id, "code": code})
    return row["moment"] if row else None
