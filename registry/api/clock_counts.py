"""How many reporting clocks run and are overdue, and when a worker last lived, for the metrics; the database may be away."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from registry.db import reporting_clocks
from registry.db.transaction import Attribution, Database

SECONDS_TO_WAIT = 1.0
"""Whoever scrapes waits for ten seconds as a rule; the other metrics are answered though the database is away."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The clocks by what became of them, and the seconds since a worker last told that it lives, where one is known."""

    clocks: Mapping[str, int] = field(default_factory=dict)
    heartbeat_age: float | None = None


def clocks_running(database: Database, now: datetime) -> Counted:
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
            return Counted(reporting_clocks.counts(tx, now), reporting_clocks.heartbeat_age(tx))
    except psycopg.Error:
        return Counted()
