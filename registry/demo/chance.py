"""Chance by seed, and exact numbers from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from random import Random


def dice(*names: object) -> Random:
    """Give the source of chance of these names, the same in every run; one for each aspect keeps aspects apart."""
    return Random("/".join(map(str, names)))  # noqa: S311 - synthetic data, the same in every run


def exact(value: float, places: int) -> Decimal:
    """Write a number with the decimal places of its field."""
    return Decimal(f"{value:.{places}f}")


def within(value: float, low: float, high: float) -> float:
    """Keep a number from `low` to `high`."""
    return min(max(low, value), high)


def scale(value: float) -> Decimal:
    """Give a mark on a visual analogue scale of 0 to 10 cm."""
    return exact(within(value, 0.0, 10.0), 1)


def whole(rng: Random, value: float, high: int) -> int:
    """Round up or down by chance, so that the mean is the value; from 0 to `high`."""
    return int(within(math.floor(value + rng.random()), 0, high))


def about(rng: Random, value: float, spread: float = 0.1) -> float:
    """Vary a number by a factor: log-normal, `spread` is the standard deviation of the logarithm."""
    return value * math.exp(rng.gauss(0.0, spread))


def pick(rng: Random, shares: Mapping[str, float]) -> str:
    """Pick one name by its share."""
    return rng.choices(list(shares), list(shares.values()))[0]
