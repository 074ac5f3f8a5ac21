"""One full visit for benchmarks and tests: every form filled in, as many results as asked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

from registry.demo import children
from registry.demo.laboratory import laboratory_results
from registry.demo.places import PLACES
from registry.demo.visits import full_forms

OF_UNSCHEDULED = 8


def full_visit(rng: Random, participant_id: str, event: str, day: date, results: int = 30) -> dict[str, Any]:
    """Give the body of a complete visit with every form and `results` laboratory results, ready for `as_json`.

    The same participant is the same growing child on every day, and nothing asks for a confirmation as long as visits
    of one participant lie within some months of each other.
    """
    child = children.child(participant_id, 1, PLACES)
    week = int(event.removeprefix("week_")) if event.startswith("week_") else OF_UNSCHEDULED
    state = child.course.at(week, rng)
    return {
        "participant_id": participant_id,
        "event": event,
        "visited_on": day.isoformat(),
        "mode": "in_person",
        "status": "complete",
        "forms": full_forms(rng, child, day, state),
        "laboratory_results": _exactly(results, laboratory_results(rng, child, day, state)),
    }


def _exactly(count: int, drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give this many results with a value or a finding; those beyond the panel are a minute later."""
    there = [one for one in drawn if "missing_reason" not in one]
    chosen = zip(range(count), cycle(there), strict=False)
    return [_later(one, number // len(there)) for number, one in chosen]


def _later(result: dict[str, Any], minutes: int) -> dict[str, Any]:
    if not minutes:
        return result
    at = datetime.fromisoformat(result["collected_at"]) + timedelta(minutes=minutes)
    return {**result, "collected_at": at.isoformat()}
