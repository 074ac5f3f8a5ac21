"""Data cuts: named moments, and whether a study is still as it was at one."""

from __future__ import annotations

from datetime import UTC, datetime

from registry.db.transaction import Transaction
from registry.problems import StudyChangedSinceCut

MOMENT = "select c.moment from data_cut c where c.study_id = %(study_id)s and c.code = %(code)s"
CHANGED = "select has_changed_since(%(study_id)s, %(moment)s) as changed"


def reference(tx: Transaction, study_id: str, code: str) -> dict[str, str] | None:
    """Give a cut as an extract names it, code and moment; None when the study has no such cut.

    Ask before the snapshot of the extract and after it: what lies between is in it.

    Raises:
        StudyChangedSinceCut: the records are not as they were then.
    """
    moment = moment_of(tx, study_id, code)
    if moment is None:
        return None
    if has_changed(tx, study_id, moment):
        raise StudyChangedSinceCut
    return {"code": code, "moment": moment.astimezone(UTC).isoformat()}


def moment_of(tx: Transaction, study_id: str, code: str) -> datetime | None:
    """Give the moment of a cut; None when the study has no such cut."""
    row = tx.one(MOMENT, {"study_id": study_id, "code": code})
    return row["moment"] if row else None


def has_changed(tx: Transaction, study_id: str, moment: datetime) -> bool:
    """Tell whether records of the study, among those that may be seen, were written after a moment."""
    row = tx.one(CHANGED, {"study_id": study_id, "moment": moment})
    return bool(row and row["changed"])
