"""Calculate complete clinical response or remission at the last of several visits."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from marshmallow import validates_schema

from registry.domain.clinically_inactive_disease import STATES
from registry.domain.complete_clinical_response import (
    COMPLETE_CLINICAL_RESPONSE,
    Observation,
    complete_clinical_response,
)
from registry.domain.rules import Result, Rule
from registry.schemas.base import Record
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.fields import Choice, Day, ListOf, Part, about
from registry.schemas.sentences import broken

THERAPY = {"yes": "Myositis therapy was given", "no": "None was given", "unknown": "Unknown"}
MOST_VISITS = 200


class ObservedVisit(Record):
    """One visit: its day, whether disease was inactive, and whether there was therapy."""

    visited_on = Day(required=True, metadata=about("Day of the visit", example="2026-01-31"))
    state = Choice(STATES, required=True, metadata=about("Whether disease was inactive", example="inactive"))
    therapy = Choice(THERAPY, metadata=about("Any myositis therapy on the day; unknown unless told", example="yes"))


class CompleteClinicalResponseInput(Taken):
    """Visits in order of date; the response is that at the last."""

    visits = ListOf(
        Part(ObservedVisit, required=True),
        MOST_VISITS,
        metadata=about("Visits in order of date", example=[{"visited_on": "2026-01-31", "state": "inactive"}]),
    )
    therapy_between_visits = Choice(
        THERAPY,
        metadata=about("Any myositis therapy in the period on other days; as on the days of visits unless told"),
    )

    @validates_schema(skip_on_field_errors=True)
    def visits_are_in_order(self, body: dict[str, Any], **_: Any) -> None:
        """A visit is not before the one that it follows."""
        days = [visit["visited_on"] for visit in body.get("visits") or ()]
        if any(later < earlier for earlier, later in pairwise(days)):
            raise broken("not_in_order", "The visits of a response must be in order of date.", "visits")


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    visits = [
        Observation(on=visit["visited_on"], state=visit["state"], therapy=visit.get("therapy") or "unknown")
        for visit in body.get("visits") or ()
    ]
    return complete_clinical_response(visits, rule, body.get("therapy_between_visits") or "no")


def _example(first: str, last: str, therapy: str, category: str) -> Example:
    days = [{"visited_on": day, "state": "inactive", "therapy": therapy} for day in (first, last)]
    return Example("Domain reference 2.5, by calendar months", {"visits": days}, category=category)


CALCULATION = Calculation(
    "complete-clinical-response",
    (COMPLETE_CLINICAL_RESPONSE,),
    CompleteClinicalResponseInput,
    _calculate,
    (
        _example("2026-01-31", "2026-07-31", "yes", "complete_clinical_response"),
        _example("2026-01-31", "2026-07-31", "no", "remission"),
        _example("2026-01-31", "2026-07-30", "no", "neither"),
    ),
)
