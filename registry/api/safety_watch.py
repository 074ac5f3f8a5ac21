"""What watches over safety within the transaction that stored something: clocks, alerts, and events of special interest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from registry.api import alert_keeping, clock_keeping, interest_keeping
from registry.api.derived import course_of, guarded
from registry.db import courses
from registry.db.transaction import Transaction

AT_ONCE = 200
"""Of how many visits the courses are in memory at once."""


def of_adverse_events(tx: Transaction, event_ids: Iterable[str]) -> None:
    """See to what adverse events ask for, after they or their assessments were recorded or amended."""
    ids = list(event_ids)
    clock_keeping.keep(tx, ids)
    interest_keeping.keep_of_events(tx, ids)


def of_visits(tx: Transaction, visit_ids: Iterable[str]) -> None:
    """See to what visits with their results ask for, after they were recorded or amended.

    Their participants are held first, all of them, in one order. The courses that so many visits are part of are read once,
    together with the alerts that are there: one round trip for all that watch. A course that cannot be read is logged, and
    what watches over it is left as it is.
    """
    ids = sorted(map(str, visit_ids))
    if ids:
        alert_keeping.hold(tx, ids)
    for start in range(0, len(ids), AT_ONCE):
        _of_visits(tx, ids[start : start + AT_ONCE])


def _of_visits(tx: Transaction, ids: Sequence[str]) -> None:
    asked = courses.ask(tx, [], visits=ids)
    alerts = alert_keeping.kept(tx, ids)
    read = [(course, images) for images in asked.courses() if (course := guarded(course_of, images)) is not None]
    alert_keeping.keep(tx, read, ids, alerts)
    interest_keeping.keep_of_visits(tx, [course for course, _ in read], ids)
