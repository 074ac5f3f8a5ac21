"""When a study may be released: at moments that keep their distance, so that two releases cannot be subtracted.

Two extracts of one study a day apart differ by what was recorded between them: whoever holds both would know to the day when
a child was seen, whatever either extract says of dates. The distance is ours, no standard's: a quarter of a year holds several
visits of a child that is seen every four to twelve weeks, and is the coarsest unit of time that a released profile tells.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from registry.problems import ReleaseTooClose

VERSION = "1"
INTERVAL_DAYS = 90
"""Days between two moments at which a study is released, whoever receives them and by whichever released profile."""
INTERVAL = timedelta(days=INTERVAL_DAYS)


def usual_moment(now: datetime, released: Iterable[datetime]) -> datetime:
    """Give the moment of a release for which none was named: the newest one while it is younger than the interval."""
    newest = max((moment for moment in released if moment <= now), default=None)
    return newest if newest is not None and now - newest < INTERVAL else now


def named_moment(asked: datetime, released: Iterable[datetime]) -> datetime:
    """Give the moment that was named, where it is a release's or far enough from every one.

    Raises:
        ReleaseTooClose: it is another moment than a release's and too close to it.
    """
    known = sorted(set(released))
    close = [moment for moment in known if abs(asked - moment) < INTERVAL]
    if close and asked not in close:
        raise ReleaseTooClose(
            moments=[said(moment) for moment in close], new_from=said(known[-1] + INTERVAL), interval_days=INTERVAL_DAYS
        )
    return asked


def said(moment: datetime) -> str:
    """Write a moment as RFC 3339 has it, in UTC, with every digit."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
