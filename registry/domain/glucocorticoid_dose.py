"""A glucocorticoid as it is given, and its dose in milligrams a day: frequencies and units that make one.

Source: domain reference 2.8. Rules of ours where it is silent: once, as needed, every six months or another frequency is
not a daily dose; only units of mass, or of mass for each kilogram of a known weight, are milligrams.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

InForce = Literal["certain", "possible", "no"]

INTAKES_PER_DAY: Mapping[str, Fraction] = MappingProxyType(
    {
        "daily": Fraction(1),
        "twice_daily": Fraction(2),
        "three_times_daily": Fraction(3),
        "alternate_days": Fraction(1, 2),
        "weekly": Fraction(1, 7),
        "twice_weekly": Fraction(2, 7),
        "every_two_weeks": Fraction(1, 14),
        "every_four_weeks": Fraction(1, 28),
    }
)
"""Frequencies of a concomitant medication that make a daily dose."""

_MG = Fraction(1)
MG_IN: Mapping[str, Fraction] = MappingProxyType({"mg": _MG, "g": _MG * 1000, "ug": _MG / 1000})
MG_PER_KG_IN: Mapping[str, Fraction] = MappingProxyType({"mg/kg": _MG, "g/kg": _MG * 1000})


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A glucocorticoid as it is given: the dose of an intake in its unit and the intakes a day, or milligrams a day."""

    drug: str
    route: str | None = None
    dose: Decimal | None = None
    unit: str | None = None
    intakes_per_day: Fraction | None = None
    mg_per_day: Decimal | None = None
    in_force: InForce = "certain"


def milligrams_in(unit: str | None, weight: Decimal | None) -> Fraction | None:
    """Milligrams in a unit of dose, by a weight in kg where it is for each kilogram; None where that cannot be said."""
    per_kg = MG_PER_KG_IN.get(unit or "")
    if per_kg is None:
        return MG_IN.get(unit or "")
    return per_kg * Fraction(weight) if weight else None


def mg_per_day(drug: Given, weight: Decimal | None) -> Fraction | tuple[str, ...]:
    """Milligrams a day, or what is missing for them."""
    if drug.mg_per_day is not None:
        return Fraction(drug.mg_per_day)
    scale = milligrams_in(drug.unit, weight)
    if scale is None or drug.dose is None or drug.intakes_per_day is None:
        needed = {"dose": drug.dose, "intakes_per_day": drug.intakes_per_day}
        needed |= {"weight" if drug.unit in MG_PER_KG_IN else "unit": scale}
        return tuple(name for name, value in needed.items() if value is None)
    return Fraction(drug.dose) * scale * drug.intakes_per_day
