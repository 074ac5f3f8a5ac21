"""Growth and vital signs: height follows age and never shrinks, weight follows height, steroids add to it.

Medians of height and body mass index are rounded from the customary references (WHO, CDC), for synthetic data only.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from registry.demo.chance import about, exact, within
from registry.demo.children import Child
from registry.demo.course import State

YOUNGEST = 2
HEIGHTS = {
    "male": (87, 95.5, 103, 110, 116.5, 122.5, 128.5, 134, 139, 144, 150, 157, 164.5, 170.5, 174, 176, 177),
    "female": (
        85.5,
        94.5,
        102.5,
        109.5,
        115.5,
        121.5,
        127.5,
        133,
        139,
        145.5,
        152,
        157.5,
        160.5,
        162,
        163,
        163.3,
        163.5,
    ),
}
"""Median height in cm at 2 to 18 years."""
BODY_MASS = (16.5, 16.0, 15.6, 15.4, 15.4, 15.6, 15.9, 16.3, 16.8, 17.3, 17.9, 18.6, 19.3, 20.0, 20.6, 21.1, 21.6)
"""Median body mass index in kg/m2 at 2 to 18 years."""
HEIGHT_SD = 0.04
STEROID_GAIN = 0.09
"""Share of the weight that 1 mg/kg a day of prednisolone adds."""


def _between(table: tuple[float, ...], age: float) -> float:
    place = within(age - YOUNGEST, 0.0, len(table) - 1.0)
    index = min(int(place), len(table) - 2)
    return table[index] + (table[index + 1] - table[index]) * (place - index)


def height_on(child: Child, day: date) -> float:
    """Give the height in cm; it only ever grows with age."""
    return _between(HEIGHTS[child.sex], child.age_on(day)) * (1 + HEIGHT_SD * child.height_z)


def weight_on(child: Child, day: date, steroid: float) -> float:
    """Give the weight in kg under a steroid dose in mg/kg a day."""
    index = _between(BODY_MASS, child.age_on(day)) * (1 + child.build)
    return index * (height_on(child, day) / 100) ** 2 * (1 + STEROID_GAIN * steroid)


def vital_signs(rng: Random, child: Child, day: date, state: State) -> dict[str, Any]:
    """Draw the form of growth and vital signs."""
    age = child.age_on(day)
    systolic = rng.gauss(88 + 2 * age + 8 * state.steroid, 5)
    return {
        "height": exact(height_on(child, day), 1),
        "height_position": "standing",
        "weight": exact(about(rng, weight_on(child, day, state.steroid), 0.008), 2),
        "systolic_blood_pressure": round(systolic),
        "diastolic_blood_pressure": round(systolic * 0.6),
        "heart_rate": round(rng.gauss(115 - 2.4 * age, 8)),
        "respiratory_rate": round(rng.gauss(24 - 0.4 * age, 1.5)),
        "temperature": exact(within(rng.gauss(36.7, 0.25), 36.0, 38.2), 1),
        "oxygen_saturation": round(within(rng.gauss(95.5 if child.lung else 98.5, 1), 90, 100)),
    }
