"""Skin disease: CDASI site by site, DAS, abbreviated CAT and nailfold capillaries, from the activity of the skin."""

from __future__ import annotations

from random import Random
from typing import Any

from registry.demo.chance import exact, whole, within
from registry.demo.children import Child
from registry.demo.course import State
from registry.demo.strength import totals
from registry.domain import items
from registry.domain.vocabulary import NAILFOLD_PATTERNS

USUAL_SITES = {
    "dorsal_hands": 1.5,
    "gottron_other": 1.5,
    "periorbital": 1.4,
    "malar": 1.4,
    "v_neck": 1.0,
    "arm": 0.9,
    "scalp": 0.7,
    "upper_back": 0.7,
    "lateral_thigh": 0.7,
}
ULCERATING = ("gottron_other", "arm", "leg_rest")
HEALTHY_DENSITY = 7.9
"""Loops/mm; untreated juvenile dermatomyositis 5.1 (Pachman 2023)."""
DENSITY_LOSS = 0.45


def skin_disease(rng: Random, child: Child, state: State) -> dict[str, Any]:
    """Draw the form of skin disease with its totals."""
    ulcerated = has_ulcers(child, state)
    form = _cdasi(rng, child, state, ulcerated) | _das(rng, child, state, ulcerated) | _nailfold(rng, state)
    form["acat_activity"] = whole(rng, state.skin * 1.3, 17)
    form["acat_damage"] = whole(rng, 0.3 + 2 * child.calcinosis, 11)
    return form | totals(
        form,
        items.CDASI_ACTIVITY_TOTAL,
        items.CDASI_DAMAGE_TOTAL,
        items.DAS_SKIN_TOTAL,
        items.DAS_MUSCLE_TOTAL,
        items.DAS_TOTAL,
    )


def has_ulcers(child: Child, state: State) -> bool:
    """Tell whether ulcers are open: they heal when the skin calms down."""
    return child.ulcers and state.skin > 2.5


def _cdasi(rng: Random, child: Child, state: State, ulcerated: bool) -> dict[str, Any]:
    form: dict[str, Any] = {}
    for (site, _), own in zip(items.CDASI_SITES, child.pattern, strict=True):
        erythema = whole(rng, state.skin * 0.15 * USUAL_SITES.get(site, 0.5) * own, 3)
        form[f"cdasi_{site}_erythema"] = erythema
        form[f"cdasi_{site}_scale"] = whole(rng, 0.35, 2) if erythema > 1 else 0
        form[f"cdasi_{site}_erosion"] = int(ulcerated and site in ULCERATING and rng.random() < 0.6)
        form[f"cdasi_{site}_poikiloderma"] = int(own > 1 and child.number % 3 == 0)
        form[f"cdasi_{site}_calcinosis"] = int(child.calcinosis and site in ULCERATING and own > 0.5)
    erythema = whole(rng, state.skin * 0.3, 3)
    return form | {
        "cdasi_gottron_hands_erythema": erythema,
        "cdasi_gottron_hands_papules": erythema > 0 and rng.random() < state.skin / 8,
        "cdasi_gottron_hands_ulceration": int(ulcerated and rng.random() < 0.5),
        "cdasi_gottron_hands_damage": int(child.number % 4 == 0),
        "cdasi_periungual": whole(rng, state.vessels * 0.25, 2),
        "cdasi_alopecia": whole(rng, state.skin * 0.05, 1),
    }


def _das(rng: Random, child: Child, state: State, ulcerated: bool) -> dict[str, Any]:
    kind = 4 if ulcerated else whole(rng, state.skin * 0.42, 3)
    muscle = state.muscle
    signs = {item.field: whole(rng, muscle * 0.13, 1) for item in items.DAS_MUSCLE_ITEMS[1:]}
    return signs | {
        "das_skin_type": kind,
        "das_skin_distribution": max(1, whole(rng, state.skin * 0.34, 3)) if kind else 0,
        "das_skin_vasculitis": whole(rng, state.vessels * 0.1, 1),
        "das_skin_gottron_papules": whole(rng, state.skin * 0.13, 1),
        "das_muscle_functional_status": whole(rng, muscle * 0.32, 3),
        "das_muscle_difficulty_swallowing": int(child.gut and muscle > 3),
        "das_muscle_nasal_speech": int(child.gut and muscle > 5),
    }


def _nailfold(rng: Random, state: State) -> dict[str, Any]:
    mean = within(HEALTHY_DENSITY - DENSITY_LOSS * state.vessels, 1.5, 9.5)
    fingers = {item.field: exact(within(rng.gauss(mean, 0.6), 0.5, 11.0), 1) for item in items.NAILFOLD_ITEMS}
    changed = [pattern for pattern in list(NAILFOLD_PATTERNS)[:5] if rng.random() < state.vessels * 0.07]
    return fingers | {
        "nailfold_density": exact(float(sum(fingers.values()) / len(fingers)), 2),
        "nailfold_patterns": changed,
        "nailfold_haemorrhage": rng.random() < state.vessels * 0.05,
    }
