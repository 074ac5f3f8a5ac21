"""What was submitted of the demo's serious events: mostly in time, some late, and the newest event still awaits everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from registry.api import safety_submissions
from registry.api.contract import Call
from registry.db.transaction import Image, Transaction
from registry.demo.attributing import attribution
from registry.demo.conduct import ACTOR

RUNNING = """
    select audit.image(to_jsonb(c)) as image from reporting_clock c
    where c.participant_id = any (%(ids)s::uuid[]) and c.status = 'running' order by c.started_at, c.kind, c.id"""

SENT_AFTER: Mapping[str, timedelta] = {
    "site_to_sponsor": timedelta(hours=9),
    "fatal_or_life_threatening": timedelta(days=5),
    "serious_unexpected": timedelta(days=11),
    "fatal_follow_up": timedelta(days=6),
}
LATE: Mapping[str, timedelta] = {"site_to_sponsor": timedelta(hours=31), "serious_unexpected": timedelta(days=17)}
EVERY_FIFTH = 5
"""One event of so many is submitted late, by site and sponsor alike."""
SPONSOR = {"recipient": "sponsor", "recipient_name": "Synthetic sponsor, safety desk"}
AUTHORITY = {"recipient": "authority", "recipient_name": "Synthetic authority"}


def report(tx: Transaction, participant_ids: Sequence[str]) -> int:
    """Submit what would have been submitted by now of the serious events of participants; give the number sent.

    A submission may start another clock, that of a follow-up, so it is asked again until nothing is due any more.
    """
    tx.attribute(attribution(role="safety_officer"))
    sent = _report(tx, participant_ids, datetime.now(UTC))
    tx.attribute(attribution())
    return sent


def _report(tx: Transaction, participant_ids: Sequence[str], now: datetime) -> int:
    sent = 0
    newest: str | None = None
    while True:
        clocks = tx.images(RUNNING, {"ids": list(participant_ids)})
        newest = newest or (clocks[-1]["adverse_event_id"] if clocks else None)
        ready = [clock for clock in clocks if clock["adverse_event_id"] != newest and _sent_at(clock) <= now]
        if not ready:
            return sent
        for clock in ready:
            _submit(tx, clock)
        sent += len(ready)


def _sent_at(clock: Image) -> datetime:
    after = LATE.get(clock["kind"], SENT_AFTER[clock["kind"]]) if _late(clock) else SENT_AFTER[clock["kind"]]
    return datetime.fromisoformat(clock["started_at"]) + after


def _late(clock: Image) -> bool:
    """Tell whether an event is one of the late ones: by the day on which its clock began, so that the seed decides."""
    return datetime.fromisoformat(clock["started_at"]).toordinal() % EVERY_FIFTH == 0


def _submit(tx: Transaction, clock: Image) -> None:
    to = SPONSOR if clock["kind"] == "site_to_sponsor" else AUTHORITY
    body: dict[str, Any] = {
        "clock_ids": [clock["id"]],
        **to,
        "submitted_at": _sent_at(clock),
        "reference": f"DEMO-{clock['kind']}-{_sent_at(clock):%Y%m%d}",
        "comment": None,
    }
    safety_submissions.submitted(Call(tx, ACTOR, attribution(role="safety_officer"), body), clock["adverse_event_id"])
