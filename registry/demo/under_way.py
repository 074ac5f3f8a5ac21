"""A story as far as it is known on a day, and as a trial of new-onset disease takes it: for trials that are under way."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.domain.medications import MEDICATIONS

Body = dict[str, Any]
NOT_PERMITTED = frozenset({"conventional_immunosuppressant", "biologic"})
PERMITTED_ALL_THE_SAME = frozenset({"hydroxychloroquine"})
ENDS = ("ended_on", "reason_for_end")


def begun(bodies: list[Body], day: str, today: date) -> list[Body]:
    """Give what has begun by yesterday; an end that is still to come is not known yet."""
    known = [body for body in bodies if str(body[day]) < today.isoformat()]
    return [_going_on(body) if str(body.get("ended_on", "")) >= today.isoformat() else body for body in known]


def _going_on(body: Body) -> Body:
    return {name: value for name, value in body.items() if name not in ENDS}


def over(events: list[Body], today: date) -> list[Body]:
    """Give the events that are over by yesterday."""
    return [event for event in events if _last_day(event) < today.isoformat()]


def _last_day(event: Body) -> str:
    changes: list[str] = [change["changed_on"] for change in event.get("severity_changes", [])]
    days: list[str] = [event["started_on"], event.get("ended_on", ""), *changes]
    return max(days)


def newly_ill(participant: Body) -> Body:
    """Give a participant who was treated with nothing but what a trial of new-onset disease permits before."""
    before = [name for name in participant["prior_treatments"] if _permitted(name)]
    return participant | {"prior_treatments": before}


def permitted(medications: list[Body]) -> list[Body]:
    """Give the medications that a trial of new-onset disease permits."""
    return [one for one in medications if _permitted(one["medication"])]


def _permitted(name: str) -> bool:
    return MEDICATIONS[name].kind not in NOT_PERMITTED or name in PERMITTED_ALL_THE_SAME
