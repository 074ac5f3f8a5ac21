"""Muscle strength: what muscle activity leaves of MMT8 and CMAS, and what age does not allow yet.

Healthy 4-year-olds score 46.6 of 52 (S-CMAS4); the steps up to full marks at 9 years are ours.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from registry.demo.chance import whole
from registry.demo.children import Child
from registry.demo.course import State
from registry.domain import items, sums

HEALTHY_DEFICIT = {3: 8.0, 4: 5.4, 5: 3.6, 6: 2.2, 7: 1.2, 8: 0.6}
"""Points of the CMAS that a healthy child of this age does not reach yet."""
HARD = {
    "cmas_sit_ups": 1.7,
    "cmas_head_elevation": 1.6,
    "cmas_straight_leg_lift": 1.3,
    "cmas_floor_rise": 1.2,
    "cmas_arm_raise_duration": 0.9,
    "cmas_supine_to_prone": 0.4,
    "cmas_pick_up": 0.5,
    "cmas_arm_raise": 0.5,
}
"""How much sooner an item fails than the mean one, which has 1."""
AGE_BOUND = {"cmas_sit_ups": 0.5, "cmas_head_elevation": 0.3, "cmas_arm_raise_duration": 0.2}
"""Where the points lie that age withholds."""
YOUNG_UNTIL = 6
YOUNG_CEILING = {"cmas_sit_ups": 4, "cmas_head_elevation": 4}
"""Where a centre scores young children out of 49; which items differ is not published."""
CMAS_LOSS = 3.1
"""Points of the CMAS that one point of muscle activity costs."""
WEAK = {
    "neck_flexors": 1.6,
    "gluteus_medius": 1.4,
    "gluteus_maximus": 1.3,
    "deltoid": 1.2,
    "quadriceps": 1.0,
    "biceps": 0.8,
    "ankle_dorsiflexors": 0.4,
    "wrist_extensors": 0.3,
}
MMT8_LOSS = 0.28
"""Points of one muscle that one point of activity costs, for the mean muscle."""
MMT26_EVERY = 12
MMT26_WEAK = {"mmt_axial": 1.4, "mmt_proximal": 1.1, "mmt_distal": 0.35}


def muscle_strength(rng: Random, child: Child, day: date, state: State) -> dict[str, Any]:
    """Draw MMT8 by muscle and CMAS by item, with their totals and maxima; of one child in twelve MMT26 too."""
    form = _mmt8(rng, child.place.mmt8_maximum, state.muscle)
    young = child.age_on(day) < YOUNG_UNTIL
    form["cmas_maximum"] = child.place.young_cmas_maximum if young else items.CMAS_FULL_MAXIMUM
    ceilings = YOUNG_CEILING if form["cmas_maximum"] < items.CMAS_FULL_MAXIMUM else {}
    form |= _cmas(rng, state.muscle, HEALTHY_DEFICIT.get(int(child.age_on(day)), 0.0), ceilings)
    if child.number % MMT26_EVERY == 7:
        form |= _mmt26(child.dice("mmt26", day), state.muscle)
    return form | totals(form, items.MMT8_TOTAL, items.CMAS_TOTAL)


def totals(form: dict[str, Any], *fields: str) -> dict[str, int]:
    """Give what the items of a form make of whole totals."""
    return {field: int(sums.expected_total(field, form).total or Decimal(0)) for field in fields}


def _mmt8(rng: Random, maximum: int, activity: float) -> dict[str, Any]:
    sides: tuple[items.Side, ...] = items.SIDES if maximum == items.MMT8_BILATERAL_MAXIMUM else ("right",)
    tested = [items.MMT8_AXIAL, *(item for side in sides for item in items.MMT8_BY_SIDE[side])]
    form: dict[str, Any] = {"mmt8_maximum": maximum}
    for item in tested:
        muscle = item.field.removeprefix("mmt8_").removesuffix("_right").removesuffix("_left")
        form[item.field] = 10 - whole(rng, activity * WEAK[muscle] * MMT8_LOSS, 10)
    return form if len(sides) > 1 else form | {"mmt8_side": "right"}


def _mmt26(rng: Random, activity: float) -> dict[str, Any]:
    form: dict[str, Any] = {}
    for part in items.MMT26_PARTS:
        best = part.maximum or 0
        form[part.field] = best - whole(rng, activity * MMT26_WEAK[part.field] * MMT8_LOSS * best / 10, best)
    return form | totals(form, items.MMT26_TOTAL)


def _cmas(rng: Random, activity: float, deficit: float, ceilings: dict[str, int]) -> dict[str, Any]:
    weights = {item.field: HARD.get(item.field, 0.8) * (item.maximum or 0) for item in items.CMAS_ITEMS}
    share = CMAS_LOSS * activity / sum(weights.values())
    form = {}
    for item in items.CMAS_ITEMS:
        best = item.maximum or 0
        lost = whole(rng, share * weights[item.field] + deficit * AGE_BOUND.get(item.field, 0.0), best)
        form[item.field] = min(best - lost, ceilings.get(item.field, best))
    return form
