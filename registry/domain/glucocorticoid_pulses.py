"""Intravenous pulses of glucocorticoid over a time: records, infusions and their sum.

Source: domain reference 2.8 (pulses are counted separately, never averaged into the daily dose). Rules of ours: what is
given at a frequency from a first to a last day is given on the first day and then as often as the frequency says; of
these infusions those count whose day lies in the time. What is given once counts where its day certainly lies in it.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

from registry.domain.course import Medication
from registry.domain.dosing import twelve_digits
from registry.domain.glucocorticoid_dose import INTAKES_PER_DAY, milligrams_in
from registry.domain.glucocorticoids import (
    PREDNISONE_EQUIVALENT,
    PULSE_ROUTE,
    Constants,
    Pulses,
    given,
)
from registry.domain.rules import Rule


def is_pulse(medication: Medication, since: date | None, until: date) -> bool:
    """Whether a glucocorticoid is a pulse that may lie in a time, both days included."""
    if medication.image.get("route") != PULSE_ROUTE:
        return False
    start, end = medication.partial("started_on"), medication.partial("ended_on")
    if _is_once(medication):
        end = end or start
    began_later = start is not None and start.is_certainly_after(until)
    return not began_later and not (since is not None and end is not None and end.is_certainly_before(since))


def pulses_of(
    records: Iterable[Medication],
    until: date,
    weight: Decimal | None,
    rule: Rule[Constants] = PREDNISONE_EQUIVALENT,
    *,
    since: date | None = None,
) -> Pulses | None:
    """Count pulses from a day (None: the first) to a day, by a weight in kg where a dose is for each kilogram.

    None where there is none.
    """
    every = tuple(records)
    if not every:
        return None
    infusions = [infusions_of(one, until, since) for one in every]
    milligrams = [_total(one, number, weight) for one, number in zip(every, infusions, strict=True)]
    factors = [Fraction(rule.constants.equivalents[str(one.image["medication"])]) for one in every]
    known = [number for number in infusions if number is not None]
    doses = [mg for mg in milligrams if mg is not None]
    summed = len(doses) == len(every)
    in_prednisone = (
        sum((mg * factor for mg, factor in zip(doses, factors, strict=True)), Fraction(0)) if summed else None
    )
    return Pulses(
        courses=len(every),
        dates_certain=all(_dates_tell(one, until, since) for one in every),
        infusions=sum(known) if len(known) == len(every) else None,
        total_mg=twelve_digits(sum(doses, Fraction(0))) if summed else None,
        prednisone_mg=None if in_prednisone is None else twelve_digits(in_prednisone),
    )


def infusions_of(medication: Medication, until: date, since: date | None = None) -> int | None:
    """How often it was given from a day (None: its first) to a day; None where its dates or frequency do not say."""
    if _is_once(medication):
        return _once(medication, until, since)
    often = INTAKES_PER_DAY.get(medication.image.get("frequency") or "")
    start, last = medication.partial("started_on"), _last(medication, until)
    if often is None or last is None or start is None or start.precision != "day":
        return None
    first = start.earliest
    before = ceil((max(since, first) - first).days * often) if since else 0
    return max(ceil(((last - first).days + 1) * often) - before, 0)


def _is_once(medication: Medication) -> bool:
    return bool(medication.image.get("frequency") == "once")


def _once(medication: Medication, until: date, since: date | None) -> int | None:
    """One or none, by whether the day lies in the time; None where it may or may not."""
    days = [day for name in ("started_on", "ended_on") if (day := medication.partial(name))]
    if not days:
        return None
    first, last = days[0].earliest, min(day.latest for day in days)
    if first > until or (since is not None and last < since):
        return 0
    return 1 if last <= until and (since is None or since <= first) else None


def _last(medication: Medication, until: date) -> date | None:
    """The last day up to a day; None where it is known in part."""
    end = medication.partial("ended_on")
    if end is None or end.earliest >= until:
        return until
    return end.latest if end.precision == "day" else None


def _dates_tell(medication: Medication, until: date, since: date | None) -> bool:
    """Whether its dates say what of it lies in the time."""
    if _is_once(medication):
        return _once(medication, until, since) is not None
    start = medication.partial("started_on")
    return start is not None and start.precision == "day" and _last(medication, until) is not None


def _total(medication: Medication, infusions: int | None, weight: Decimal | None) -> Fraction | None:
    one = given(medication)
    scale = milligrams_in(one.unit, weight)
    return None if infusions is None or one.dose is None or scale is None else Fraction(one.dose) * scale * infusions
