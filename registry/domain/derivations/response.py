"""The response criteria of a visit against the baseline: total improvement score, IMACS and PRINTO improvement.

The variant of the score is fixed for the participant (domain reference 2.1): its core set and tool of strength, else those
of the rule. The definitions have their own core set and the same tool. A total that is not stated is made of its items
where all are there; of an index that was stated rounded its domains decide. A CMAS of its items alone is out of 52.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from registry.domain import items
from registry.domain.core_set_enzymes import ENZYMES, Enzyme
from registry.domain.core_sets import SAID_TOGETHER, Assessment
from registry.domain.course import Course, Input, Visit, exact, order_of
from registry.domain.definition_of_improvement import definition_of_improvement
from registry.domain.derivations.state_measures import cmas_maximum
from registry.domain.derived import Derived, used
from registry.domain.functioning import chaq_total
from registry.domain.printo_improvement import printo_improvement
from registry.domain.rules import Result, undecided
from registry.domain.sums import TOTALS as MADE_OF_ITEMS
from registry.domain.sums import Total, recorded_total
from registry.domain.total_improvement_score import total_improvement_score

PLACES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "physician_global_activity": ("disease_activity", "physician_global_activity"),
        "physician_global_scale": ("disease_activity", "physician_global_scale"),
        "patient_global_activity": ("disease_activity", "patient_global_activity"),
        "patient_global_scale": ("disease_activity", "patient_global_scale"),
        "patient_global_wording": ("disease_activity", "patient_global_wording"),
        "mmt_total": ("muscle_strength", "mmt8_total"),
        "mmt_maximum": ("muscle_strength", "mmt8_maximum"),
        "cmas_total": ("muscle_strength", "cmas_total"),
        "cmas_maximum": ("muscle_strength", "cmas_maximum"),
        "chaq_index": ("functioning", "chaq_index"),
        "extramuscular_global_activity": ("disease_activity", "extramuscular_global_activity"),
        "das_total": ("skin_disease", "das_total"),
        "chq_physical_summary": ("functioning", "chq_physical_summary"),
    }
)
"""Where each measure stands in a visit: form and field."""

CODED = ("physician_global_scale", "patient_global_scale", "patient_global_wording")
NO_BASELINE = "There is no baseline: no complete visit of week 0, nor one on or before the first JAK inhibitor dose."
NO_DATE = "The visit has no date, so it cannot be placed after the baseline."


@dataclass(frozen=True, slots=True)
class Read:
    """The core set measures of a visit, and the fields of the visit that each was read from."""

    visit: Visit
    assessment: Assessment
    sources: Mapping[str, tuple[str, ...]]

    def used(self, result: Result) -> Input:
        """Name the visit with the fields that the measures of a result were read from."""
        names = [name for one in result.details.measures for name in SAID_TOGETHER.get(one.field, (one.field,))]
        return self.visit.used(*(field for name in names for field in self.sources.get(name, ())))


def of_visit(course: Course, visit: Visit) -> Iterator[Derived]:
    """Derive the response at a visit after the baseline; nothing at the baseline and before it."""
    baseline = course.baseline
    dated = bool(visit.image.get("visited_on"))
    if baseline is None or not dated:
        rule = course.rules["total-improvement-score"]
        yield Derived(undecided(rule, NO_DATE if baseline else NO_BASELINE), used(visit.used()))
    elif visit.id != baseline.id and order_of(visit) > order_of(baseline):
        yield from _response(course, _read_once(course, baseline), _read_once(course, visit))


def _response(course: Course, before: Read, after: Read) -> Iterator[Derived]:
    participant, rules = course.participant, course.rules
    score = rules["total-improvement-score"]
    core_set = _code(participant.image.get("core_set"))
    tool = _code(participant.image.get("strength_measure")) or score.constants.strength_measure
    values = (before.assessment, after.assessment)
    for result in (
        total_improvement_score(*values, score, core_set=core_set, strength_measure=tool),
        definition_of_improvement(*values, rules["definition-of-improvement"], strength_measure=tool),
        printo_improvement(*values, rules["printo-improvement"], strength_measure=tool),
    ):
        variant = participant.used("core_set", "strength_measure")
        yield Derived(result, used(after.used(result), before.used(result), variant))


def _read_once(course: Course, visit: Visit) -> Read:
    return course.remembered("core set measures", visit, lambda: read(course, visit))


def read(course: Course, visit: Visit) -> Read:
    """Read the core set measures of a visit, the CHAQ by the constants of the study."""
    totals = {**MADE_OF_ITEMS, items.CHAQ_INDEX: chaq_total(course.rules["chaq"])}
    found: dict[str, Any] = {}
    sources: dict[str, tuple[str, ...]] = {}
    for name, (form, field) in PLACES.items():
        value, fields = _measure(visit, form, field, totals.get(field))
        if value is not None:
            found[name] = value
            sources[name] = tuple(f"/forms/{form}/{one}" for one in fields)
    enzymes = _enzymes(visit)
    sources["enzymes"] = tuple(f"/laboratory_results/{one.enzyme}" for one in enzymes)
    return Read(visit, Assessment(**found, enzymes=enzymes), sources)


def _measure(visit: Visit, form: str, field: str, total: Total | None) -> tuple[Decimal | str | None, tuple[str, ...]]:
    if field in CODED:
        return _code(visit.form(form).get(field)), (field,)
    if field == items.CMAS_MAXIMUM:
        return cmas_maximum(visit).value, (field,) if visit.form(form).get(field) is not None else ()
    if total is None:
        return visit.measured(form, field), (field,)
    recorded = recorded_total(total, visit.form(form))
    return recorded.total, recorded.fields


def _enzymes(visit: Visit) -> tuple[Enzyme, ...]:
    counting = (visit.counting(enzyme) for enzyme in ENZYMES)
    return tuple(
        Enzyme(
            enzyme=result["analyte"],
            value=exact(result["value"]),
            comparator=result.get("comparator"),
            upper_limit=exact(result.get("upper_limit")),
            unit=result.get("unit"),
        )
        for result in counting
        if result is not None
    )


def _code(value: Any) -> str | None:
    return value if isinstance(value, str) else None
