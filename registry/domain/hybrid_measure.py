"""Hybrid measure of muscle strength of MMT8 and CMAS (hMC), 0 to 100, higher is better.

Source: domain reference 1.1 (S-HMC, Varnier): MMT8 (0 to 80) + CMAS head elevation (0 to 5) + CMAS sit-ups (0 to 6) +
CMAS floor rise recoded to 0 to 9. How the floor rise of 0 to 4 is recoded was found in no source: it is given recoded,
or a study sets the five constants.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from registry.domain.rules import Result, Rule, ascending, constant, said, undecided

SOURCE = "Varnier, hMC (S-HMC), domain reference 1.1"
NO_SOURCE = "In no source; a study sets it"
FLOOR_RISE_MAXIMUM = 4
RECODED_MAXIMUM = 9
HMC_MAXIMUM = 100
MMT8_NOT_ON_80 = "The MMT8 of the hMC is on the scale of 0 to 80."
NOT_PUBLISHED = (
    "The hMC needs the CMAS floor rise recoded to 0 to 9: the recoding is not published, and no study set it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """How the CMAS floor rise is recoded; None until a study says so."""

    floor_rise_0: Decimal | None = constant(
        "Floor rise of 0 recoded, 0 to 9", None, source=NO_SOURCE, high=RECODED_MAXIMUM
    )
    floor_rise_1: Decimal | None = constant(
        "Floor rise of 1 recoded, 0 to 9", None, source=NO_SOURCE, high=RECODED_MAXIMUM
    )
    floor_rise_2: Decimal | None = constant(
        "Floor rise of 2 recoded, 0 to 9", None, source=NO_SOURCE, high=RECODED_MAXIMUM
    )
    floor_rise_3: Decimal | None = constant(
        "Floor rise of 3 recoded, 0 to 9", None, source=NO_SOURCE, high=RECODED_MAXIMUM
    )
    floor_rise_4: Decimal | None = constant(
        "Floor rise of 4 recoded, 0 to 9", None, source=NO_SOURCE, high=RECODED_MAXIMUM
    )

    def __post_init__(self) -> None:
        """Refuse a recoding by which a better floor rise counts less."""
        ascending(self, *(f"floor_rise_{score}" for score in range(FLOOR_RISE_MAXIMUM + 1)), strictly=False)

    def recoded(self, floor_rise: Decimal) -> tuple[str, Decimal | None]:
        """Give the constant of a floor rise by name, and its value; a floor rise is a whole number from 0 to 4."""
        name = f"floor_rise_{int(floor_rise)}"
        value: Decimal | None = getattr(self, name)
        return name, value


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The four parts."""

    mmt8_total: Decimal | None = said("MMT8, 0 to 80", unit="{score}")
    cmas_head_elevation: Decimal | None = said("CMAS head elevation, 0 to 5", unit="{score}")
    cmas_sit_ups: Decimal | None = said("CMAS sit-ups, 0 to 6", unit="{score}")
    floor_rise_recoded: Decimal | None = said("CMAS floor rise recoded, 0 to 9", unit="{score}")


HMC = Rule(
    id="hmc",
    title="Hybrid measure of muscle strength (hMC) of MMT8 and CMAS",
    version="1",
    source=SOURCE,
    unit="{score}",
    constants=Constants(),
    details=Details,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What was measured; `floor_rise_recoded` counts before `cmas_floor_rise`. `unusable` says why a value does not."""

    mmt8_total: Decimal | None = None
    cmas_head_elevation: Decimal | None = None
    cmas_sit_ups: Decimal | None = None
    cmas_floor_rise: Decimal | None = None
    floor_rise_recoded: Decimal | None = None
    unusable: Mapping[str, str] | None = None


def hmc(measures: Measures, rule: Rule[Constants] = HMC) -> Result:
    """Give the hMC of its four parts; it is never prorated."""
    recoded, refused = _floor_rise(measures, rule.constants)
    parts = Details(
        mmt8_total=measures.mmt8_total,
        cmas_head_elevation=measures.cmas_head_elevation,
        cmas_sit_ups=measures.cmas_sit_ups,
        floor_rise_recoded=recoded,
    )
    values = (parts.mmt8_total, parts.cmas_head_elevation, parts.cmas_sit_ups, parts.floor_rise_recoded)
    names = ("mmt8_total", "cmas_head_elevation", "cmas_sit_ups", "floor_rise_recoded")
    missing = tuple(name for name, value in zip(names, values, strict=True) if value is None)
    if missing:
        return undecided(rule, _reason(measures, refused, missing), *missing, details=parts)
    return Result(rule=rule, value=sum((value for value in values if value is not None), Decimal(0)), details=parts)


def _floor_rise(measures: Measures, constants: Constants) -> tuple[Decimal | None, str | None]:
    """Give the floor rise recoded, or None with why it cannot be."""
    if measures.floor_rise_recoded is not None:
        return measures.floor_rise_recoded, None
    if measures.cmas_floor_rise is None:
        return None, "The hMC needs the CMAS floor rise."
    name, value = constants.recoded(measures.cmas_floor_rise)
    if value is None:
        return None, f"{NOT_PUBLISHED} The constant is {name}."
    return value, None


def _reason(measures: Measures, refused: str | None, missing: tuple[str, ...]) -> str:
    unusable = [why for name, why in (measures.unusable or {}).items() if name in missing]
    parts = ["The hMC needs its four parts: MMT8, CMAS head elevation, CMAS sit-ups and CMAS floor rise."]
    return " ".join([*parts, *unusable, *([refused] if refused else [])])
