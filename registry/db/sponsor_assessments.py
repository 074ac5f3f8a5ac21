"""The sponsor's assessment of an adverse event, and the documents that expectedness is judged by."""

from __future__ import annotations

from collections.abc import Sequence

from registry.db import records
from registry.db.transaction import Image, Transaction

OF_EVENT = "select audit.image(to_jsonb(a)) as image from sponsor_assessment a where a.adverse_event_id = %(event_id)s"

DOCUMENTS = """
    select audit.image(to_jsonb(r)) as image from reference_safety_information r
    where r.study_id = %(study_id)s and r.drug = any (%(drugs)s) order by r.drug, r.effective_from"""


def of_event(tx: Transaction, event_id: str) -> Image:
    """Read the sponsor's assessment of an event; NoSuchRecord without one."""
    return records.required(found_of_event(tx, event_id))


def found_of_event(tx: Transaction, event_id: str) -> Image | None:
    """Read the sponsor's assessment of an event, None without one."""
    return tx.image(OF_EVENT, {"event_id": event_id})


def documents(tx: Transaction, study_id: str, drugs: Sequence[str]) -> list[Image]:
    """Give the reference safety information of these drugs in a study, by drug and day."""
    return tx.images(DOCUMENTS, {"study_id": study_id, "drugs": list(drugs)})
