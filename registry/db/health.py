"""Whether the database can serve: reached, migrated to the head, its clock near ours."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from registry.db.transaction import Database

LARGEST_SKEW_SECONDS = 5.0
"""Beyond this the clocks of service and database disagree too much for their stamps to be compared."""

FACTS = "select clock_timestamp() as now, (select version_num from alembic_version) as migration, current_user::text as role"


@dataclass(frozen=True, slots=True)
class Health:
    """What was found: `ready` is whether requests can be served."""

    ready: bool
    database: str
    migration: str | None = None
    clock_skew_seconds: float | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def of(database: Database) -> Health:
    """Ask the database; a failure is said as a state, never raised."""
    try:
        with database.transaction() as tx:
            facts = tx.one(FACTS)
    except psycopg.Error:
        facts = None
    if facts is None:
        return Health(False, "not reached")
    skew = abs((datetime.now(UTC) - facts["now"]).total_seconds())
    clocks_agree = skew <= LARGEST_SKEW_SECONDS
    return Health(clocks_agree, "reached" if clocks_agree else "clock differs", facts["migration"], round(skew, 3))
