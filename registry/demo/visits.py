"""The visits of one child as a site would submit them: planned ones, one for an infection, remote ones, a draft."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from registry.demo import incidents
from registry.demo.assessments import disease_activity, functioning
from registry.demo.children import Child, workday
from registry.demo.course import State
from registry.demo.gaps import with_gaps
from registry.demo.growth import vital_signs
from registry.demo.laboratory import laboratory_results
from registry.demo.organs import damage, organ_involvement
from registry.demo.plans import OBSERVATIONAL, SCREENED_BEFORE, Plan
from registry.demo.skin import skin_disease
from registry.demo.strength import muscle_strength

DAMAGE_WEEKS = (0, 48)
"""Damage is assessed at baseline and yearly (SHARE, McCann 2018)."""
OFF_THE_DAY = {0: 0, 4: 5, 12: 6, 24: 10, 36: 12, 48: 13}
"""Days that a visit lies off its week at most; the weekend may lead a little further, out of the window."""
OF_SCREENING = ("vital_signs", "disease_activity", "muscle_strength")
OF_INFECTION = ("HGB", "WBC", "NEUT", "LYM", "PLAT", "CREAT", "CRP")
BY_TELEPHONE = (
    "patient_global_activity",
    "patient_global_scale",
    "patient_global_wording",
    "patient_global_rater",
    "pain",
    "pain_rater",
)

Visit = dict[str, Any]


def visits(child: Child, plan: Plan = OBSERVATIONAL) -> Iterator[Visit]:
    """Give the child's visits under a plan, in the order of their dates, without the participant's id."""
    last = last_week(child)
    made = [_planned(child, week) for week in plan.weeks if last is None or week <= last]
    if plan.trial:
        made.append(_screening(child))
    zoster = child.has("zoster")
    if zoster and (last is None or zoster.week < last):
        made.append(_of_infection(child, zoster.week))
    yield from sorted(made, key=lambda visit: str(visit["visited_on"]))


def last_week(child: Child) -> int | None:
    """Give the week of the last visit of a child that leaves, None of one that stays."""
    weeks = (incidents.stops_after(child.number), incidents.withdraws_after(child.number))
    return min((week for week in weeks if week is not None), default=None)


def day_of_visit(child: Child, week: int) -> date:
    """Give the day of a planned visit: a working day in its window."""
    off = child.dice("day", week).randint(-OFF_THE_DAY[week], OFF_THE_DAY[week])
    return workday(child.day_of(week) + timedelta(days=off))


def full_forms(rng: Random, child: Child, day: date, state: State) -> dict[str, dict[str, Any]]:
    """Draw every form of a visit."""
    return {
        "vital_signs": vital_signs(rng, child, day, state),
        "disease_activity": disease_activity(rng, child, day, state),
        "muscle_strength": muscle_strength(rng, child, day, state),
        "skin_disease": skin_disease(rng, child, state),
        "functioning": functioning(rng, child, day, state),
        "organ_involvement": organ_involvement(rng, child, day, state),
        "damage": damage(rng, child, state),
    }


def _screening(child: Child) -> Visit:
    """Give the visit before the child enters: what tells whether it may."""
    rng, day = child.dice("visit", "screening"), workday(child.enrolled - timedelta(days=SCREENED_BEFORE))
    forms = full_forms(rng, child, day, child.state(0))
    results = laboratory_results(rng, child, day, child.state(0))
    return _visit("screening", day, {name: forms[name] for name in OF_SCREENING}, results)


def _planned(child: Child, week: int) -> Visit:
    rng, day, state = child.dice("visit", week), day_of_visit(child, week), child.state(week)
    forms = with_gaps(rng, child, day, full_forms(rng, child, day, state))
    if week not in DAMAGE_WEEKS:
        del forms["damage"]
    visit = _visit(f"week_{week}", day, forms, laboratory_results(rng, child, day, state))
    if week == 4 and incidents.comes_remotely(child.number):
        return _remote(visit)
    return _draft(visit) if week == OBSERVATIONAL.weeks[-1] and incidents.leaves_draft(child.number) else visit


def _visit(event: str, day: date, forms: dict[str, dict[str, Any]], results: list[dict[str, Any]]) -> Visit:
    return {
        "event": event,
        "visited_on": day.isoformat(),
        "mode": "in_person",
        "status": "complete",
        "forms": forms,
        "laboratory_results": results,
    }


def _remote(visit: Visit) -> Visit:
    """Leave of a visit what can be had by telephone: what the family says; blood was not taken."""
    forms = visit["forms"]
    asked = {name: forms["disease_activity"][name] for name in BY_TELEPHONE if name in forms["disease_activity"]}
    reasons = forms["disease_activity"].get("missing", {})
    told = {"disease_activity": {**asked, "missing": {**reasons, "physician_global_activity": "not_done"}}}
    signs = {"weight": forms["vital_signs"]["weight"], "missing": {"height": "not_done"}}
    return visit | {
        "mode": "remote",
        "forms": {**told, "vital_signs": signs, "functioning": forms["functioning"]},
        "laboratory_results": [],
    }


def _draft(visit: Visit) -> Visit:
    """Leave a visit half entered: no mode, no totals yet, blood results not back."""
    forms = visit["forms"]
    entered = forms["muscle_strength"].items()
    strength = {name: value for name, value in entered if not name.endswith(("_total", "missing"))}
    return visit | {
        "mode": None,
        "status": "draft",
        "forms": {"vital_signs": forms["vital_signs"], "muscle_strength": strength},
        "laboratory_results": [],
    }


def _of_infection(child: Child, week: float) -> Visit:
    rng, day, state = child.dice("visit", week), workday(child.day_of(week) + timedelta(days=1)), child.state(week)
    forms = {
        "vital_signs": vital_signs(rng, child, day, state),
        "disease_activity": disease_activity(rng, child, day, state),
    }
    results = [one for one in laboratory_results(rng, child, day, state) if one["analyte"] in OF_INFECTION]
    return _visit("unscheduled", day, forms, results)
