"""Laboratory alerts in the demo: they are raised with the visits; all but the latest have been looked at."""

from __future__ import annotations

from collections.abc import Sequence

from registry.db import reasons
from registry.db.transaction import Transaction

LOOKED_AT = "Repeated at the next visit; no change of treatment"
LATEST_DAYS = 90
"""Alerts of visits in the last days of a child's course still wait, so that the work lists have something to do."""
ACKNOWLEDGE = """
    update laboratory_alert a
    set status = 'acknowledged', acknowledged_at = clock_timestamp(), comment = %(comment)s, version = a.version + 1,
        changed_at = clock_timestamp()
    from visit v
    where v.id = a.visit_id and a.status = 'open' and a.participant_id = any (%(ids)s::uuid[])
      and v.visited_on < (select max(l.visited_on) from visit l where l.participant_id = a.participant_id) - %(latest)s::int"""


def acknowledge(tx: Transaction, ids: Sequence[str]) -> None:
    """Acknowledge the earlier alerts of these children; in one statement, with the reason in the audit."""
    with reasons.given(tx, LOOKED_AT):
        tx.run(ACKNOWLEDGE, {"comment": LOOKED_AT, "ids": list(ids), "latest": LATEST_DAYS})
