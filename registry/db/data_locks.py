"""Locks of data: those that cover a visit or a participant now. Setting one waits for whoever is writing (`place_data_lock`)."""

from __future__ import annotations

from registry.db.transaction import Image, Transaction

OF_VISIT = """
    select audit.image(to_jsonb(l)) as image
    from visit v
    join data_lock l on l.study_id = v.study_id and l.record_id = any (array[v.study_id, v.site_id, v.participant_id, v.id])
    where v.id = %(visit_id)s and l.state <> 'open'
    order by array_position(array['study', 'site', 'participant', 'visit'], l.scope)"""


OF_PARTICIPANT = """
    select audit.image(to_jsonb(l)) as image
    from participant p join data_lock l on l.study_id = p.study_id and l.record_id = any (array[p.study_id, p.site_id, p.id])
    where p.id = %(participant_id)s and l.state <> 'open'
    order by array_position(array['study', 'site', 'participant'], l.scope)"""


def of_visit(tx: Transaction, visit_id: str) -> list[Image]:
    """Give the freezes and locks that cover a visit, the widest first."""
    return tx.images(OF_VISIT, {"visit_id": visit_id})


def of_participant(tx: Transaction, participant_id: str) -> list[Image]:
    """Give the freezes and locks that cover a participant, the widest first."""
    return tx.images(OF_PARTICIPANT, {"participant_id": participant_id})
