"""What an adverse event happened under: which doses and medications were in force at its onset and at each change of severity.

A date known to the month or year stands for each of its days: what covers all of them was in force, what covers one of them
may have been, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.domain.dates import PartialDate

AROUND_DAYS = 30
"""Days before and after the onset whose results are told; ours [MEM 60%], for reading, and decides nothing."""

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """A day of an event, as far as it is known: its onset, or a change of its severity."""

    occasion: str
    on: str
    grade: int | None


def moments(event: Record) -> Iterator[Moment]:
    """Give the moments of an event, from its onset on."""
    yield Moment("onset", event["started_on"], None)
    for change in event.get("severity_changes") or []:
        yield Moment("severity_change", change["changed_on"], change["grade"])


def in_force(records: Iterable[Record], on: str) -> list[dict[str, Any]]:
    """Give those records whose interval covers a day, each with whether it does `certainly`."""
    day = PartialDate.parse(on)
    return [{**record, "certainly": _covers(record, day)} for record in records if _may_cover(record, day)]


def _covers(record: Record, day: PartialDate) -> bool:
    start, end = _known(record, "started_on"), _known(record, "ended_on")
    return start is not None and start.latest <= day.earliest and (end is None or end.earliest >= day.latest)


def _may_cover(record: Record, day: PartialDate) -> bool:
    start, end = _known(record, "started_on"), _known(record, "ended_on")
    begun = date.min if start is None else start.earliest
    over = date.max if end is None else end.latest
    return begun <= day.latest and over >= day.earliest


def _known(record: Record, name: str) -> PartialDate | None:
    return PartialDate.parse(record[name]) if record.get(name) else None
