"""How a reporting clock stands at a moment: what is left of it, whether it is overdue, whether it was met."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from zoneinfo import ZoneInfo

from registry.domain.reporting_clocks import is_overdue

SECONDS_AN_HOUR = 3600
PLACES = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Standing:
    """A clock at a moment; `hours_left` is below 0 once it is overdue, and None where it does not run.

    `met` is None where nobody knows yet, or where nothing was required any more before it ran out.
    """

    due_at_site: str
    hours_left: Decimal | None
    overdue: bool
    met: bool | None


def standing(
    status: str,
    due_at: datetime,
    submitted_at: datetime | None,
    time_zone: str,
    now: datetime,
    overdue_at: datetime | None = None,
) -> Standing:
    """Tell how a clock stands; hours are rounded down to a tenth, so that none is promised that is not there."""
    running = status == "running"
    overdue = running and is_overdue(due_at, now)
    seconds = Decimal(str((due_at - now).total_seconds()))
    return Standing(
        due_at_site=due_at.astimezone(ZoneInfo(time_zone)).isoformat(timespec="seconds"),
        hours_left=(seconds / SECONDS_AN_HOUR).quantize(PLACES, ROUND_FLOOR) if running else None,
        overdue=overdue,
        met=submitted_at <= due_at if submitted_at else (False if overdue or overdue_at else None),
    )
