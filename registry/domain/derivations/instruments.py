"""The total of every instrument that a visit recorded; CMAS and MMT8 are told at every visit, as missing where they are."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry.domain import items
from registry.domain.course import Course, Visit
from registry.domain.damage import mdi_severity
from registry.domain.derived import Derived, used
from registry.domain.disease_activity import MUSCLE, ORGANS, myoact
from registry.domain.functioning import chaq
from registry.domain.items import fields
from registry.domain.muscle_strength import cmas, mmt8, mmt26
from registry.domain.rules import Result, Rule
from registry.domain.skin_disease import cdasi_activity, cdasi_damage, das, das_muscle, das_skin, nailfold_density

_DAS_SKIN = (*fields(items.DAS_SKIN_ITEMS), items.DAS_SKIN_TOTAL)
_DAS_MUSCLE = (*fields(items.DAS_MUSCLE_ITEMS), items.DAS_MUSCLE_TOTAL)


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument of a form: its rule, its fields and what else its result tells of (`beside`), and how it is totalled."""

    rule: str
    form: str
    fields: tuple[str, ...]
    total: Callable[[Mapping[str, Any], Rule[Any]], Result]
    beside: tuple[str, ...] = ()


INSTRUMENTS = (
    Instrument("mmt26", "muscle_strength", (*fields(items.MMT26_PARTS), items.MMT26_TOTAL), mmt26),
    Instrument(
        "cdasi-activity",
        "skin_disease",
        (*fields(items.CDASI_ACTIVITY_ITEMS), items.CDASI_ACTIVITY_TOTAL),
        cdasi_activity,
        (*fields(items.CDASI_DAMAGE_ITEMS), items.CDASI_DAMAGE_TOTAL),
    ),
    Instrument(
        "cdasi-damage", "skin_disease", (*fields(items.CDASI_DAMAGE_ITEMS), items.CDASI_DAMAGE_TOTAL), cdasi_damage
    ),
    Instrument("das-skin", "skin_disease", _DAS_SKIN, das_skin),
    Instrument("das-muscle", "skin_disease", _DAS_MUSCLE, das_muscle),
    Instrument("das", "skin_disease", (*_DAS_SKIN, *_DAS_MUSCLE, items.DAS_TOTAL), das),
    Instrument("nailfold-density", "skin_disease", (*fields(items.NAILFOLD_ITEMS), items.NAILFOLD_MEAN), nailfold_density),
    Instrument("chaq", "functioning", (*fields((*items.CHAQ_DOMAINS, *items.CHAQ_AIDS)), items.CHAQ_INDEX), chaq),
    Instrument("myoact", "disease_activity", ORGANS, myoact, (MUSCLE,)),
    Instrument(
        "mdi-severity", "damage", (*fields(items.MDI_SEVERITY_ITEMS), items.MDI_SEVERITY_TOTAL), mdi_severity
    ),
)  # fmt: skip
_CMAS = (*fields(items.CMAS_ITEMS), items.CMAS_TOTAL, items.CMAS_MAXIMUM)
_MMT8 = (*fields(items.MMT8_ITEMS), items.MMT8_SIDE, items.MMT8_TOTAL, items.MMT8_MAXIMUM)


def of_visit(course: Course, visit: Visit) -> Iterator[Derived]:
    """Derive the total of each instrument."""
    yield _cmas(course, visit)
    yield Derived(
        mmt8(visit.form("muscle_strength"), course.rules["mmt8"]),
        used(visit.used(*_pointers(visit, "muscle_strength", _MMT8))),
    )
    for instrument in INSTRUMENTS:
        if _given(visit, instrument.form, instrument.fields):
            result = instrument.total(visit.form(instrument.form), course.rules[instrument.rule])
            every = (*instrument.fields, *instrument.beside)
            yield Derived(result, used(visit.used(*_pointers(visit, instrument.form, every))))


def _cmas(course: Course, visit: Visit) -> Derived:
    """The CMAS, with the participant's age where the visit has a date."""
    day, participant = visit.day("visited_on"), course.participant
    age = None if day is None else participant.months_old(day) // 12
    result = cmas(visit.form("muscle_strength"), age, course.rules["cmas"])
    born = participant.used("birth_year", "birth_month") if age is not None and result.value is not None else None
    return Derived(result, used(visit.used(*_pointers(visit, "muscle_strength", _CMAS)), born))


def _given(visit: Visit, form: str, names: tuple[str, ...]) -> tuple[str, ...]:
    values = visit.form(form)
    return tuple(name for name in names if values.get(name) is not None)


def _pointers(visit: Visit, form: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"/forms/{form}/{name}" for name in _given(visit, form, names))
