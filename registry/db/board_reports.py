"""What a report for the monitoring board reads besides the records: sites and visits as they stood, and that it was read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from registry.db import events
from registry.db.transaction import Image, Transaction

READING = "board_report"
"""The kind of the event that the reading of a report is."""

SNAPSHOT = "set transaction isolation level repeatable read, read only"
PATIENCE = "select set_config('idle_in_transaction_session_timeout', '0', true)"

STUDY = """
    select newest.after as image
    from (select distinct on (e.record_id) e.record_id, e.after from audit.event e
          where e.kind = 'study' and e.record_id = %(study_id)s and e.at <= %(as_of)s
          order by e.record_id, e.id desc) newest"""

# Of a kind that belongs to the installation, not to a study.
COMMON = """
    select newest.after as image
    from (select distinct on (e.record_id) e.record_id, e.after from audit.event e
          where e.kind = %(kind)s and e.record_id is not null and e.at <= %(as_of)s
          order by e.record_id, e.id desc) newest
    order by newest.record_id"""

# The head of each visit, which of its forms hold something, and what was measured: a report needs no value of a form.
VISITS = """
    select newest.after - 'forms' - 'laboratory_results' || jsonb_build_object(
               'forms', array(select f.key from jsonb_each(newest.after -> 'forms') f
                              where f.value - 'missing' <> '{}' or coalesce(f.value -> 'missing', '{}') <> '{}' order by f.key),
               'analytes', array(select distinct r ->> 'analyte'
                                 from jsonb_array_elements(newest.after -> 'laboratory_results') r order by 1)) as image
    from (select distinct on (e.record_id) e.record_id, e.after from audit.event e
          where e.kind = 'visit' and e.record_id is not null and e.at <= %(as_of)s and e.after ->> 'study_id' = %(study_id)s
          order by e.record_id, e.id desc) newest
    order by newest.record_id"""


def one_picture(tx: Transaction) -> None:
    """Let the transaction see one unchanging state, and let it wait while a report is written; it writes nothing itself."""
    tx.run(SNAPSHOT)
    wait_for_report(tx)


def wait_for_report(tx: Transaction) -> None:
    """Let the transaction wait while another one reads for a report."""
    tx.run(PATIENCE)


def study(tx: Transaction, study_id: str, as_of: datetime) -> Image | None:
    """Give a study as it stood; None where it was not there yet."""
    return tx.image(STUDY, {"study_id": study_id, "as_of": as_of})


def common(tx: Transaction, kind: str, as_of: datetime) -> dict[str, Image]:
    """Give the records of a kind that belongs to the installation as they stood, by their ids."""
    return {image["id"]: image for image in tx.images(COMMON, {"kind": kind, "as_of": as_of})}


def visits(tx: Transaction, study_id: str, as_of: datetime) -> list[Image]:
    """Give the visits of a study as they stood, without their values: `forms` and `analytes` name what is recorded."""
    found = tx.images(VISITS, {"study_id": study_id, "as_of": as_of})
    return [image for image in found if not image.get("entered_in_error")]


def note_reading(tx: Transaction, details: Mapping[str, Any]) -> None:
    """Keep that a report was read as an event of the audit."""
    events.note(tx, "read", READING, details)
