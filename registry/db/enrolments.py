"""What bounds the day of a state: today at the site, and the day of the state before."""

from __future__ import annotations

from typing import Any

from registry.db.transaction import Image, Transaction

OF_PARTICIPANT = """
    select audit.image(to_jsonb(e)) as image from enrolment e where e.participant_id = %(id)s"""

# The day that the registry assumed when it made the record, version 1, binds nobody.
BOUNDS = """
    select today_at(%(site)s) as today,
           (select (e.after ->> 'status_on')::date from audit.event e
            where e.record_id = %(id)s and e.kind = 'enrolment' and e.version > 1 and e.after ->> 'status' <> %(status)s
            order by e.id desc limit 1) as before"""


def of_participant(tx: Transaction, participant_id: str) -> Image | None:
    """Give where a participant stands; None where the participant may not be seen."""
    return tx.image(OF_PARTICIPANT, {"id": participant_id})


def bounds(tx: Transaction, enrolment: Image, status: str) -> dict[str, Any]:
    """Give `today` at the site, and `before`: the day of the last state that is not this one, where somebody has said it."""
    row = tx.one(BOUNDS, {"site": enrolment["site_id"], "id": enrolment["id"], "status": status})
    if row is None:
        raise RuntimeError("the database gave no day")
    return row
