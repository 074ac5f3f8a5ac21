"""The 2016 ACR/EULAR Total Improvement Score of juvenile dermatomyositis and of adult dermatomyositis and polymyositis.

Source: domain reference 2.1 (S-TIS, S-CALC); the table is in `total_improvement_table`. The level of a measure is its
absolute percent change towards health, 100 x improvement / range, where the range of a strength total is the maximum of
the version used. A worsening scores 0; how many measures worsened is told.

A missing measure scores 0, and the result says that it is incomplete. Without the physician's global activity or strength
there is no total (S-CALC asks for at least these); that the extramuscular activity or the DAS is needed too is [MEM 60%],
and is not asked for unless a study says so. A muscle enzyme is measured against the upper limit of normal of its
baseline; one without a limit that did not improve scores 0, whatever its limit. A Likert has no published range.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from registry.domain.core_sets import Assessment, Compared, compared
from registry.domain.rules import Result, Rule, said, undecided
from registry.domain.total_improvement_table import TABLE, Constants

NEEDED = "A total needs the physician's global activity and the muscle strength at both visits."
THIRD_NEEDED = "In this study a total needs the extramuscular activity or the DAS too."


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureChange:
    """What one core set measure adds to the score."""

    measure: str | None = said("Core set measure")
    field: str | None = said("Tool it was measured with, as the input names it")
    baseline: Decimal | None = said("Value at baseline; an enzyme in U/L")
    followup: Decimal | None = said("Value at follow-up; an enzyme in U/L")
    range: Decimal | None = said("Range that the change is measured against")
    percent_change: Decimal | None = said("Change in percent of the range, an improvement positive", unit="%")
    level: int | None = said("Level of improvement, 0 to 4")
    points: Decimal | None = said("Points; null where the measure is missing, which adds 0", unit="{score}")
    worsened: bool | None = said("Whether it worsened at all")
    enzyme: str | None = said("Muscle enzyme that was followed")
    upper_limit: Decimal | None = said("Upper limit of normal of the enzyme at baseline", unit="U/L")
    reason: str | None = said("Why the measure counts as missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The score measure by measure."""

    measures: tuple[MeasureChange, ...] | None = said("The six core set measures")
    worsened_measures: int | None = said("How many measures worsened; no points are taken off")
    complete: bool | None = said("Whether all six measures could be scored")
    core_set: str | None = said("Core set used, imacs or printo")
    strength_measure: str | None = said("Tool of strength used, mmt8 or cmas")
    population: str | None = said("Population whose thresholds were used, juvenile or adult")
    thresholds: Mapping[str, Decimal] | None = said("Score from which each category is reached")


CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "none": "No improvement",
        "minimal": "Minimal improvement",
        "moderate": "Moderate improvement",
        "major": "Major improvement",
    }
)

TOTAL_IMPROVEMENT_SCORE = Rule(
    id="total-improvement-score",
    title="ACR/EULAR 2016 Total Improvement Score",
    version="1",
    source=TABLE,
    certainty=60,
    unit="{score}",
    categories=CATEGORIES,
    details=Details,
    constants=Constants(),
)


def total_improvement_score(
    baseline: Assessment,
    followup: Assessment,
    rule: Rule[Constants] = TOTAL_IMPROVEMENT_SCORE,
    *,
    core_set: str | None = None,
    strength_measure: str | None = None,
    population: str | None = None,
) -> Result:
    """Give the score, 0 to 100, and its category; what is not said of the variant is the rule's constant.

    KeyError for a core set, tool of strength or population that is none.
    """
    constants = rule.constants
    core_set = core_set or constants.core_set
    strength_measure = strength_measure or constants.strength_measure
    population = population or constants.population
    pairs = compared(baseline, followup, core_set, strength_measure, constants.enzyme)
    changes = tuple(_change(one, constants) for one in pairs)
    details = Details(
        measures=changes,
        worsened_measures=sum(change.worsened is True for change in changes),
        complete=all(change.points is not None for change in changes),
        core_set=core_set,
        strength_measure=strength_measure,
        population=population,
        thresholds=constants.thresholds(population),
    )
    return _total(rule, details, changes, _missing(pairs, changes))


def _total(
    rule: Rule[Constants], details: Details, changes: Sequence[MeasureChange], missing: tuple[str, ...]
) -> Result:
    why = " ".join(change.reason for change in changes if change.reason)
    if any(change.points is None for change in changes if change.measure in rule.constants.required):
        needed = NEEDED if rule.constants.third_required == "none" else f"{NEEDED} {THIRD_NEEDED}"
        return undecided(rule, f"{needed} {why}", *missing, details=details)
    total = sum((change.points for change in changes if change.points is not None), Decimal(0))
    return Result(
        rule=rule,
        value=total,
        category=category(total, details.thresholds or {}),
        missing=missing,
        final=bool(details.complete),
        reason=f"The score is incomplete; what is missing adds 0. {why}" if why else None,
        details=details,
    )


def category(total: Decimal, thresholds: Mapping[str, Decimal]) -> str:
    """Give the category of a total: the highest whose threshold it reaches, or none."""
    reached = [name for name in ("minimal", "moderate", "major") if total >= thresholds[name]]
    return reached[-1] if reached else "none"


def _change(one: Compared, constants: Constants) -> MeasureChange:
    improvement = one.improvement
    span, reason = _range(one, constants)
    unscored = MeasureChange(
        measure=one.measure,
        field=one.field,
        baseline=one.baseline,
        followup=one.followup,
        enzyme=one.enzyme,
        upper_limit=one.upper_limit,
        range=span,
        worsened=None if improvement is None else improvement < 0,
        reason=reason,
    )
    if improvement is None or reason is not None:
        return unscored
    percent = None if span is None else 100 * improvement / span
    level = 0 if percent is None else constants.level(one.measure, percent)
    points = constants.points(one.measure)[f"level_{level}"] if level else Decimal(0)
    return replace(unscored, percent_change=percent, level=level, points=points)


def _range(one: Compared, constants: Constants) -> tuple[Decimal | None, str | None]:
    """Give the range of a measure, or why it cannot be scored; neither where it scores 0 whatever its range."""
    if one.improvement is None:
        return None, one.reason
    if one.scale == "likert":
        return None, f"The {one.words} is on the Likert scale, whose range is not published."
    if one.measure == "enzyme":
        return _enzyme_range(one, constants)
    if one.measure == "quality_of_life" and constants.chq_physical_summary_range is None:
        return None, "The range of the CHQ physical summary is not published: set chq_physical_summary_range."
    ranges = {
        "strength": one.maximum,
        "function": constants.chaq_range,
        "quality_of_life": constants.chq_physical_summary_range,
        "disease_activity_score": constants.das_range,
    }
    return ranges.get(one.measure, constants.vas_range), None


def _enzyme_range(one: Compared, constants: Constants) -> tuple[Decimal | None, str | None]:
    if one.upper_limit is not None and one.enzyme is not None:
        return constants.enzyme_range_multiples[one.enzyme] * one.upper_limit, None
    if one.improvement is not None and one.improvement > 0:
        return None, f"{one.enzyme} improved and has no upper limit of normal at baseline to measure it against."
    return None, None


def _missing(pairs: Sequence[Compared], changes: Sequence[MeasureChange]) -> tuple[str, ...]:
    """Name the inputs that are not there, or that no measure can be made of."""
    named: list[str] = []
    for one, change in zip(pairs, changes, strict=True):
        if one.missing:
            named.extend(one.missing)
        elif change.reason is not None:
            named.extend(_unusable(one))
    return tuple(named)


def _unusable(one: Compared) -> tuple[str, ...]:
    if one.measure == "enzyme":
        return (f"baseline/enzymes/{one.enzyme}/upper_limit",)
    if one.measure == "quality_of_life":
        return ("constants/chq_physical_summary_range",)
    return tuple(f"{visit}/{one.field}" for visit in ("baseline", "followup"))
