"""Weaning from glucocorticoids: percent reduction of the daily dose from baseline, and steroid-free since when.

Source: domain reference 2.8 (endpoints: prednisone-free, at most 0.2 mg/kg/d, percent reduction; S-WANG: 37 % less by
week 12). Rules of ours where it is silent: the reduction is that of mg/kg/day, with that of mg/day beside it; from a
baseline of nothing there is none; an intravenous pulse counts as being on glucocorticoids; steroid-free begins on the
day after the last day of the last systemic glucocorticoid; where a prior treatment was one and no record tells of any
that began by the day, it is not certain that the participant is free of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from registry.domain.course import Medication
from registry.domain.dosing import twelve_digits
from registry.domain.glucocorticoids import (
    GLUCOCORTICOIDS,
    LOCAL_ROUTES,
    PULSE_ROUTE,
    REFERENCE,
    SYSTEMIC_ROUTES,
    Equivalent,
    given,
    in_force,
)
from registry.domain.rules import NoConstants, Result, Rule, constant, said, undecided

PLACES = Decimal("0.01")
NO_RECORD = "concomitant_medications"
WHY_NO_RECORD = (
    "No medication is recorded, or a systemic glucocorticoid only among the prior treatments: "
    "none recorded is not none given."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """The two daily doses and the reduction of each measure, unrounded; below zero where the dose rose."""

    baseline_mg_per_kg_per_day: Decimal | None = said("Prednisone-equivalent at baseline", unit="mg/kg/d")
    mg_per_kg_per_day: Decimal | None = said("Prednisone-equivalent now", unit="mg/kg/d")
    percent_of_mg_per_kg: Decimal | None = said("Reduction of the dose for each kilogram", unit="%")
    baseline_mg_per_day: Decimal | None = said("Prednisone-equivalent at baseline", unit="mg/d")
    mg_per_day: Decimal | None = said("Prednisone-equivalent now", unit="mg/d")
    percent_of_mg: Decimal | None = said("Reduction of the daily dose", unit="%")


GLUCOCORTICOID_REDUCTION = Rule(
    id="glucocorticoid-reduction",
    title="Reduction of the prednisone-equivalent for each kilogram from baseline",
    version="1",
    source=REFERENCE,
    certainty=97,
    unit="%",
    constants=NoConstants(),
    details=Reduction,
)


def glucocorticoid_reduction(
    baseline: Result, now: Result, rule: Rule[NoConstants] = GLUCOCORTICOID_REDUCTION
) -> Result:
    """Give the percent reduction of mg/kg/day between two results of `prednisone_equivalent`."""
    before, after = _told(baseline), _told(now)
    details = Reduction(
        baseline_mg_per_kg_per_day=before.mg_per_kg_per_day,
        mg_per_kg_per_day=after.mg_per_kg_per_day,
        percent_of_mg_per_kg=_percent(before.mg_per_kg_per_day, after.mg_per_kg_per_day),
        baseline_mg_per_day=before.mg_per_day,
        mg_per_day=after.mg_per_day,
        percent_of_mg=_percent(before.mg_per_day, after.mg_per_day),
    )
    missing = (*(f"baseline/{name}" for name in baseline.missing), *now.missing)
    if details.percent_of_mg_per_kg is None:
        why = WHY_NO_RECORD if NO_RECORD in baseline.missing else _why_no_reduction(before, after)
        return undecided(rule, why, *missing, details=details)
    final = baseline.final and now.final
    return Result(
        rule=rule,
        value=details.percent_of_mg_per_kg.quantize(PLACES),
        missing=missing,
        final=final,
        reason=None if final else "The prednisone-equivalent at baseline or now is not final.",
        details=details,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """What counts as a low dose."""

    low_dose: Decimal = constant("Highest low dose of prednisone-equivalent, mg/kg/d", Decimal("0.2"), source=REFERENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SteroidFree:
    """Since when a participant is steroid-free, and whether the dose is low; a date known in part gives two days."""

    since: str | None = said("First day that is certainly steroid-free")
    possibly_since: str | None = said("First day that may be steroid-free, where the last day is known in part")
    low_dose: bool | None = said("Whether the daily dose is at most the low dose; absent while a pulse is given")
    mg_per_kg_per_day: Decimal | None = said("Prednisone-equivalent", unit="mg/kg/d")


STEROID_FREE_SINCE = Rule(
    id="steroid-free-since",
    title="Steroid-free since",
    version="1",
    source=REFERENCE,
    certainty=97,
    unit="d",
    constants=Constants(),
    categories={
        "steroid_free": "No systemic glucocorticoid; the value counts the days since the first such day",
        "on_glucocorticoids": "On a systemic glucocorticoid",
        "indeterminate": "Not decided by what is known of dates and routes, or of prior treatment",
    },
    details=SteroidFree,
)


def is_unrecorded(prior_treatments: Iterable[str], glucocorticoids: Iterable[Medication], on: date) -> bool:
    """Whether a prior treatment was a systemic glucocorticoid, and no record tells of any that may have begun by a day."""
    if GLUCOCORTICOIDS.isdisjoint(prior_treatments):
        return False
    starts = (one.partial("started_on") for one in glucocorticoids if one.image.get("route") not in LOCAL_ROUTES)
    return all(start is not None and start.is_certainly_after(on) for start in starts)


def steroid_free_since(
    glucocorticoids: Iterable[Medication],
    on: date,
    equivalent: Result,
    rule: Rule[Constants] = STEROID_FREE_SINCE,
    *,
    unrecorded: bool = False,
) -> Result:
    """Tell whether a participant is steroid-free on a day and since when, from every glucocorticoid recorded.

    `equivalent` is the prednisone-equivalent of that day; `unrecorded` is what `is_unrecorded` says of it.
    """
    if unrecorded:
        missing, reason = (NO_RECORD,), WHY_NO_RECORD
        details = SteroidFree()
        return Result(rule=rule, category="indeterminate", missing=missing, final=False, reason=reason, details=details)
    given_systemically = systemic(glucocorticoids)
    low = _low_dose(given_systemically, on, equivalent, rule)
    status = status_on(given_systemically, on)
    if status == "steroid_free":
        return _free(given_systemically, on, low, rule)
    if status == "on_glucocorticoids":
        return Result(rule=rule, category=status, details=low)
    return Result(
        rule=rule,
        category=status,
        final=False,
        reason="The dates, or the route, of a glucocorticoid do not say whether it is given on this day.",
        details=low,
    )


def systemic(glucocorticoids: Iterable[Medication]) -> list[Medication]:
    """Give those that are not local."""
    return [one for one in glucocorticoids if not _is_local(one)]


def status_on(given_systemically: Iterable[Medication], on: date) -> str:
    """Give the category of `steroid_free_since` on a day, where none of them is unrecorded."""
    states = {_certainty(one, on) for one in given_systemically}
    if "certain" in states:
        return "on_glucocorticoids"
    return "indeterminate" if "possible" in states else "steroid_free"


def _free(given_systemically: list[Medication], on: date, low: SteroidFree, rule: Rule[Constants]) -> Result:
    ends = [end for one in given_systemically if (end := _end(one)) is not None and end[1] < on]
    if not ends:
        return Result(rule=rule, category="steroid_free", details=low)
    first, last = (max(day) + timedelta(days=1) for day in zip(*ends, strict=True))
    details = SteroidFree(
        since=last.isoformat(),
        possibly_since=None if first == last else first.isoformat(),
        low_dose=low.low_dose,
        mg_per_kg_per_day=low.mg_per_kg_per_day,
    )
    return Result(rule=rule, value=Decimal((on - last).days), category="steroid_free", details=details)


def _end(medication: Medication) -> tuple[date, date] | None:
    """The first and last day that may have been the last day."""
    end = medication.partial("ended_on")
    if medication.image.get("frequency") == "once":
        end = end or medication.partial("started_on")
    return (end.earliest, end.latest) if end else None


def _is_local(medication: Medication) -> bool:
    return medication.image.get("route") in LOCAL_ROUTES or given(medication).dose == 0


def _certainty(medication: Medication, on: date) -> str:
    """Whether it is given and systemic: certain, possible or no."""
    state = in_force(medication, on)
    route = medication.image.get("route")
    sure = route is None or route == PULSE_ROUTE or route in SYSTEMIC_ROUTES
    return "possible" if state == "certain" and not sure else state


def _low_dose(given_systemically: list[Medication], on: date, equivalent: Result, rule: Rule[Constants]) -> SteroidFree:
    dose = _told(equivalent).mg_per_kg_per_day
    pulses = (one for one in given_systemically if one.image.get("route") == PULSE_ROUTE)
    pulsed = any(in_force(one, on) != "no" for one in pulses)
    low = None if dose is None or pulsed else dose <= rule.constants.low_dose
    return SteroidFree(low_dose=low, mg_per_kg_per_day=dose)


def _told(result: Result) -> Equivalent:
    return result.details if isinstance(result.details, Equivalent) else Equivalent()


def _percent(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    if before is None or after is None or not before:
        return None
    return twelve_digits((1 - Fraction(after) / Fraction(before)) * 100)


def _why_no_reduction(before: Equivalent, after: Equivalent) -> str:
    if before.mg_per_day is not None and not before.mg_per_day:
        return "No glucocorticoid was given at baseline, so there is no reduction from it."
    if before.mg_per_day is None or after.mg_per_day is None:
        return "The reduction needs the prednisone-equivalent at baseline and now."
    return "The reduction of the dose for each kilogram needs a weight at baseline and now."
