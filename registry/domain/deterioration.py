"""Confirmed deterioration as in the ProDERM trial, compared with the baseline.

Source: domain reference 2.6 (S-PRODERM, Figure 1): on two consecutive visits the physician's global activity worse by at
least 2 cm and the MMT8 worse by at least 20 %; or the extramuscular global worse by at least 2 cm; or any 3 of the 5 core
set measures, enzymes excluded, worse by at least 30 %. The five are the physician's and the patient's global activity,
the MMT8, the CHAQ and the extramuscular global.

Percentages are relative to the baseline. From a baseline of 0 a worsening has no percentage: it is flagged for manual
review, and the criteria in cm still count. What stays at 0, or an MMT8 that cannot fall below 0, is not worse.
A flare that a clinician declares is another matter: no flare rule for juvenile dermatomyositis was found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Literal

from registry.domain.rules import Result, Rule, constant, said
from registry.domain.units import SIGNIFICANT_DIGITS

Status = Literal["met", "failed", "missing", "manual_review"]

CATEGORIES: Mapping[str, str] = {
    "confirmed": "Confirmed deterioration: at this visit and at the one before",
    "unconfirmed": "Deterioration at this visit, not at the one before",
    "none": "No deterioration at this visit",
    "indeterminate": "Indeterminate: something missing decides",
}
SOURCE = "ProDERM, Figure 1 (S-PRODERM), domain reference 2.6"
PHYSICIAN, MMT8, EXTRAMUSCULAR = "physician_global_activity", "mmt8_total", "extramuscular_global_activity"
MEASURES: tuple[str, ...] = (PHYSICIAN, "patient_global_activity", MMT8, "chaq_index", EXTRAMUSCULAR)
"""The five core set measures; a higher MMT8 is better, any other is worse."""
NO_BASELINE = "Deterioration is compared with the baseline, and there is no baseline visit."
FROM_ZERO = "A worsening from a baseline of 0 has no percentage and needs manual review."
PLACES = Decimal("0.1")
_TWELVE_DIGITS = Context(prec=SIGNIFICANT_DIGITS)
"""A mean that does not end (a CHAQ of six domains) still worsens by exactly 30 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """How much worse is a deterioration."""

    physician_global_cm: Decimal = constant(
        "Physician's global activity worse by, cm", Decimal(2), source=SOURCE, high=10
    )
    mmt8_percent: Decimal = constant("MMT8 worse by, with the physician's global, %", Decimal(20), source=SOURCE)
    extramuscular_cm: Decimal = constant(
        "Extramuscular global activity worse by, cm", Decimal(2), source=SOURCE, high=10
    )
    core_set_percent: Decimal = constant("Core set measure worse by, %", Decimal(30), source=SOURCE)
    core_set_measures: int = constant("Core set measures that must be worse, of 5", 3, source=SOURCE, high=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How one measure changed from the baseline."""

    measure: str | None = said("Measure")
    worsening: Decimal | None = said("Worsening in the measure's own unit; below 0 it is better")
    percent: Decimal | None = said("Worsening relative to the baseline", unit="%")
    core_set: Status | None = said("Whether it is worse by the percentage of the core set measures")
    reason: str | None = said("Why a value that is there does not count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """One visit against the baseline."""

    deterioration: Status | None = said("Whether any criterion is met")
    physician_global_and_mmt8: Status | None = said("Physician's global activity and MMT8 worse")
    extramuscular: Status | None = said("Extramuscular global activity worse")
    core_set: Status | None = said("Enough of the core set measures worse")
    worse: int | None = said("Core set measures worse, of 5")
    changes: tuple[Change, ...] | None = said("Each core set measure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The visit and the one before."""

    visit: Assessed | None = said("This visit against the baseline")
    previous: Assessed | None = said("The visit before against the baseline; null where there is none after it")
    manual_review: tuple[str, ...] | None = said("Measures whose worsening from 0 needs manual review")


DETERIORATION = Rule(
    id="deterioration",
    title="Confirmed deterioration (ProDERM)",
    version="1",
    source=SOURCE,
    constants=Constants(),
    categories=CATEGORIES,
    details=Details,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The core set measures of a visit: globals in cm, MMT8 on the scale of the baseline; None where not measured.

    `unusable` says of a measure why what is there does not count.
    """

    physician_global_activity: Decimal | None = None
    patient_global_activity: Decimal | None = None
    mmt8_total: Decimal | None = None
    chaq_index: Decimal | None = None
    extramuscular_global_activity: Decimal | None = None
    unusable: Mapping[str, str] = field(default_factory=dict)

    def value(self, measure: str) -> Decimal | None:
        value: Decimal | None = getattr(self, measure)
        return value


def deterioration(
    baseline: Measures, visit: Measures, previous: Measures | None, rule: Rule[Constants] = DETERIORATION
) -> Result:
    """Tell whether a visit is a deterioration; `previous` is the visit before it, where that is after the baseline."""
    now = _assess(baseline, visit, rule.constants)
    before = _assess(baseline, previous, rule.constants) if previous else None
    reviewed = tuple(dict.fromkeys((*_reviewed(now), *_reviewed(before))))
    category = _category(now.deterioration, before.deterioration if before else "failed")
    undecided = category == "indeterminate"
    missing = _missing({"baseline": baseline, "previous": previous, "visit": visit})
    reason = " ".join((*_undecided(now, undecided=undecided), *((FROM_ZERO,) if reviewed else ())))
    return Result(
        rule=rule,
        category=category,
        missing=missing,
        final=not undecided and not reviewed,
        reason=reason or None,
        details=Details(visit=now, previous=before, manual_review=reviewed),
    )


def _category(now: Status | None, before: Status | None) -> str:
    if now == "failed":
        return "none"
    if now != "met" or before not in {"met", "failed"}:
        return "indeterminate"
    return "confirmed" if before == "met" else "unconfirmed"


def _undecided(now: Assessed, *, undecided: bool) -> tuple[str, ...]:
    if not undecided:
        return ()
    if now.deterioration == "met":
        sentence = "This visit meets a criterion of deterioration; whether the one before does cannot be decided."
    else:
        sentence = "Deterioration at this visit cannot be decided: a missing measure could change it."
    return (sentence, *dict.fromkeys(change.reason for change in now.changes or () if change.reason))


def _reviewed(assessed: Assessed | None) -> tuple[str, ...]:
    changes = (assessed.changes or ()) if assessed else ()
    return tuple(one.measure for one in changes if one.core_set == "manual_review" and one.measure)


def _missing(visits: Mapping[str, Measures | None]) -> tuple[str, ...]:
    return tuple(
        f"{name}/{measure}"
        for name, visit in visits.items()
        for measure in MEASURES
        if visit is not None and visit.value(measure) is None
    )


def _assess(baseline: Measures, visit: Measures, constants: Constants) -> Assessed:
    changes = tuple(_change(measure, baseline, visit, constants) for measure in MEASURES)
    worsening = {one.measure: one.worsening for one in changes}
    both = _all_of(
        _at_least(worsening[PHYSICIAN], constants.physician_global_cm),
        _worse_by(worsening[MMT8], baseline.mmt8_total, constants.mmt8_percent),
    )
    extramuscular = _at_least(worsening[EXTRAMUSCULAR], constants.extramuscular_cm)
    core_set = _enough(tuple(one.core_set for one in changes), constants.core_set_measures)
    return Assessed(
        deterioration=_any_of(both, extramuscular, core_set),
        physician_global_and_mmt8=both,
        extramuscular=extramuscular,
        core_set=core_set,
        worse=sum(one.core_set == "met" for one in changes),
        changes=changes,
    )


def _change(measure: str, baseline: Measures, visit: Measures, constants: Constants) -> Change:
    before, now = baseline.value(measure), visit.value(measure)
    if before is None or now is None:
        reason = visit.unusable.get(measure) or baseline.unusable.get(measure)
        return Change(measure=measure, core_set="missing", reason=reason)
    worsening = before - now if measure == MMT8 else now - before
    return Change(
        measure=measure,
        worsening=worsening,
        percent=(100 * worsening / before).quantize(PLACES) if before > 0 else None,
        core_set=_worse_by(worsening, before, constants.core_set_percent),
    )


def _at_least(worsening: Decimal | None, limit: Decimal) -> Status:
    if worsening is None:
        return "missing"
    return "met" if worsening >= limit else "failed"


def _worse_by(worsening: Decimal | None, baseline: Decimal | None, percent: Decimal) -> Status:
    if worsening is None or baseline is None:
        return "missing"
    if baseline == 0:
        return "manual_review" if worsening > 0 else "failed"
    return "met" if _TWELVE_DIGITS.divide(100 * worsening, baseline) >= percent else "failed"


def _enough(statuses: tuple[Status | None, ...], needed: int) -> Status:
    met, failed = statuses.count("met"), statuses.count("failed")
    if met >= needed:
        return "met"
    if len(statuses) - failed < needed:
        return "failed"
    return "manual_review" if "manual_review" in statuses else "missing"


def _all_of(*statuses: Status) -> Status:
    return _enough(statuses, len(statuses))


def _any_of(*statuses: Status) -> Status:
    return _enough(statuses, 1)
