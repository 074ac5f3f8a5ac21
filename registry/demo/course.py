"""The hidden course of one child: activity of skin, muscle and interferon, week by week under a JAK inhibitor.

Activity runs from 0 (none) to 10. Time constants follow Wang 2022 (n=20, baricitinib): skin DAS 6, 2 and 1, CMAS 41, 46
and 50 at weeks 0, 12 and 24; prednisone 0.53 to 0.33 mg/kg a day by week 12. Interferon falls faster than the clinic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import Literal

from registry.demo.chance import about, pick, within
from registry.demo.phenotypes import Phenotype

Response = Literal["responder", "partial", "none", "relapse"]
RESPONSES = {"responder": 0.73, "partial": 0.1, "none": 0.1, "relapse": 0.07}
REST = {"responder": (0.02, 0.12), "partial": (0.45, 0.6), "none": (0.8, 1.05), "relapse": (0.05, 0.15)}
"""Share of the activity that remains in the end, from and to."""
RELAPSE_WEEK = 38


@dataclass(frozen=True, slots=True)
class State:
    """A child at one week: activities of 0 to 10, steroid dose in mg/kg a day."""

    week: float
    skin: float
    muscle: float
    interferon: float
    vessels: float
    steroid: float

    @property
    def worst(self) -> float:
        return max(self.skin, self.muscle)


@dataclass(frozen=True, slots=True)
class Course:
    """What is drawn once for a child: where the disease starts, how fast it falls and what remains."""

    response: str
    skin: float
    muscle: float
    rest: float
    weeks_skin: float
    weeks_muscle: float
    steroid: float

    def at(self, week: float, rng: Random) -> State:
        """Give the child's state at a week since the start, varied a little from day to day by `rng`."""
        return State(
            week=week,
            skin=self._activity(self.skin, self.weeks_skin, week, rng),
            muscle=self._activity(self.muscle, self.weeks_muscle, week, rng),
            interferon=self._activity(0.7 * self.skin + 0.3 * self.muscle, self.weeks_skin * 0.4, week, rng),
            vessels=self._activity(self.skin, self.weeks_skin * 3, week, rng),
            steroid=self.steroid_at(week),
        )

    def steroid_at(self, week: float) -> float:
        """Give the prednisolone dose, mg/kg a day: weaned as far as the disease allows."""
        left = self._share(20.0, week)
        return self.steroid * left if left > 0.08 else 0.0

    def _activity(self, start: float, weeks: float, week: float, rng: Random) -> float:
        return within(about(rng, start * self._share(weeks, week), 0.1), 0.0, 10.0)

    def _share(self, weeks: float, week: float) -> float:
        """Give the share of the first activity that is left, with this time constant."""
        share = self.rest + (1 - self.rest) * math.exp(-week / weeks)
        if self.response == "relapse":
            share += (0.8 - share) / (1 + math.exp((RELAPSE_WEEK - week) / 3))
        return share


def course_of(rng: Random, phenotype: Phenotype, response: str | None = None) -> Course:
    """Draw the course of a child with this phenotype; a response that is given is not drawn."""
    drawn = pick(rng, RESPONSES)
    response = response or drawn
    low, high = REST[response]
    return Course(
        response=response,
        skin=within(rng.gauss(phenotype.skin, 1.2), 0.5, 9.5),
        muscle=within(rng.gauss(phenotype.muscle, 1.5), 0.2, 9.5),
        rest=rng.uniform(low, high),
        weeks_skin=about(rng, 9.5, 0.25),
        weeks_muscle=about(rng, 13.0, 0.25),
        steroid=within(about(rng, 0.55, 0.4), 0.15, 1.6),
    )
