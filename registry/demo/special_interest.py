"""The judgement of candidates for events of special interest in the demo: of those from events; results wait to be judged."""

from __future__ import annotations

from collections.abc import Sequence

from registry.db import reasons
from registry.db.transaction import Transaction

JUDGED = "Gone through with the sites"
CONFIRMED = "Seen by the site: an event of special interest"
DISMISSED = "There before the JAK inhibitor, and not worse"
LEFT_OPEN_EVERY = 4
DISMISSED_EVERY = 5
JUDGE = """
    update special_interest_candidate c
    set status = case when n.number %% %(dismissed_every)s = 0 then 'dismissed' else 'confirmed' end,
        comment = case when n.number %% %(dismissed_every)s = 0 then %(dismissed)s else %(confirmed)s end,
        decided_at = clock_timestamp(),
        judged_version = (select a.version from adverse_event a where a.id = c.adverse_event_id),
        version = c.version + 1, changed_at = clock_timestamp()
    from (select o.id, row_number() over (order by o.id) as number from special_interest_candidate o
          where o.participant_id = any (%(ids)s::uuid[]) and o.status = 'open' and o.adverse_event_id is not null) n
    where n.id = c.id and n.number %% %(left_open_every)s <> 0"""


def judge(tx: Transaction, ids: Sequence[str]) -> None:
    """Judge most candidates of these children's events, in one statement, with the reason in the audit."""
    asked = {
        "ids": list(ids),
        "confirmed": CONFIRMED,
        "dismissed": DISMISSED,
        "dismissed_every": DISMISSED_EVERY,
        "left_open_every": LEFT_OPEN_EVERY,
    }
    with reasons.given(tx, JUDGED):
        tx.run(JUDGE, asked)
