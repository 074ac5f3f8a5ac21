"""The response criteria of a visit against the baseline: total improvement score, IMACS and PRINTO improvement.

The variant of the score is fixed for the participant (domain reference 2.1): its core set and tool of strength, else those
of the rule. The definitions have their own core set and the same tool. A total that is not stated is made of its items
where all are there; of several results of one enzyme the first with a value counts, in the order submitted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from registry.domain.core_set_enzymes import ENZYMES, Enzyme
from registry.domain.core_sets import SAID_TOGETHER, Assessment
from registry.domain.course import Course, Input, Visit, exact, order_of
from registry.domain.definition_of_improvement import definition_of_improvement
from registry.domain.derived import Derived, used
from registry.domain.printo_improvement import printo_improvement
from registry.domain.rules import Result, undecided
from registry.domain.sums import expected_total
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

TOTALS = ("mmt_total", "cmas_total", "chaq_index", "das_total")
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
        yield from _response(course, read(baseline), read(visit))


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


def read(visit: Visit) -> Read:
    """Read the core set measures of a visit."""
    found: dict[str, Any] = {}
    sources: dict[str, tuple[str, ...]] = {}
    for name, (form, field) in PLACES.items():
        value, fields = _measure(visit, name, form, field)
        if value is not None:
            found[name] = value
            sources[name] = tuple(f"/forms/{form}/{one}" for one in fields)
    enzymes = _enzymes(visit)
    sources["enzymes"] = tuple(f"/laboratory_results/{one.enzyme}" for one in enzymes)
    return Read(visit, Assessment(**found, enzymes=enzymes), sources)


def _measure(visit: Visit, name: str, form: str, field: str) -> tuple[Decimal | str | None, tuple[str, ...]]:
    if name in CODED:
        return _code(visit.form(form).get(field)), (field,)
    stated = visit.measured(form, field)
    if stated is not None or name not in TOTALS:
        return stated, (field,)
    made = expected_total(field, visit.form(form))
    return made.total, made.given


def _enzymes(visit: Visit) -> tuple[Enzyme, ...]:
    found: dict[str, Enzyme] = {}
    for result in visit.results(*ENZYMES):
        value = exact(result.get("value"))
        if value is not None and result["analyte"] not in found:
            found[result["analyte"]] = Enzyme(
                enzyme=result["analyte"],
                value=value,
                comparator=result.get("comparator"),
                upper_limit=exact(result.get("upper_limit")),
                unit=result.get("unit"),
            )
    return tuple(found.values())


def _code(value: Any) -> str | None:
    return value if isinstance(value, str) else None
