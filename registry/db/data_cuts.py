"""Data cuts: named moments, and whether a study is still as it was at one."""

from __future__ import annotations

from datetime import datetime

from registry.db.transaction import Transaction

MOMENT = "select c.moment from data_cut c where c.study_id = %(study_id)s and c.code = %(code)s"
CHANGED = "select has_changed_since(%(study_id)s, %(moment)s) as changed"


def moment_of(tx: Transaction, study_id: str, code: str) -> datetime | None:
    """Give the moment of a cut; None when the study has no such cut."""
    row = tx.one(MOMENT, {"study_id": study_id, "code": code})
    return row["moment"] if row else None


def has_changed(tx: Transaction, study_id: str, moment: datetime) -> bool:
    """Tell whether records of the study, among those that may be seen, were written after a moment."""
    row = tx.one(CHANGED, {"study_id": study_id, "moment": moment})
    return bool(row and row["changed"])
