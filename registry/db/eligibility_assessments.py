"""What an assessment of eligibility is made of: the participant's place, and the version in force there on the day."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.db.transaction import Transaction
from registry.problems import NoSuchRecord

# The study is held, shared, so that the version that is read stays the one in force until the assessment is kept.
PLACE = """
    select p.site_id::text, today_at(p.site_id) as today, audit.image(to_jsonb(v)) as version
    from (select id, study_id, site_id from participant where id = %(id)s) p
    join study s on s.id = p.study_id
    left join protocol_version v on v.id = protocol_version_in_force(p.study_id, p.site_id, %(day)s)
    for share of s"""


def place(tx: Transaction, participant_id: str, day: date) -> dict[str, Any]:
    """Give `site_id`, `today` there, and the protocol `version` in force there on a day, None where there is none.

    Raises:
        NoSuchRecord: there is no such participant among those that may be seen.
    """
    row = tx.one(PLACE, {"id": participant_id, "day": day})
    if row is None:
        raise NoSuchRecord
    return row
