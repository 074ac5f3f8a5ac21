"""The treatment of a participant, read through the one function that lets it out and keeps an event of it."""

from __future__ import annotations

from registry.db import records
from registry.db.transaction import Image, Transaction

TREATMENT = "select treatment_of(%(participant)s, %(code_break)s) as image"
OF_CODE_BREAK = "select treatment_of(b.participant_id, b.id) as image from code_break b where b.id = %(code_break)s"


NOTE = "select note_treatment_access(%(route)s, %(participant)s, %(record)s)"


def note_access(tx: Transaction, route: str, participant_id: str | None, record_id: str | None) -> None:
    """Keep that records that tell of treatment were looked at: by which route, at whose, at which one."""
    tx.run(NOTE, {"route": route, "participant": participant_id, "record": record_id})


def of_participant(tx: Transaction, participant_id: str) -> Image:
    """Read a participant's treatment.

    Raises:
        NoSuchRecord: nothing is allocated, or this transaction may not know it; nobody learns which.
    """
    return records.required(tx.image(TREATMENT, {"participant": participant_id, "code_break": None}))


def of_code_break(tx: Transaction, code_break_id: str) -> Image:
    """Read the treatment that a code break opened; NoSuchRecord for everyone but its two people and who is unblinded."""
    return records.required(tx.image(OF_CODE_BREAK, {"code_break": code_break_id}))
