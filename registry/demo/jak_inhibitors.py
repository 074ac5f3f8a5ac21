"""Exposure to JAK inhibitors: published doses by weight, changed, held and stopped as the course asks for it.

Doses: domain reference 5 (labels in juvenile idiopathic arthritis, Ding 2021). A few older children get baricitinib in
higher divided doses, outside the published range, as in the programmes of the NIH: the demo confirms them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from registry.demo.chance import about, exact
from registry.demo.children import Child
from registry.demo.growth import height_on, weight_on

Regimen = tuple[float, str, str, str]
"""Weight in kg below which it is given, formulation, mg an intake, intakes a day."""
ANY_WEIGHT = 999.0
REGIMENS: dict[str, tuple[Regimen, ...]] = {
    "baricitinib": ((30, "tablet", "2", "1"), (ANY_WEIGHT, "tablet", "4", "1")),
    "tofacitinib": (
        (20, "oral_solution", "3.2", "2"),
        (40, "oral_solution", "4", "2"),
        (ANY_WEIGHT, "tablet", "5", "2"),
    ),
    "ruxolitinib": ((25, "tablet", "2.5", "2"), (ANY_WEIGHT, "tablet", "5", "2")),
    "upadacitinib": (
        (20, "oral_solution", "3", "2"),
        (30, "oral_solution", "4", "2"),
        (ANY_WEIGHT, "extended_release_tablet", "15", "1"),
    ),
}
STEPPED: dict[str, Regimen] = {
    "tofacitinib": (ANY_WEIGHT, "tablet", "7.5", "2"),
    "ruxolitinib": (ANY_WEIGHT, "tablet", "7.5", "2"),
}
"""The highest dose of Ding 2021, when the usual one does not do."""
DIVIDED: Regimen = (ANY_WEIGHT, "tablet", "2", "3")
DIVIDED_FROM_KG = 30
NEXT = {"baricitinib": "tofacitinib", "upadacitinib": "ruxolitinib"}
"""What follows where no higher dose is published."""
ENDING = {"infection_hold", "adverse_event", "participant_choice"}
UNCONTROLLED = {"none", "partial"}
STEP_WEEK, SWITCH_WEEK = 16.0, 25.0
APART = 3
"""Days at least between two changes."""


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which the dose is thought over, and why; `weight_band` changes it only if the weight asks for it."""

    day: date
    reason: str


def doses(child: Child, last_week: float | None) -> list[dict[str, Any]]:
    """Give the intervals of the child's JAK inhibitors; the last goes on unless the child stops after `last_week`."""
    intervals: list[dict[str, Any]] = []
    drug, stepped = child.drug, False
    for change in _changes(child, last_week):
        if change.reason == "switch":
            drug, stepped = NEXT[drug], False
        stepped = stepped or change.reason == "efficacy"
        _follow(child, intervals, change, None if change.reason in ENDING else _dose(child, change.day, drug, stepped))
    return intervals


def drug_at(child: Child, week: float) -> str:
    """Give the JAK inhibitor that the child is on at a week."""
    return NEXT[child.drug] if _switches(child) and week >= SWITCH_WEEK else child.drug


def _switches(child: Child) -> bool:
    return child.course.response in UNCONTROLLED and child.drug not in STEPPED


def _follow(child: Child, intervals: list[dict[str, Any]], change: Change, dose: dict[str, Any] | None) -> None:
    """End the interval that goes on and begin the next, where the change makes a difference."""
    ongoing = intervals[-1] if intervals and "ended_on" not in intervals[-1] else None
    if dose and ongoing and all(dose[name] == ongoing[name] for name in ("drug", "mg_per_intake", "intakes_per_day")):
        return
    if ongoing:
        ongoing |= {"ended_on": (change.day - timedelta(days=1)).isoformat(), "reason_for_end": change.reason}
    if dose and (ongoing or change.reason != "weight_band"):
        taken = "full" if child.dice("adherence", len(intervals)).random() < 0.75 else "mostly"
        why = {"started_on": change.day.isoformat(), "reason_for_start": change.reason, "adherence": taken}
        intervals.append(dose | why)


def _dose(child: Child, day: date, drug: str, stepped: bool) -> dict[str, Any]:
    weight = weight_on(child, day, child.course.steroid_at((day - child.enrolled).days / 7))
    _, formulation, amount, intakes = _regimen(child, drug, stepped, weight)
    creatinine = about(child.dice("filtration", day), 0.31 * height_on(child, day), 0.06)
    return {
        "drug": drug,
        "formulation": formulation,
        "mg_per_intake": Decimal(amount),
        "intakes_per_day": Decimal(intakes),
        "weight_used": exact(weight, 2),
        "egfr_used": exact(36.5 * height_on(child, day) / creatinine, 1),
    }


def _regimen(child: Child, drug: str, stepped: bool, weight: float) -> Regimen:
    if drug == "baricitinib" and weight >= DIVIDED_FROM_KG and child.dice("divided").random() < 0.15:
        return DIVIDED
    if stepped and drug in STEPPED:
        return STEPPED[drug]
    return next(regimen for regimen in REGIMENS[drug] if weight < regimen[0])


def _changes(child: Child, last_week: float | None) -> list[Change]:
    """Give the changes in the order of time, at least three days apart."""
    asked = [(0.0, "started"), *((week, "weight_band") for week in (12.0, 24.0, 38.0, 52.0))]
    if child.course.response in UNCONTROLLED:
        asked.append((SWITCH_WEEK, "switch") if _switches(child) else (STEP_WEEK, "efficacy"))
    if zoster := child.has("zoster"):
        asked += [(zoster.week, "infection_hold"), (zoster.until + 1.5, "restarted")]
    if last_week is not None:
        asked = [one for one in asked if one[0] < last_week] + [(last_week + 0.5, _why_stopped(child))]
    changes: list[Change] = []
    for week, reason in sorted(asked):
        earliest = changes[-1].day + timedelta(days=APART) if changes else child.enrolled
        changes.append(Change(max(child.day_of(week), earliest), reason))
    return changes


def _why_stopped(child: Child) -> str:
    return "participant_choice" if child.course.response == "responder" else "adverse_event"
