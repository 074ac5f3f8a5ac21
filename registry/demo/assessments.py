"""Global assessments and questionnaires: what physician, child and parents make of the activity."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from registry.demo.chance import exact, scale, whole, within
from registry.demo.children import Child
from registry.demo.course import State
from registry.domain import items, sums

SELF_REPORT_FROM_AGE = 12
QUIET = 0.6
"""Activity below which a child feels well and an untrained eye sees nothing."""
CHAQ_WEIGHTS = {
    "chaq_activities": 1.5,
    "chaq_arising": 1.2,
    "chaq_walking": 1.0,
    "chaq_reach": 1.1,
    "chaq_hygiene": 1.1,
    "chaq_dressing": 1.1,
    "chaq_grip": 0.6,
    "chaq_eating": 0.5,
}


def rater(child: Child, day: date) -> str:
    """Say who answers: the child itself once it is old enough."""
    return "patient" if child.age_on(day) >= SELF_REPORT_FROM_AGE else "parent"


def disease_activity(rng: Random, child: Child, day: date, state: State) -> dict[str, Any]:
    """Draw the global assessments and the organ scales of the MDAAT."""
    physician = 0.7 * state.worst + 0.15 * min(state.skin, state.muscle)
    outside = 0.75 * state.skin + (1.0 if child.lung else 0.0) * state.skin / 6
    seen = 0.0 if state.worst < QUIET else 1.0
    return {
        "physician_global_activity": scale(seen * rng.gauss(physician, 0.5)),
        "physician_global_scale": "vas",
        "patient_global_activity": scale(rng.gauss(physician * 0.9, 1.1)),
        "patient_global_scale": "vas",
        "patient_global_wording": child.place.wording,
        "patient_global_rater": rater(child, day),
        "extramuscular_global_activity": scale(seen * rng.gauss(outside, 0.5)),
        "pain": scale(rng.gauss(0.5 * state.muscle + 0.1 * state.skin, 1.0)),
        "pain_rater": rater(child, day),
        "physician_global_damage": scale(0.3 + 1.5 * child.calcinosis + rng.random()),
    } | _organs(rng, child, state, seen)


def _organs(rng: Random, child: Child, state: State, seen: float) -> dict[str, Any]:
    """Draw the organ scales: lung, gut and joints calm down with the rest of the disease."""
    rest = state.worst / 7
    levels = {
        "constitutional": 0.3 * state.worst,
        "cutaneous": 0.85 * state.skin,
        "skeletal": 3.0 * child.joints * rest,
        "gastrointestinal": 3.0 * child.gut * rest,
        "pulmonary": 4.0 * child.lung * rest,
        "cardiovascular": 0.0,
        "other": 0.0,
        "muscle": 0.85 * state.muscle,
    }
    return {
        f"mdaat_{organ}": scale(seen * rng.gauss(level, 0.3) if level > 0.2 else 0.0) for organ, level in levels.items()
    }


def functioning(rng: Random, child: Child, day: date, state: State) -> dict[str, Any]:
    """Draw CHAQ, CHQ and PROMIS scores."""
    form: dict[str, Any] = {
        item.field: whole(rng, max(0.0, state.muscle - 0.4) * 0.27 * CHAQ_WEIGHTS[item.field], 3)
        for item in items.CHAQ_DOMAINS
    }
    form |= {item.field: state.muscle > 6 and rng.random() < 0.3 for item in items.CHAQ_AIDS}
    index = sums.expected_total(items.CHAQ_INDEX, form).total
    return form | {
        "chaq_index": exact(float(index or 0), 3),
        "chaq_rater": rater(child, day),
        "chq_physical_summary": _score(rng, 54 - 2.8 * state.muscle - 0.5 * state.skin),
        "promis_version": "Pediatric, look-up tables 2.0",
        "promis_rater": rater(child, day),
        "promis_global_health": _score(rng, 52 - 1.6 * state.worst),
        "promis_pain_interference": _score(rng, 42 + 1.8 * state.muscle + 0.3 * state.skin),
        "promis_mobility": _score(rng, 56 - 3.0 * state.muscle),
        "promis_upper_extremity": _score(rng, 54 - 2.2 * state.muscle),
        "promis_fatigue": _score(rng, 42 + 1.6 * state.worst),
    }


def _score(rng: Random, mean: float) -> Any:
    return exact(within(rng.gauss(mean, 4.0), 15.0, 85.0), 1)
