"""How severe an adverse event was from when on: its grades by date, and the rules that its course follows."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from registry.domain.dates import PartialDate
from registry.domain.deidentification import Action
from registry.schemas.base import Record
from registry.schemas.fields import NotInTheFuture, PartialDay, Whole, about
from registry.schemas.sentences import broken


class SeverityChange(Record):
    """A grade that an adverse event had from a day on."""

    grade = Whole(
        1,
        5,
        required=True,
        metadata=about("Severity as CTCAE grade from this day on", unit="{grade}", deidentify=Action.CODE),
    )
    changed_on = PartialDay(
        validate=NotInTheFuture(),
        required=True,
        metadata=about("First day at this grade, as far as it is known", example="2026-05-06", deidentify=Action.DATE),
    )


def refuse_impossible_course(event: Mapping[str, Any]) -> None:
    """Refuse grades out of order or outside the event, and a grade of the event that is not the highest of them.

    Raises:
        ValidationError: with the sentence of the first rule that is broken.
    """
    changes = event.get("severity_changes") or []
    if not changes:
        return
    days = [PartialDate.parse(change["changed_on"]) for change in changes]
    onset = PartialDate.parse(event["started_on"])
    last = event.get("died_on") or event.get("ended_on")
    if any(later.is_certainly_before(earlier) for earlier, later in combinations(days, 2)):
        raise broken("out_of_order", "The grades must be in the order of their days.", "severity_changes")
    if any(day.is_certainly_before(onset) for day in days):
        raise broken("before_onset", "No grade is of a day before the onset.", "severity_changes")
    if last and any(day.is_certainly_after(PartialDate.parse(last)) for day in days):
        raise broken("after_the_end", "No grade is of a day after the resolution or the death.", "severity_changes")
    if max(change["grade"] for change in changes) != event["grade"]:
        raise broken("not_the_highest", "The grade of the event is the highest of its severity_changes.", "grade")
