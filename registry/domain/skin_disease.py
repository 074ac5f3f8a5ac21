"""Skin disease: CDASI activity and damage, DAS with its parts, and nailfold density, as totals.

Sources: domain reference 1.6 (CDASI v2: Yassaee 2010; levels of periungual changes and alopecia [MEM 85%]), 1.5 (DAS: Bode
2003; item wording [MEM 80%]), 1.1 (nailfold: mean of eight fingers, Pachman 2023; which fingers [MEM 95%]).
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from registry.domain import items
from registry.domain.instruments import Details, Reading, read, total_of
from registry.domain.rules import NoConstants, Result, Rule, said
from registry.domain.sums import Values

_CDASI = "Domain reference 1.6, S-CDASI"
_DAS = "Domain reference 1.5, S-NIHJDM (sub-totals)"


@dataclass(frozen=True, slots=True, kw_only=True)
class CdasiActivityDetails(Details):
    """What a CDASI activity rests on, and the damage beside it."""

    damage: Decimal | None = said("CDASI damage, 0 to 32", unit="{score}")
    damage_note: str | None = said("Why there is no damage total")


@dataclass(frozen=True, slots=True, kw_only=True)
class DasDetails(Details):
    """What a DAS rests on, and its parts."""

    skin: Decimal | None = said("DAS skin, 0 to 9", unit="{score}")
    muscle: Decimal | None = said("DAS muscle, 0 to 11", unit="{score}")


def _rule(name: str, title: str, source: str, certainty: int, details: type = Details) -> Rule[NoConstants]:
    return Rule(
        id=name,
        title=title,
        version="1",
        source=source,
        certainty=certainty,
        unit="{score}",
        constants=NoConstants(),
        details=details,
    )


CDASI_ACTIVITY = _rule("cdasi-activity", "CDASI v2 activity", _CDASI, 85, CdasiActivityDetails)
CDASI_DAMAGE = _rule("cdasi-damage", "CDASI v2 damage", _CDASI, 100)
DAS_SKIN = _rule("das-skin", "JDM Disease Activity Score, skin", _DAS, 80)
DAS_MUSCLE = _rule("das-muscle", "JDM Disease Activity Score, muscle", _DAS, 80)
DAS = _rule("das", "JDM Disease Activity Score (DAS)", _DAS, 80, DasDetails)
NAILFOLD = replace(
    _rule("nailfold-density", "Nailfold end-row-loop density", "Domain reference 1.1, s12969-023-00903-x", 95),
    unit="/mm",
)


def read_cdasi_activity(values: Values) -> Reading:
    """Read the CDASI activity: erythema of Gottron's on hands counts double with papules, once without."""
    return read(items.CDASI_ACTIVITY_TOTAL, values, maximum=items.CDASI_ACTIVITY_MAXIMUM)


def cdasi_activity(values: Values, rule: Rule[NoConstants] = CDASI_ACTIVITY) -> Result:
    """Give the CDASI activity, 0 to 100, with the damage beside it."""
    found = read_cdasi_activity(values)
    damage = cdasi_damage(values)
    details = CdasiActivityDetails(**found.rests_on, damage=damage.value, damage_note=damage.reason)
    return total_of(rule, found, details)


def read_cdasi_damage(values: Values) -> Reading:
    """Read the CDASI damage."""
    return read(items.CDASI_DAMAGE_TOTAL, values, maximum=items.CDASI_DAMAGE_MAXIMUM)


def cdasi_damage(values: Values, rule: Rule[NoConstants] = CDASI_DAMAGE) -> Result:
    """Give the CDASI damage, 0 to 32."""
    return _plain(rule, read_cdasi_damage(values))


def read_das_skin(values: Values) -> Reading:
    """Read the DAS skin."""
    return read(items.DAS_SKIN_TOTAL, values, maximum=items.DAS_SKIN_MAXIMUM)


def das_skin(values: Values, rule: Rule[NoConstants] = DAS_SKIN) -> Result:
    """Give the DAS skin, 0 to 9."""
    return _plain(rule, read_das_skin(values))


def read_das_muscle(values: Values) -> Reading:
    """Read the DAS muscle."""
    return read(items.DAS_MUSCLE_TOTAL, values, maximum=items.DAS_MUSCLE_MAXIMUM)


def das_muscle(values: Values, rule: Rule[NoConstants] = DAS_MUSCLE) -> Result:
    """Give the DAS muscle, 0 to 11."""
    return _plain(rule, read_das_muscle(values))


def read_das(values: Values) -> Reading:
    """Read the DAS: a part that contradicts its own items makes no total."""
    found = read(items.DAS_TOTAL, values, maximum=items.DAS_MAXIMUM)
    parts = (read_das_skin(values), read_das_muscle(values))
    return replace(found, broken=(*(one for part in parts for one in part.broken), *found.broken))


def das(values: Values, rule: Rule[NoConstants] = DAS) -> Result:
    """Give the DAS, 0 to 20, with its skin and muscle parts."""
    found = read_das(values)
    skin, muscle = read_das_skin(values).value, read_das_muscle(values).value
    return total_of(rule, found, DasDetails(**found.rests_on, skin=skin, muscle=muscle))


def read_nailfold(values: Values) -> Reading:
    """Read the nailfold density; a stated mean may be rounded to one decimal."""
    return read(items.NAILFOLD_MEAN, values)


def nailfold_density(values: Values, rule: Rule[NoConstants] = NAILFOLD) -> Result:
    """Give the end-row-loop density, loops/mm: the mean of all eight fingers."""
    return _plain(rule, read_nailfold(values))


def _plain(rule: Rule[NoConstants], found: Reading) -> Result:
    return total_of(rule, found, Details(**found.rests_on))
