"""Who loads the demo: the records and events of the demo name it."""

from __future__ import annotations

import uuid

from registry.db.transaction import Attribution


def attribution(reason: str = "", role: str = "administrator") -> Attribution:
    """Say who loads the demo, under a change set of its own."""
    return Attribution(
        actor="Demo cohort",
        organisation="Synthetic data",
        role=role,
        sites="*",
        client="registry demo",
        request_id=f"demo-{uuid.uuid4()}",
        change_set=str(uuid.uuid4()),
        reason=reason,
    )
