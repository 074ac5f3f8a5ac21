"""Clinically inactive disease of juvenile dermatomyositis (PRINTO), as published and as revised.

Sources: domain reference 2.3. Lazarevic 2013 (S-CID): at least 3 of CK at most 150 U/L, CMAS at least 48, MMT8 at least
78 on the scale of 0 to 80, physician's global activity at most 0.2 on the visual analogue scale. Almeida 2015 (S-CID2):
the physician's global is essential, with at least 2 of the other 3 [MEM 85%].

With a criterion missing the state is told only where that criterion cannot change it. The CMAS cut-off belongs to the
maximum of 52: a version scored out of 49 is a missing criterion, for nobody published a cut-off for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from registry.domain.analytes import named
from registry.domain.items import CMAS_FULL_MAXIMUM, MMT8_UNILATERAL_MAXIMUM
from registry.domain.rules import Result, Rule, constant, said
from registry.domain.units import IncompatibleUnits, UnknownUnit, convert

State = Literal["inactive", "not_inactive", "indeterminate"]
Status = Literal["met", "failed", "missing"]

STATES: Mapping[str, str] = {
    "inactive": "Clinically inactive disease",
    "not_inactive": "Not clinically inactive",
    "indeterminate": "Indeterminate: a missing criterion decides",
}
PUBLISHED = "Lazarevic 2013 (S-CID), domain reference 2.3"
REVISED = "Almeida 2015 (S-CID2), domain reference 2.3"
UNIT = "U/L"
PHYSICIAN_GLOBAL = "physician_global_activity"
CENSORED = "The creatine kinase is censored, and the cut-off lies where its true value may be."


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOffs:
    """The cut-offs of the four criteria."""

    creatine_kinase_at_most: Decimal = constant("Creatine kinase at most, U/L", Decimal(150), source=PUBLISHED)
    cmas_at_least: Decimal = constant(
        "CMAS total at least, out of 52", Decimal(48), source=PUBLISHED, high=CMAS_FULL_MAXIMUM
    )
    mmt8_at_least: Decimal = constant(
        "MMT8 total at least, out of 80", Decimal(78), source=PUBLISHED, high=MMT8_UNILATERAL_MAXIMUM
    )
    physician_global_at_most: Decimal = constant(
        "Physician's global activity at most, cm on the visual analogue scale",
        Decimal("0.2"),
        source=PUBLISHED,
        low=0,
        high=10,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants(CutOffs):
    """The cut-offs, and how many criteria must be met."""

    criteria_needed: int = constant("Criteria that must be met, of 4", 3, source=PUBLISHED, high=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisedConstants(CutOffs):
    """The cut-offs, and how many criteria must be met besides the physician's global activity."""

    others_needed: int = constant(
        "Criteria that must be met besides the physician's global activity, of 3",
        2,
        source=REVISED,
        certainty=85,
        high=3,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion."""

    measure: str | None = said("Measure")
    cut_off: Decimal | None = said("Cut-off, included: at most for creatine kinase and global activity, else at least")
    unit: str | None = said("Unit of the cut-off, UCUM")
    status: Status | None = said("Whether it is met, failed or missing")
    reason: str | None = said("Why a value that is there does not count")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The criteria, and what both variants make of them."""

    criteria: tuple[Criterion, ...] | None = said("The four criteria")
    met: int | None = said("Criteria met")
    failed: int | None = said("Criteria failed")
    original: State | None = said("State by the criteria as published, with the cut-offs in force")
    revised: State | None = said("State by the revised criteria, with the cut-offs in force")


CLINICALLY_INACTIVE_DISEASE = Rule(
    id="clinically-inactive-disease",
    title="Clinically inactive disease (PRINTO)",
    version="1",
    source=PUBLISHED,
    constants=Constants(),
    categories=STATES,
    details=Details,
)
CLINICALLY_INACTIVE_DISEASE_REVISED = Rule(
    id="clinically-inactive-disease-revised",
    title="Clinically inactive disease (PRINTO), physician's global activity essential",
    version="1",
    source=REVISED,
    certainty=85,
    constants=RevisedConstants(),
    categories=STATES,
    details=Details,
)
AnyRule = Rule[Constants] | Rule[RevisedConstants]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What was measured; None where it was not. `unusable` says of a measure why what is there does not count."""

    creatine_kinase: Decimal | None = None
    unit: str | None = None
    comparator: str | None = None
    cmas_total: Decimal | None = None
    cmas_maximum: Decimal | None = None
    mmt8_total: Decimal | None = None
    physician_global_activity: Decimal | None = None
    unusable: Mapping[str, str] = field(default_factory=dict)


def clinically_inactive_disease(measures: Measures, rule: AnyRule = CLINICALLY_INACTIVE_DISEASE) -> Result:
    """Tell whether disease is clinically inactive; the MMT8 is on the scale of 0 to 80, the global in cm."""
    criteria = _criteria(measures, rule.constants)
    original, revised = _states(criteria, rule.constants)
    state = revised if isinstance(rule.constants, RevisedConstants) else original
    missing = tuple(one.measure for one in criteria if one.status == "missing" and one.measure)
    return Result(
        rule=rule,
        category=state,
        missing=missing,
        final=state != "indeterminate",
        reason=_reason(criteria) if state == "indeterminate" else None,
        details=Details(
            criteria=criteria,
            met=_count(criteria, "met"),
            failed=_count(criteria, "failed"),
            original=original,
            revised=revised,
        ),
    )


def _states(criteria: tuple[Criterion, ...], constants: CutOffs) -> tuple[State, State]:
    """Give the state as published and as revised; a variant that is not the rule's own counts as shipped."""
    shipped, shipped_revised = CLINICALLY_INACTIVE_DISEASE.constants, CLINICALLY_INACTIVE_DISEASE_REVISED.constants
    needed = (constants if isinstance(constants, Constants) else shipped).criteria_needed
    others_needed = (constants if isinstance(constants, RevisedConstants) else shipped_revised).others_needed
    essential = next(one.status for one in criteria if one.measure == PHYSICIAN_GLOBAL)
    others = _state(tuple(one for one in criteria if one.measure != PHYSICIAN_GLOBAL), others_needed)
    return _state(criteria, needed), _both(essential, others)


def _state(criteria: tuple[Criterion, ...], needed: int) -> State:
    if _count(criteria, "met") >= needed:
        return "inactive"
    return "not_inactive" if len(criteria) - _count(criteria, "failed") < needed else "indeterminate"


def _both(essential: Status | None, others: State) -> State:
    if essential == "failed" or others == "not_inactive":
        return "not_inactive"
    return others if essential == "met" else "indeterminate"


def _count(criteria: tuple[Criterion, ...], status: Status) -> int:
    return sum(one.status == status for one in criteria)


def _criteria(measures: Measures, constants: CutOffs) -> tuple[Criterion, ...]:
    return (
        _creatine_kinase(measures, constants.creatine_kinase_at_most),
        _cmas(measures, constants.cmas_at_least),
        _mmt8(measures, constants.mmt8_at_least),
        _physician_global(measures, constants.physician_global_at_most),
    )


def _creatine_kinase(measures: Measures, cut_off: Decimal) -> Criterion:
    criterion = Criterion(measure="creatine_kinase", cut_off=cut_off, unit=UNIT, status="missing")
    if measures.creatine_kinase is None:
        return replace(criterion, reason=measures.unusable.get("creatine_kinase"))
    try:
        value = convert(named("CK"), measures.creatine_kinase, measures.unit or "", UNIT)
    except (UnknownUnit, IncompatibleUnits):
        return replace(criterion, reason="The unit of the creatine kinase must be U/L or ukat/L; it is never guessed.")
    if measures.comparator == "<":
        return _censored(criterion, "met", decided=value <= cut_off)
    if measures.comparator == ">":
        return _censored(criterion, "failed", decided=value >= cut_off)
    return _judged(criterion, met=value <= cut_off)


def _censored(criterion: Criterion, status: Status, *, decided: bool) -> Criterion:
    return replace(criterion, status=status) if decided else replace(criterion, reason=CENSORED)


def _judged(criterion: Criterion, *, met: bool) -> Criterion:
    return replace(criterion, status="met" if met else "failed")


def _cmas(measures: Measures, cut_off: Decimal) -> Criterion:
    criterion = Criterion(measure="cmas_total", cut_off=cut_off, unit="{score}", status="missing")
    if measures.cmas_total is None:
        return replace(criterion, reason=measures.unusable.get("cmas_total"))
    if measures.cmas_maximum != CMAS_FULL_MAXIMUM:
        return replace(criterion, reason="The cut-off of the CMAS belongs to the version with a maximum of 52.")
    if measures.cmas_total > CMAS_FULL_MAXIMUM:
        return replace(criterion, reason="The CMAS total is above its maximum.")
    return _judged(criterion, met=measures.cmas_total >= cut_off)


def _mmt8(measures: Measures, cut_off: Decimal) -> Criterion:
    criterion = Criterion(measure="mmt8_total", cut_off=cut_off, unit="{score}", status="missing")
    if measures.mmt8_total is None:
        return replace(criterion, reason=measures.unusable.get("mmt8_total"))
    if measures.mmt8_total > MMT8_UNILATERAL_MAXIMUM:
        return replace(criterion, reason="The cut-off of the MMT8 is on the scale of 0 to 80.")
    return _judged(criterion, met=measures.mmt8_total >= cut_off)


def _physician_global(measures: Measures, cut_off: Decimal) -> Criterion:
    criterion = Criterion(measure=PHYSICIAN_GLOBAL, cut_off=cut_off, unit="cm", status="missing")
    if measures.physician_global_activity is None:
        return replace(criterion, reason=measures.unusable.get(PHYSICIAN_GLOBAL))
    return _judged(criterion, met=measures.physician_global_activity <= cut_off)


def _reason(criteria: tuple[Criterion, ...]) -> str:
    reasons = [one.reason for one in criteria if one.reason]
    return " ".join(["Clinically inactive disease cannot be decided: a missing criterion could change it.", *reasons])
