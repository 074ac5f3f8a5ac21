"""What the total of an instrument must be when its items are given, and when a given total contradicts them.

Sources: domain reference 1.2 (MMT8), 1.3 (CMAS), 1.4 (CHAQ [MEM 95%]), 1.5 (DAS), 1.6 (CDASI v2), 1.1 (nailfold mean,
MDI severity). Nothing is imputed: a missing item means no total, and the missing items are named. A total given without
any item is accepted, because a registry also receives totals from charts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from registry.domain import items
from registry.domain.items import Item

Values = Mapping[str, object]

VERSION = "1"
_NUMBERS = (int, Decimal)


@dataclass(frozen=True, slots=True)
class Expected:
    """The total that the items give, or None with the fields that are missing; `given` are the items that are there."""

    total: Decimal | None
    missing: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A total that its items do not allow; `missing` names the items that are not there, if that is why."""

    field: str
    sentence: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChaqRule:
    """How domains make the CHAQ index [MEM 95%]: a study can pass its own."""

    version: str = "1"
    minimum_domains: int = 6
    level_with_aid: int = 2


CHAQ_RULE = ChaqRule()


def mmt8(values: Values) -> Expected:
    """MMT8: neck flexors and seven muscles of the side used out of 80 (right unless said), of both sides out of 150."""
    maximum = _number(values, items.MMT8_MAXIMUM)
    if maximum is None:
        return Expected(None, (items.MMT8_MAXIMUM,), _given(values, items.MMT8_ITEMS))
    if maximum == items.MMT8_BILATERAL_MAXIMUM:
        return _sum(values, items.MMT8_ITEMS)
    return _sum(values, (items.MMT8_AXIAL, *items.MMT8_BY_SIDE[mmt8_side(values)]))


def mmt8_side(values: Values) -> items.Side:
    """The side an MMT8 out of 80 was tested on: the right unless the left is said (IMACS Form 04)."""
    return "left" if values.get(items.MMT8_SIDE) == "left" else "right"


def mmt26(values: Values) -> Expected:
    """MMT26, 0 to 260: the sum of the axial, the proximal and the distal muscles."""
    return _sum(values, items.MMT26_PARTS)


def mmt8_of_other_side(values: Values) -> tuple[str, ...]:
    """The muscles given of the side that was not used, on the 80 scale."""
    if values.get(items.MMT8_MAXIMUM) != items.MMT8_UNILATERAL_MAXIMUM:
        return ()
    other = items.MMT8_BY_SIDE["left" if mmt8_side(values) == "right" else "right"]
    return tuple(item.field for item in other if values.get(item.field) is not None)


def cmas(values: Values) -> Expected:
    """CMAS: the sum of its fourteen items; no proration is published."""
    return _sum(values, items.CMAS_ITEMS)


def cdasi_activity(values: Values) -> Expected:
    """CDASI v2 activity, 0 to 100: erythema of Gottron's on hands counts double with papules and once without."""
    counted = [item for item in items.CDASI_ACTIVITY_ITEMS if item.kind == "score"]
    plain = _sum(values, counted)
    erythema = _number(values, items.CDASI_HANDS_ERYTHEMA.field)
    papules = values.get(items.CDASI_HANDS_PAPULES.field)
    if papules is None and erythema != 0:
        return Expected(None, (*plain.missing, items.CDASI_HANDS_PAPULES.field), plain.given)
    if papules is not None:
        plain = replace(plain, given=(*plain.given, items.CDASI_HANDS_PAPULES.field))
    if plain.total is None or erythema is None or not papules:
        return plain
    return Expected(plain.total + erythema, (), plain.given)


def cdasi_damage(values: Values) -> Expected:
    """CDASI v2 damage, 0 to 32: poikiloderma and calcinosis at fifteen sites, and damage of Gottron's on hands."""
    return _sum(values, items.CDASI_DAMAGE_ITEMS)


def das_skin(values: Values) -> Expected:
    """DAS skin, 0 to 9: type, distribution, vasculitis and Gottron's papules."""
    return _sum(values, items.DAS_SKIN_ITEMS)


def das_muscle(values: Values) -> Expected:
    """DAS muscle, 0 to 11: functional status and eight signs."""
    return _sum(values, items.DAS_MUSCLE_ITEMS)


def das(values: Values) -> Expected:
    """DAS, 0 to 20: skin and muscle, each as given or, where it is not, from its items."""
    parts = ((items.DAS_SKIN_TOTAL, das_skin(values)), (items.DAS_MUSCLE_TOTAL, das_muscle(values)))
    given = tuple(field for field, part in parts if _number(values, field) is not None or part.given)
    total = Decimal(0)
    missing: list[str] = []
    for field, part in parts:
        stated = _number(values, field)
        value = part.total if stated is None else stated
        if value is None:
            missing.extend(part.missing if part.given else (field,))
        else:
            total += value
    return Expected(None, tuple(missing), given) if missing else Expected(total, (), given)


def chaq(values: Values, rule: ChaqRule = CHAQ_RULE) -> Expected:
    """CHAQ index, 0 to 3: the mean of the domains scored, at least six; an aid or help lifts a domain of 0 or 1 to 2.

    The mean is not rounded.
    """
    given = _given(values, items.CHAQ_DOMAINS)
    if len(given) < rule.minimum_domains:
        return Expected(None, tuple(item.field for item in items.CHAQ_DOMAINS if item.field not in given), given)
    scores = [_with_aid(values, field, rule) for field in given]
    return Expected(sum(scores, Decimal(0)) / len(scores), (), given)


def nailfold(values: Values) -> Expected:
    """Nailfold end-row-loop density: the mean of all eight fingers, loops/mm."""
    total = _sum(values, items.NAILFOLD_ITEMS)
    mean = None if total.total is None else total.total / len(items.NAILFOLD_ITEMS)
    return Expected(mean, total.missing, total.given)


def mdi_severity(values: Values) -> Expected:
    """MDI severity, 0 to 110: the sum of eleven organ visual analogue scales."""
    return _sum(values, items.MDI_SEVERITY_ITEMS)


@dataclass(frozen=True, slots=True)
class Total:
    """A total field, the form it stands in, how its items make it and how far it may differ by rounding.

    A sum may not differ at all. A mean may be written to two decimals (CHAQ) or one (nailfold); the tolerance is ours.
    """

    field: str
    form: str
    words: str
    rule: str
    expect: Callable[[Values], Expected]
    tolerance: Decimal = Decimal(0)


_ALL = (
    Total(items.MMT8_TOTAL, "muscle_strength", "MMT8 total", "the sum of its muscles on the scale used", mmt8),
    Total(items.MMT26_TOTAL, "muscle_strength", "MMT26 total", "the sum of its 3 groups of muscles", mmt26),
    Total(items.CMAS_TOTAL, "muscle_strength", "CMAS total", "the sum of its 14 items", cmas),
    Total(
        items.CDASI_ACTIVITY_TOTAL,
        "skin_disease",
        "CDASI activity total",
        "the sum of its items, with the erythema of Gottron's on hands doubled where there are papules",
        cdasi_activity,
    ),
    Total(items.CDASI_DAMAGE_TOTAL, "skin_disease", "CDASI damage total", "the sum of its items", cdasi_damage),
    Total(items.DAS_SKIN_TOTAL, "skin_disease", "DAS skin total", "the sum of its 4 items", das_skin),
    Total(items.DAS_MUSCLE_TOTAL, "skin_disease", "DAS muscle total", "the sum of its 9 items", das_muscle),
    Total(items.DAS_TOTAL, "skin_disease", "DAS total", "the sum of DAS skin and DAS muscle", das),
    Total(
        items.CHAQ_INDEX,
        "functioning",
        "CHAQ index",
        "the mean of at least 6 domains, each at least 2 where an aid or help is used",
        chaq,
        Decimal("0.005"),
    ),
    Total(items.NAILFOLD_MEAN, "skin_disease", "nailfold density", "the mean of 8 fingers", nailfold, Decimal("0.05")),
    Total(items.MDI_SEVERITY_TOTAL, "damage", "MDI severity total", "the sum of its 11 scales", mdi_severity),
)

TOTALS: Mapping[str, Total] = MappingProxyType({total.field: total for total in _ALL})
"""Every total that has items, by its field."""


def expected_total(field: str, values: Values) -> Expected:
    """What the items in the form's values make of a total, such as `cmas_total`; KeyError for a field that is none."""
    return TOTALS[field].expect(values)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A total that a form records, with the fields it was read from; a total that its items contradict is none."""

    total: Decimal | None
    fields: tuple[str, ...] = ()
    reason: str | None = None


def recorded_total(total: Total, values: Values) -> Recorded:
    """Read a total as stated or, where it is not, of its items; of a mean that was stated rounded the items decide."""
    stated, expected = _number(values, total.field), total.expect(values)
    if stated is None:
        return Recorded(expected.total, expected.given)
    if expected.total is None or expected.total == stated:
        return Recorded(stated, (total.field,))
    fields = (total.field, *expected.given)
    if abs(stated - expected.total) <= total.tolerance:
        return Recorded(expected.total, fields)
    return Recorded(None, fields, _contradicted(total))


def contradiction(field: str, values: Values) -> Contradiction | None:
    """Say how a given total contradicts its items; None where it agrees, is not given, or no item is given."""
    total = TOTALS[field]
    stated = _number(values, field)
    if stated is None:
        return None
    expected = total.expect(values)
    if not expected.given:
        return None
    if expected.total is None:
        return _incomplete(total, expected.missing)
    if abs(stated - expected.total) <= total.tolerance:
        return None
    return Contradiction(field, _contradicted(total))


def _contradicted(total: Total) -> str:
    return f"The {total.words} ({total.field}) must be {total.rule}."


def _incomplete(total: Total, missing: tuple[str, ...]) -> Contradiction:
    sentence = f"The {total.words} ({total.field}) must come with all its items or none; missing: {', '.join(missing)}."
    return Contradiction(total.field, sentence, missing)


def _sum(values: Values, counted: Iterable[Item]) -> Expected:
    given: dict[str, Decimal] = {}
    missing: list[str] = []
    for item in counted:
        number = _number(values, item.field)
        if number is None:
            missing.append(item.field)
        else:
            given[item.field] = number
    return Expected(None if missing else sum(given.values(), Decimal(0)), tuple(missing), tuple(given))


def _given(values: Values, counted: Iterable[Item]) -> tuple[str, ...]:
    return tuple(item.field for item in counted if _number(values, item.field) is not None)


def _with_aid(values: Values, field: str, rule: ChaqRule) -> Decimal:
    score = _number(values, field) or Decimal(0)
    return max(score, Decimal(rule.level_with_aid)) if values.get(f"{field}_aid") is True else score


def _number(values: Values, field: str) -> Decimal | None:
    value = values.get(field)
    return Decimal(value) if isinstance(value, _NUMBERS) else None
