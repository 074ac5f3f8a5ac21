"""True values of every analyte in its standard unit, from a child's state, and the limits of normal of the demo.

Enzymes are log-normal multiples of their upper limit, tied to muscle activity; limits after domain reference 4.1 (hints
for synthetic data only), interferon references after section 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

from registry.demo.chance import about, within
from registry.demo.children import Child
from registry.demo.course import State
from registry.demo.growth import height_on

SIGLEC_FLOOR = 1200.0
"""Antibodies bound a cell, the floor of the assay: healthy children are at it (Graf 2022)."""
ENZYMES: dict[str, tuple[float, float]] = {
    "LDH": (0.75, 0.17),
    "AST": (0.6, 0.24),
    "ALT": (0.5, 0.26),
    "ALDOLASE": (0.6, 0.22),
}
"""Multiple of the upper limit at rest, and how steeply it rises with muscle activity."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of normal in the standard unit; None where the laboratory gives none."""

    lower: float | None
    upper: float | None


LIMITS: dict[str, Limits] = {
    "CK": Limits(25, 200),
    "LDH": Limits(120, 300),
    "AST": Limits(10, 45),
    "ALT": Limits(5, 35),
    "ALDOLASE": Limits(1, 7.5),
    "HGB": Limits(115, 155),
    "WBC": Limits(4.5, 13),
    "NEUT": Limits(1.8, 7.5),
    "LYM": Limits(1.2, 5.5),
    "PLAT": Limits(150, 420),
    "CREAT": Limits(20, 70),
    "EGFR": Limits(90, None),
    "BILI": Limits(2, 21),
    "GGT": Limits(4, 30),
    "ALB": Limits(35, 52),
    "CHOL": Limits(2.6, 5.2),
    "LDL": Limits(1, 3.4),
    "HDL": Limits(1, 2.2),
    "TRIG": Limits(0.3, 1.7),
    "CRP": Limits(None, 5),
    "ESR": Limits(None, 15),
    "FERRITIN": Limits(10, 140),
    "IGG": Limits(6, 15),
    "IFN6": Limits(None, 2.466),
    "IFN28Z": Limits(None, 40),
    "SIGLEC1": Limits(None, 2400),
    "CXCL10": Limits(None, 805),
    "CXCL9": Limits(None, 600),
    "GALECTIN9": Limits(None, 19396),
    "IFNA": Limits(None, 0.11),
    "NEOPTERIN": Limits(None, 10),
}


def values(rng: Random, child: Child, day: date, state: State) -> dict[str, float]:
    """Draw the value of every quantity in its standard unit."""
    return {analyte: draw(rng, child, day, state) for analyte, draw in DRAWS.items()}


Draw = Callable[[Random, Child, date, State], float]


def _ck(rng: Random, child: Child, _: date, state: State) -> float:
    rise = child.has("ck_rise")
    if rise and rise.shows_at(state.week):
        return 200 * rng.uniform(2.6, 4.8)
    return 200 * about(rng, 0.5 * math.exp(0.36 * child.phenotype.enzymes * state.muscle), 0.3)


def _enzyme(analyte: str) -> Draw:
    rest, slope = ENZYMES[analyte]
    upper = LIMITS[analyte].upper or 1.0

    def draw(rng: Random, child: Child, _: date, state: State) -> float:
        raised = child.has("transaminases")
        extra = 3.4 if analyte in ("AST", "ALT") and raised and raised.shows_at(state.week) else 1.0
        return upper * extra * about(rng, rest * math.exp(slope * child.phenotype.enzymes * state.muscle), 0.2)

    return draw


def _usual(mean: float, spread: float, incident: str = "", low: float = 1.0, high: float = 1.0) -> Draw:
    """A value about its mean; while an incident shows, from `low` to `high` instead."""

    def draw(rng: Random, child: Child, _: date, state: State) -> float:
        found = child.has(incident)
        return rng.uniform(low, high) if found and found.shows_at(state.week) else about(rng, mean, spread)

    return draw


def _interferon(base: float, slope: float, spread: float = 0.3) -> Draw:
    return lambda rng, child, day, state: about(rng, base * math.exp(slope * state.interferon), spread)


def _creatinine(rng: Random, child: Child, day: date, _: State) -> float:
    return about(rng, 0.31 * height_on(child, day), 0.08)


DRAWS: dict[str, Draw] = {
    "CK": _ck,
    **{analyte: _enzyme(analyte) for analyte in ENZYMES},
    "HGB": lambda rng, child, day, state: rng.gauss(131 - 1.5 * state.worst, 6),
    "WBC": _usual(7.2, 0.2),
    "NEUT": _usual(3.8, 0.25, "neutropenia", 1.05, 1.45),
    "LYM": _usual(2.2, 0.2, "lymphopenia", 0.55, 0.78),
    "PLAT": _usual(290, 0.18),
    "CREAT": _creatinine,
    "BILI": _usual(7, 0.3),
    "GGT": _usual(14, 0.3),
    "ALB": lambda rng, child, day, state: within(rng.gauss(44 - 0.5 * state.worst, 1.8), 25, 53),
    "LDL": _usual(2.3, 0.15, "lipids", 3.6, 4.5),
    "HDL": _usual(1.4, 0.15),
    "TRIG": _usual(0.95, 0.3, "lipids", 1.75, 2.6),
    "CRP": _usual(1.2, 0.9),
    "ESR": lambda rng, child, day, state: about(rng, 7 + 1.2 * state.worst, 0.3),
    "FERRITIN": lambda rng, child, day, state: about(rng, 45 + 60 * child.lung * state.worst, 0.4),
    "IGG": _usual(10.5, 0.2),
    "IFN6": _interferon(0.75, 0.5),
    "IFN28Z": _interferon(12, 0.42),
    "SIGLEC1": _interferon(700, 0.42, 0.45),
    "CXCL10": _interferon(130, 0.4, 0.35),
    "CXCL9": _interferon(110, 0.3, 0.35),
    "GALECTIN9": _interferon(7500, 0.25, 0.2),
    "IFNA": _interferon(0.02, 0.38, 0.5),
    "NEOPTERIN": _interferon(4.5, 0.22, 0.2),
}
