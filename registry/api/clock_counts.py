"""How many reporting clocks run and are overdue, for the metrics: asked of the database, which may be away."""

from __future__ import annotations

import uuid
from datetime import datetime

import psycopg

from registry.db import reporting_clocks
from registry.db.transaction import Attribution, Database

SECONDS_TO_WAIT = 1.0
"""Whoever scrapes waits for ten seconds as a rule; the other metrics are answered though the database is away."""


def clocks_running(database: Database, now: datetime) -> dict[str, int]:
    """Count the clocks of every site; nothing where the database does not answer."""
    everywhere = Attribution(
        actor="metrics",
        organisation="-",
        role="",
        sites="*",
        client="metrics",
        request_id=uuid.uuid4().hex,
        change_set=str(uuid.uuid4()),
    )
    try:
        with database.transaction(wait=SECONDS_TO_WAIT) as tx:
            tx.attribute(everywhere)
            return reporting_clocks.counts(tx, now)
    except psycopg.Error:
        return {}
