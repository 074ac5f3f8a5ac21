"""Complete clinical response and remission of juvenile dermatomyositis (IMACS).

Source: domain reference 2.5 [MEM 88%]: complete clinical response is no evidence of active disease for at least 6
consecutive months on therapy; remission is the same for at least 6 months off all myositis therapy. What no evidence of
active disease is at one visit is a criterion of ours, version 1, that a study can choose.

Months are calendar months: 31 January to 31 July are six. The period is looked at from a visit backwards; its first and
last day are in it. A visit that is not inactive ends it, and one that cannot be decided leaves the response undecided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from registry.domain.clinically_inactive_disease import (
    CLINICALLY_INACTIVE_DISEASE,
    CLINICALLY_INACTIVE_DISEASE_REVISED,
    State,
)
from registry.domain.dates import months_between, plus_months
from registry.domain.rules import Result, Rule, constant, said, undecided

Therapy = Literal["yes", "no", "unknown"]

CATEGORIES: Mapping[str, str] = {
    "complete_clinical_response": "Complete clinical response: inactive long enough, on therapy",
    "remission": "Remission: inactive long enough, off all myositis therapy",
    "neither": "Neither",
    "indeterminate": "Indeterminate: something missing decides",
}
CRITERIA = (CLINICALLY_INACTIVE_DISEASE_REVISED.id, CLINICALLY_INACTIVE_DISEASE.id)
"""The rules that can say whether disease is inactive at a visit."""
SOURCE = "IMACS, domain reference 2.5"
CERTAINTY = 88
LONGEST = 120
"""A guard against months that no calendar has; ten years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """How long, and what counts as no evidence of active disease."""

    months: int = constant(
        "Consecutive calendar months without active disease", 6, source=SOURCE, certainty=CERTAINTY, high=LONGEST
    )
    criterion: str = constant(
        "Rule that says whether disease is inactive at a visit: " + " or ".join(CRITERIA),
        CLINICALLY_INACTIVE_DISEASE_REVISED.id,
        source="Ours, version 1",
        certainty=85,
        one_of=CRITERIA,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The period without active disease that ends at the last visit."""

    since: date | None = said("First visit since when every visit is inactive")
    months: int | None = said("Whole calendar months from then to the last visit", unit="mo")
    therapy: Therapy | None = said("Whether any myositis therapy was given in the period")
    criterion: str | None = said("Rule that says whether disease is inactive at a visit")


COMPLETE_CLINICAL_RESPONSE = Rule(
    id="complete-clinical-response",
    title="Complete clinical response and remission (IMACS)",
    version="1",
    source=SOURCE,
    certainty=85,
    constants=Constants(),
    categories=CATEGORIES,
    details=Details,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A visit: its day, whether disease is inactive, and whether any myositis therapy was given on the day."""

    on: date
    state: State
    therapy: Therapy = "unknown"


Observations = Sequence[Observation]


def complete_clinical_response(
    visits: Observations,
    rule: Rule[Constants] = COMPLETE_CLINICAL_RESPONSE,
    between: Therapy = "no",
) -> Result:
    """Tell the response at the last of the visits, which are in order of date.

    `between` is the therapy of the period on other days than those of the visits.
    """
    constants = rule.constants
    if not visits:
        return undecided(rule, "The response needs at least one visit.", "visits")
    certain, possible = _first_of_run(visits, ("inactive",)), _first_of_run(visits, ("inactive", "indeterminate"))
    if not _long_enough(visits, possible, constants):
        return Result(rule=rule, category="neither", details=_details(visits, certain, constants))
    if not _long_enough(visits, certain, constants):
        return _undecided_by_state(visits, possible, rule)
    return _by_therapy(visits, certain, between, rule)


def period_start(last: date, constants: Constants) -> date:
    """Give the first day of the period that ends on a day."""
    return plus_months(last, -constants.months)


def _first_of_run(visits: Observations, states: tuple[State, ...]) -> int:
    """Give the place of the first of the consecutive last visits that are in one of the states."""
    first = len(visits)
    while first and visits[first - 1].state in states:
        first -= 1
    return first


def _long_enough(visits: Observations, first: int, constants: Constants) -> bool:
    return first < len(visits) and plus_months(visits[first].on, constants.months) <= visits[-1].on


def _in_period(visits: Observations, first: int, constants: Constants) -> range:
    """Give the places of the visits of the period, which begins no earlier than the run."""
    start = period_start(visits[-1].on, constants)
    return range(next(place for place in range(first, len(visits)) if visits[place].on >= start), len(visits))


def _undecided_by_state(visits: Observations, possible: int, rule: Rule[Constants]) -> Result:
    missing = tuple(
        f"visits/{place}/state" for place in range(possible, len(visits)) if visits[place].state == "indeterminate"
    )
    return Result(
        rule=rule,
        category="indeterminate",
        missing=missing,
        final=False,
        reason="The response cannot be decided: whether disease was inactive is not known at every visit of the period.",
        details=_details(visits, _first_of_run(visits, ("inactive",)), rule.constants),
    )


def _by_therapy(visits: Observations, first: int, between: Therapy, rule: Rule[Constants]) -> Result:
    places = _in_period(visits, first, rule.constants)
    given = {f"visits/{place}/therapy": visits[place].therapy for place in places}
    given["therapy_between_visits"] = between
    therapy = _of_all(tuple(given.values()))
    details = _details(visits, first, rule.constants, therapy)
    if therapy != "unknown":
        category = "complete_clinical_response" if therapy == "yes" else "remission"
        return Result(rule=rule, category=category, details=details)
    return Result(
        rule=rule,
        category="indeterminate",
        missing=tuple(name for name, one in given.items() if one == "unknown"),
        final=False,
        reason="Disease is inactive for long enough; it is not known whether myositis therapy was given in the period.",
        details=details,
    )


def _of_all(therapies: tuple[Therapy, ...]) -> Therapy:
    if "yes" in therapies:
        return "yes"
    return "unknown" if "unknown" in therapies else "no"


def _details(visits: Observations, first: int, constants: Constants, therapy: Therapy | None = None) -> Details:
    since = visits[first].on if first < len(visits) else None
    return Details(
        since=since,
        months=months_between(since, visits[-1].on) if since else None,
        therapy=therapy,
        criterion=constants.criterion,
    )
