"""A rise of a muscle enzyme under a JAK inhibitor while strength and disease activity are stable: a signal, not a flare.

Source: the founding review (domain reference 7, Kim 2024) reports rises of CK without weakness; 4.2 gives 2.5 x ULN as
the end of CTCAE grade 1 of CPK increased. The rule is ours, version 1: the enzyme reaches 2.5 x its upper limit and at
least twice its last value. Strength is stable while it loses no more than 2 % of its maximum, and the physician's global
activity while it rises by no more than 0.5 cm, 5 % of its scale: the bands in which the total improvement score (2.1)
sees no change. MMT8 is compared with MMT8 and CMAS with CMAS, each out of the same maximum; where both were done, strength
is lost if either lost it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from types import MappingProxyType

from registry.domain.analytes import named
from registry.domain.rules import Result, Rule, constant, said
from registry.domain.units import SIGNIFICANT_DIGITS, UnknownUnit, standardise

_OURS = "Rule of ours, version 1, after the founding review"
_TWELVE_DIGITS = Context(prec=SIGNIFICANT_DIGITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """What a rise is, and within what strength and disease activity are stable."""

    rise_multiple: Decimal = constant(
        "Multiple of the upper limit of normal that the enzyme reaches", Decimal("2.5"), source=_OURS
    )
    rise_factor: Decimal = constant("How many times its last value the enzyme is at least", Decimal(2), source=_OURS)
    strength_loss: Decimal = constant(
        "Loss of strength up to which it is stable, % of the maximum (no change by the total improvement score)",
        Decimal(2),
        source=f"{_OURS}; domain reference 2.1",
        low=0,
    )
    global_rise: Decimal = constant(
        "Rise of the physician's global activity up to which it is stable, cm (no change by the total improvement score)",
        Decimal("0.5"),
        source=f"{_OURS}; domain reference 2.1",
        low=0,
    )


CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "signal": "The enzyme rose while strength and disease activity were stable: a signal, not a flare",
        "rise_with_activity": "The enzyme rose together with a loss of strength or a rise of disease activity",
        "no_signal": "The enzyme did not rise",
        "indeterminate": "It cannot be decided from what was measured",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnzymeSignalDetails:
    """What the enzyme, the strength and the disease activity did."""

    risen: bool | None = said("Whether the enzyme rose; null where that cannot be told")
    multiple: Decimal | None = said("Multiple of the upper limit of normal, now; of a censored value a bound", unit="1")
    ratio: Decimal | None = said("How many times the last value; of a censored value a bound", unit="1")
    strength_stable: bool | None = said(
        "Whether strength was stable; null where it was not measured the same way twice"
    )
    mmt8_loss: Decimal | None = said("Loss of MMT8, share of its maximum", unit="%")
    cmas_loss: Decimal | None = said("Loss of CMAS, share of its maximum", unit="%")
    global_stable: bool | None = said("Whether the physician's global activity was stable; null where it is not known")
    global_rise: Decimal | None = said("Rise of the physician's global activity", unit="cm")
    result_number: int | None = said("Place of the result in its visit, from 1")


ENZYME_SIGNAL = Rule(
    id="enzyme-signal",
    title="Rise of a muscle enzyme without loss of strength or rise of disease activity",
    version="1",
    source=_OURS,
    constants=Constants(),
    categories=CATEGORIES,
    details=EnzymeSignalDetails,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What was measured at one visit; the physician's global activity is on the 10 cm scale."""

    value: Decimal | None = None
    unit: str | None = None
    comparator: str | None = None
    upper_limit: Decimal | None = None
    mmt8_total: Decimal | None = None
    mmt8_maximum: Decimal | None = None
    cmas_total: Decimal | None = None
    cmas_maximum: Decimal | None = None
    physician_global_activity: Decimal | None = None
    result_number: int | None = None


NEEDED = ("value", "unit")


def enzyme_signal(enzyme: str, previous: Occasion, current: Occasion, rule: Rule[Constants] = ENZYME_SIGNAL) -> Result:
    """Give the category for an enzyme at a visit, compared with the visit before; an empty occasion where there is none."""
    details = _details(enzyme, previous, current, rule.constants)
    active = details.strength_stable is False or details.global_stable is False
    if details.risen is False:
        return Result(rule=rule, category="no_signal", details=details, subject=enzyme)
    if details.risen and active:
        return Result(rule=rule, category="rise_with_activity", details=details, subject=enzyme)
    if details.risen and details.strength_stable and details.global_stable:
        return Result(rule=rule, category="signal", details=details, subject=enzyme)
    missing = _missing(previous, current, details)
    reason = (
        "A signal needs the enzyme with its limit, and strength and the physician's global measured the same way twice."
    )
    if details.risen is None and not missing:
        reason = "Whether the enzyme rose cannot be told: a value is censored, or the units do not convert."
    return Result(
        rule=rule,
        category="indeterminate",
        missing=missing,
        final=False,
        reason=reason,
        details=details,
        subject=enzyme,
    )


def _details(enzyme: str, previous: Occasion, current: Occasion, at: Constants) -> EnzymeSignalDetails:
    before, now = _standard(enzyme, previous), _standard(enzyme, current)
    mmt8 = _loss(previous.mmt8_total, previous.mmt8_maximum, current.mmt8_total, current.mmt8_maximum)
    cmas = _loss(previous.cmas_total, previous.cmas_maximum, current.cmas_total, current.cmas_maximum)
    losses = [loss for loss in (mmt8, cmas) if loss is not None]
    was, now_is = previous.physician_global_activity, current.physician_global_activity
    rise = None if was is None or now_is is None else now_is - was
    return EnzymeSignalDetails(
        risen=_both(_reaches(current, at.rise_multiple), _grew(previous, current, before, now, at.rise_factor)),
        multiple=_share(current.value, current.upper_limit),
        ratio=_share(now, before),
        strength_stable=max(losses) <= at.strength_loss if losses else None,
        mmt8_loss=mmt8,
        cmas_loss=cmas,
        global_stable=None if rise is None else rise <= at.global_rise,
        global_rise=rise,
        result_number=current.result_number,
    )


def _reaches(current: Occasion, multiple: Decimal) -> bool | None:
    """Whether the enzyme reaches the multiple of its limit; None where that cannot be told."""
    if current.value is None or current.unit is None or current.upper_limit is None or current.upper_limit <= 0:
        return None
    edge = multiple * current.upper_limit
    if current.comparator == "<":
        return False if current.value <= edge else None
    reached = current.value >= edge
    return None if current.comparator == ">" and not reached else reached


def _grew(
    previous: Occasion, current: Occasion, before: Decimal | None, now: Decimal | None, factor: Decimal
) -> bool | None:
    """Whether the enzyme is at least so many times its last value; None where that cannot be told."""
    if before is None or now is None:
        return None
    at_least = now >= factor * before
    surely_more = current.comparator != "<" and previous.comparator != ">"
    surely_less = current.comparator != ">" and previous.comparator != "<"
    exact = current.comparator is None and previous.comparator is None
    if exact:
        return at_least
    if at_least and surely_more:
        return True
    return False if now <= factor * before and surely_less else None


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _loss(was: Decimal | None, of: Decimal | None, is_now: Decimal | None, of_now: Decimal | None) -> Decimal | None:
    """The loss as a percentage of the maximum; None unless measured twice out of the same maximum."""
    if was is None or is_now is None or of is None or of != of_now or of <= 0:
        return None
    return _TWELVE_DIGITS.divide((was - is_now) * 100, of)


def _standard(enzyme: str, occasion: Occasion) -> Decimal | None:
    if occasion.value is None or occasion.unit is None:
        return None
    try:
        return standardise(named(enzyme), occasion.value, occasion.unit).value
    except UnknownUnit:
        return None


def _share(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return None if part is None or whole is None or whole <= 0 else _TWELVE_DIGITS.divide(part, whole)


def _missing(previous: Occasion, current: Occasion, details: EnzymeSignalDetails) -> tuple[str, ...]:
    """The inputs that were not there; of strength, the MMT8 stands for what is missing where neither was done."""
    wanted = list(NEEDED)
    if details.global_stable is None:
        wanted.append("physician_global_activity")
    if details.strength_stable is None:
        wanted += ["mmt8_total", "mmt8_maximum"]
    both = [
        f"{name}/{field}"
        for field in wanted
        for name, occasion in (("previous", previous), ("current", current))
        if getattr(occasion, field) is None
    ]
    return (*both, *(("current/upper_limit",) if current.upper_limit is None else ()))
