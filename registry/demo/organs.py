"""Organ involvement and damage: calcinosis, lung, gut, joints, ulcers, and the Myositis Damage Index."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from registry.demo.chance import exact, scale, whole, within
from registry.demo.children import Child
from registry.demo.course import State
from registry.demo.growth import height_on
from registry.demo.skin import has_ulcers
from registry.domain import items

LUNG_FUNCTION_FROM_AGE = 6
LUNG_FUNCTION = ("fvc", "fvc_percent_predicted", "dlco_percent_predicted")


def organ_involvement(rng: Random, child: Child, day: date, state: State) -> dict[str, Any]:
    """Draw the form of organ involvement; what a child is too young for is missing with its reason."""
    joints = whole(rng, 0.8 * state.worst, 12) if child.joints else 0
    ulcerated = has_ulcers(child, state)
    form = _calcinosis(rng, child, state) | _lung(rng, child, day, state)
    return form | {
        "dysphagia": "mild" if child.gut and state.muscle > 3 else "none",
        "dysphonia": "mild" if child.gut and state.muscle > 5 else "none",
        "abdominal_pain": "mild" if child.gut and state.worst > 3 else "none",
        "gastrointestinal_bleeding": False,
        "gastrointestinal_vasculopathy": False,
        "pericarditis": False,
        "myocarditis": False,
        "arrhythmia": False,
        "arthritis": "none" if joints == 0 else "mild" if joints < 4 else "moderate",
        "active_joints": joints,
        "contractures": child.joints and child.number % 3 == 0,
        "skin_ulceration": ulcerated,
        "skin_ulcers": 1 + whole(rng, state.skin * 0.4, 9) if ulcerated else 0,
        **_high_risk(child, state),
    }


def _high_risk(child: Child, state: State) -> dict[str, Any]:
    """Give what tells of a high risk; it is rare."""
    own = child.dice("high risk", state.week)
    return {
        "bed_bound": state.muscle > 8,
        "aspiration": child.gut and state.muscle > 6,
        "central_nervous_system": own.random() < 0.004,
        "intensive_care": child.lung and state.worst > 7 and own.random() < 0.3,
    }


def _calcinosis(rng: Random, child: Child, state: State) -> dict[str, Any]:
    """Calcinosis shrinks in three of four and goes in one of four (Zhang 2023)."""
    own = child.dice("calcinosis")
    first, goes = 1 + own.randrange(9), own.random() < 0.25
    left = max(0.0, 1 - state.week / 60) if goes else max(0.3, 1 - state.week / 120)
    lesions = round(first * left) if child.calcinosis and child.course.response != "none" else first * child.calcinosis
    if not lesions:
        return {"calcinosis": False, "calcinosis_lesions": 0}
    return {
        "calcinosis": True,
        "calcinosis_lesions": lesions,
        "calcinosis_types": ["superficial"] if first < 7 else ["superficial", "tumoral"],
        "calcinosis_sites": own.sample(["elbow", "knee", "buttock", "hand"], 2),
        "calcinosis_largest": exact(own.uniform(4, 25) * (0.6 + 0.4 * left), 1),
        "calcinosis_activity": scale(rng.gauss(0.4 * state.worst, 0.4)),
        "calcinosis_damage": scale(1 + 0.3 * lesions),
        "calcinosis_limits_function": first > 6,
    }


def _lung(rng: Random, child: Child, day: date, state: State) -> dict[str, Any]:
    share = within(state.worst / 6, 0.0, 1.0) * child.lung
    form: dict[str, Any] = {"interstitial_lung_disease": "present" if share > 0.25 else "absent"}
    if child.lung:
        form["hrct_findings"] = ["ground_glass"] if share > 0.25 else ["none"]
        form["hrct_extent"] = round(25 * share)
    if child.age_on(day) < LUNG_FUNCTION_FROM_AGE:
        return form | {"missing": dict.fromkeys(LUNG_FUNCTION, "not_applicable")}
    per_cent = within(rng.gauss(98 - 3 * state.muscle / 2 - 25 * share, 4), 35, 130)
    return form | {
        "fvc": exact(per_cent / 100 * 3.9 * (height_on(child, day) / 165) ** 2.7, 2),
        "fvc_percent_predicted": exact(per_cent, 1),
        "dlco_percent_predicted": exact(within(rng.gauss(96 - 30 * share, 5), 30, 130), 1),
        "lung_function_reference": "gli_2012",
    }


def damage(rng: Random, child: Child, state: State) -> dict[str, Any]:
    """Draw the Myositis Damage Index: little, more with calcinosis and long steroids; it hardly changes in a year."""
    own = child.dice("damage")
    levels = {
        "muscle": own.uniform(0, 1.5) * (child.course.muscle > 4),
        "skeletal": own.uniform(0, 1.2) * child.joints,
        "cutaneous": own.uniform(0, 1) + 2.0 * child.calcinosis,
        "pulmonary": 1.5 * child.lung,
        "endocrine": own.uniform(0, 2) * (child.height_z < -1) + state.week / 200,
        "ocular": 0.5 * (child.course.steroid > 0.9),
    }
    form: dict[str, Any] = {
        item.field: scale(levels.get(item.field.removeprefix("mdi_").removesuffix("_severity"), 0.0))
        for item in items.MDI_SEVERITY_ITEMS
    }
    return form | {
        "mdi_severity_total": sum(form.values(), Decimal("0.0")),
        "mdi_extent_total": sum(value > 0 for value in form.values()) + rng.randrange(2),
        "mdi_extent_maximum": 38,
    }
