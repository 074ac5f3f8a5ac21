"""The records of a study as they stood at a moment, kind by kind, from the audit: a report is made of these alone."""

from __future__ import annotations

from datetime import datetime

from registry.db.transaction import Image, Transaction

# The newest image of each record before the moment; those entered in error are left to the reader.
IMAGES = """
    select newest.after as image
    from (select distinct on (e.record_id) e.record_id, e.after from audit.event e
          where e.kind = %(kind)s and e.record_id is not null and e.at <= %(as_of)s
            and e.after ->> 'study_id' = %(study_id)s
          order by e.record_id, e.id desc) newest
    order by newest.record_id"""


def images(tx: Transaction, study_id: str, kind: str, as_of: datetime) -> list[Image]:
    """Give the images of one kind of record of a study, in the order of their ids, as they stood.

    The past must have been settled before (`records.settle`). What may not be seen is left out by row-level security.
    """
    return tx.images(IMAGES, {"kind": kind, "study_id": study_id, "as_of": as_of})


def counting(tx: Transaction, study_id: str, kind: str, as_of: datetime) -> list[Image]:
    """Give the same without those entered in error."""
    return [image for image in images(tx, study_id, kind, as_of) if not image.get("entered_in_error")]
