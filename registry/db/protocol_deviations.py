"""Deviations that the registry notes by itself, and the visit that a deviation is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.db import records
from registry.db.transaction import Transaction

OF_PARTICIPANT = """
    select exists (select from visit v where v.id = %(visit)s and v.participant_id = %(participant)s) as found"""


def is_visit_of(tx: Transaction, visit_id: str, participant_id: str) -> bool:
    """Tell whether a visit that may be seen is one of the participant's."""
    row = tx.one(OF_PARTICIPANT, {"visit": visit_id, "participant": participant_id})
    return bool(row and row["found"])


def note(tx: Transaction, deviations: Sequence[Mapping[str, Any]]) -> None:
    """Keep deviations that the registry notes, one participant's or several."""
    records.record_of_participants(tx, "protocol_deviation", [{**one, "origin": "registry"} for one in deviations])
