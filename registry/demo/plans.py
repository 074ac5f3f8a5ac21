"""Under which shipped protocol the cohort is loaded: which visits it has, on what drug, and when the children enter.

The cohort of the observational study lies in the past, the same in every run. A trial is under way: its children enter in
the weeks before the day of loading, so that visits are done, due and to come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from registry.demo.children import Child, workday

STEP = 37
"""Spreads the children over the days on which they enter; it has no divisor in common with these numbers of days."""
STILL_SCREENED = 6
"""Over so many days after the loading children enter who are being screened."""
SCREENED_BEFORE = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """A shipped protocol for the demo: `since_days` is over how many days before the loading the children enter."""

    protocol: str
    weeks: tuple[int, ...]
    drug: str | None = None
    since_days: int | None = None

    @property
    def trial(self) -> bool:
        return self.since_days is not None

    @property
    def blinded(self) -> bool:
        return self.protocol == "randomised"

    def child(self, drawn: Child, today: date) -> Child:
        """Give the child as it enters this study: as old as it was drawn, on the study's drug."""
        if self.since_days is None:
            return drawn
        enters = workday(today + timedelta(days=STILL_SCREENED - drawn.number * STEP % self.since_days))
        moved = enters - drawn.enrolled
        return replace(drawn, enrolled=enters, born=drawn.born + moved, drug=self.drug or drawn.drug)


PLANS: Mapping[str, Plan] = MappingProxyType(
    {
        "observational": Plan("observational", (0, 4, 12, 24, 36, 48)),
        "single_arm": Plan("single_arm", (0, 4, 12, 24), "baricitinib", 210),
        "randomised": Plan("randomised", (0,), None, 28),
    }
)
OBSERVATIONAL = PLANS["observational"]
