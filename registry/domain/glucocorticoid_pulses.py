"""Intravenous pulses of glucocorticoid over a time: records, infusions and their sum.

Source: domain reference 2.8 (pulses are counted separately, never averaged into the daily dose). Rule of ours: what is
given at a frequency from a first to a last day is given on the first day and then as often as the frequency says.
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
    if medication.image.get("frequency") == "once":
        end = end or start
    began_later = start is not None and start.is_certainly_after(until)
    return not began_later and not (since is not None and end is not None and end.is_certainly_before(since))


def pulses_of(
    records: Iterable[Medication], until: date, weight: Decimal | None, rule: Rule[Constants] = PREDNISONE_EQUIVALENT
) -> Pulses | None:
    """Count pulses up to a day, by a weight in kg where a dose is for each kilogram; None where there is none."""
    every = tuple(records)
    if not every:
        return None
    infusions = [infusions_of(one, until) for one in every]
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
        infusions=sum(known) if len(known) == len(every) else None,
        total_mg=twelve_digits(sum(doses, Fraction(0))) if summed else None,
        prednisone_mg=None if in_prednisone is None else twelve_digits(in_prednisone),
    )


def infusions_of(medication: Medication, until: date) -> int | None:
    """How often a medication was given up to a day; None where its dates or its frequency do not say."""
    if medication.image.get("frequency") == "once":
        return 1
    often = INTAKES_PER_DAY.get(medication.image.get("frequency") or "")
    start, end = medication.partial("started_on"), medication.partial("ended_on")
    if often is None or start is None or start.precision != "day" or (end and end.precision != "day"):
        return None
    last = min(end.latest, until) if end else until
    return ceil(((last - start.earliest).days + 1) * often)


def _total(medication: Medication, infusions: int | None, weight: Decimal | None) -> Fraction | None:
    one = given(medication)
    scale = milligrams_in(one.unit, weight)
    return None if infusions is None or one.dose is None or scale is None else Fraction(one.dose) * scale * infusions
