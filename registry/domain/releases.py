"""When and how a study may be released: at moments that keep their distance, and to one recipient in one way.

Two extracts of one study a day apart differ by what was recorded between them: whoever holds both would know to the day when
a child was seen, whatever either extract says of dates. The distance is ours, no standard's: a quarter of a year holds several
visits of a child that is seen every four to twelve weeks, and is the coarsest unit of time that a released profile tells.

Two files of one child by two profiles, of other participants or of other sites can be laid side by side: together they tell what
neither tells, and fewer participants share it than either promises. So a recipient gets a study in one way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from registry.domain.recipients import same_name
from registry.problems import ReleasedOtherwise, ReleaseTooClose

VERSION = "1"
INTERVAL_DAYS = 90
"""Days between two moments at which a study is released, whoever receives them and by whichever released profile."""
INTERVAL = timedelta(days=INTERVAL_DAYS)


@dataclass(frozen=True, slots=True)
class Way:
    """To whom a study is released, and how: two are equal where nothing can be learned from one beside the other."""

    recipient: str
    profile: str
    uses: tuple[str, ...]
    sites: frozenset[str] | None
    """None where it is every site."""


@dataclass(frozen=True, slots=True)
class Release:
    """A study as it was released, or is about to be."""

    moment: datetime
    way: Way


def way_of(order: Mapping[str, Any]) -> Way:
    """Give the way in which an order releases its study."""
    sites = None if order["sites"] is None else frozenset(order["sites"])
    return Way(same_name(order["recipient"]), order["profile"], tuple(sorted(order["uses"])), sites)


def in_one_way(asked: Way, released: Iterable[Way]) -> None:
    """Let a recipient have a study in no other way than it has it.

    Raises:
        ReleasedOtherwise: it has it by another profile, for other uses or of other sites.
    """
    known = {one for one in released if one.recipient == asked.recipient}
    if known and asked not in known:
        left = sorted((one.profile, one.uses) for one in known if one.sites == asked.sites)
        raise ReleasedOtherwise(ways=[{"profile": profile, "uses": list(uses)} for profile, uses in left])


def usual_moment(now: datetime, released: Iterable[datetime]) -> datetime:
    """Give the moment of a release for which none was named: the newest one while it is younger than the interval.

    The newest may be later than `now`, of an order that came in between.
    """
    newest = max(released, default=None)
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
