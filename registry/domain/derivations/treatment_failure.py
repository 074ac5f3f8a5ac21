"""Refractory disease of a participant, from concomitant medications with the reason for their end.

Rules of ours where the reference is silent: a treatment failed when its reason for end is inefficacy; an antimalarial is
no immunosuppressant here; a treatment that goes on, or whose reason for end is not recorded, is not known to have failed
nor not to; nothing recorded of a class is not known either. A treatment before the JAK inhibitor that is only named
(`prior_treatments`) is one of which nothing else is known.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from registry.domain.course import Course, Input, Medication, Visit
from registry.domain.dates import PartialDate
from registry.domain.derived import Derived, used
from registry.domain.glucocorticoids import LOCAL_ROUTES, MG_PER_KG_IN, PULSE_ROUTE, daily_equivalent
from registry.domain.medications import MEDICATIONS
from registry.domain.refractory import Constants, Treatment, glucocorticoid_failure, refractory
from registry.domain.three_valued import any_of, at_least, below

GLUCOCORTICOID, IMMUNOSUPPRESSANT = "glucocorticoid", "conventional_immunosuppressant"
ANTIMALARIALS = frozenset({"hydroxychloroquine"})
WEIGHT_BEFORE = timedelta(days=31)
"""How long before a treatment a weight may have been measured to count for its dose: ours."""
DAYS_OF_MONTH = 31
ONE_DAY = timedelta(days=1)
_USED = ("medication", "dose", "dose_unit", "frequency", "route", "started_on", "ended_on", "reason_for_end")


def refractory_of(course: Course) -> Derived:
    """Derive whether the disease is refractory; what the records do not tell stays unknown."""
    rule = course.rules["refractory"]
    glucocorticoids = [one for one in _of_class(course, GLUCOCORTICOID) if one.image.get("route") not in LOCAL_ROUTES]
    immunosuppressants = _of_class(course, IMMUNOSUPPRESSANT)
    named = [code for code in _only_named(course) if code not in ANTIMALARIALS]
    failure = _glucocorticoid(course, glucocorticoids, _any(named, GLUCOCORTICOID), rule.constants)
    treatment = replace(
        failure,
        glucocorticoid_intolerance=_ended_for("intolerance", glucocorticoids, _any(named, GLUCOCORTICOID)),
        immunosuppressants_failed=_failed(immunosuppressants, _any(named, IMMUNOSUPPRESSANT)),
    )
    result = refractory(treatment, rule, tuple(course.participant.image.get("indications") or ()))
    records = (one.used(*_USED) for one in (*glucocorticoids, *immunosuppressants))
    return Derived(result, used(_of_participant(course), *records, *_weights_used(course, glucocorticoids)))


def _of_class(course: Course, kind: str) -> list[Medication]:
    return [
        one
        for one in course.medications
        if one.image["medication"] not in ANTIMALARIALS and _kind(str(one.image["medication"])) == kind
    ]


def _kind(code: str) -> str | None:
    medication = MEDICATIONS.get(code)
    return medication.kind if medication else None


def _only_named(course: Course) -> list[str]:
    """Treatments before the JAK inhibitor of which there is no record."""
    recorded = {one.image["medication"] for one in course.medications}
    return [code for code in course.participant.image.get("prior_treatments") or () if code not in recorded]


def _any(codes: Iterable[str], kind: str) -> bool:
    return any(_kind(code) == kind for code in codes)


def _of_participant(course: Course) -> Input:
    fields = ("prior_treatments", "indications")
    return course.participant.used(*(field for field in fields if course.participant.image.get(field)))


# --- why it ended -------------------------------------------------------------------------------------------------


def _was(reason: str, medication: Medication) -> bool | None:
    """Whether a treatment ended for a reason; None while it goes on or where the reason is not known."""
    said = medication.image.get("reason_for_end")
    return None if said in (None, "unknown") else said == reason


def _ended_for(reason: str, medications: list[Medication], others: bool) -> bool | None:
    ends = [_was(reason, one) for one in medications]
    return any_of((*ends, None) if others or not ends else ends)


def _failed(medications: list[Medication], others: bool) -> int | None:
    """How many drugs failed; None where none is known to have, and one may."""
    failed = {one.image["medication"] for one in medications if _was("inefficacy", one)}
    return len(failed) if failed or _ended_for("inefficacy", medications, others) is False else None


# --- high-dose glucocorticoid -------------------------------------------------------------------------------------


def _glucocorticoid(course: Course, drugs: list[Medication], others: bool, constants: Constants) -> Treatment:
    """The treatment that failed, else one that may have, else any; pulses are no daily dose and left out."""
    daily = [one for one in drugs if one.image.get("route") != PULSE_ROUTE]
    treatments = _joined([_treatment(course, one, constants) for one in daily], constants)
    found = {glucocorticoid_failure(one, constants): one for one in reversed(treatments)}
    return found.get(True) or found.get(None) or (None if others else found.get(False)) or Treatment()


def _treatment(course: Course, medication: Medication, constants: Constants) -> Treatment:
    return Treatment(
        glucocorticoid_mg_per_kg=_mg_per_kg(course, medication, constants.high_dose),
        glucocorticoid_months=_months(course, medication, constants.months),
        glucocorticoid_failed=_was("inefficacy", medication),
    )


def _joined(treatments: list[Treatment], constants: Constants) -> list[Treatment]:
    """Beside another one that may be at high dose, a treatment that is too short alone may be part of a longer one."""
    high = [one for one in treatments if at_least(one.glucocorticoid_mg_per_kg, constants.high_dose) is not False]
    if len(high) < 2:
        return treatments
    short = [one for one in high if below(one.glucocorticoid_months, constants.months)]
    return [replace(one, glucocorticoid_months=None) if one in short else one for one in treatments]


def _mg_per_kg(course: Course, medication: Medication, limit: Decimal) -> Decimal | None:
    """The daily dose by the lightest and the heaviest weight of its time; None where they are on both sides of a limit."""
    per_kg = medication.image.get("dose_unit") in MG_PER_KG_IN
    weights = [Decimal(1)] if per_kg else [weight for _, weight in _weights(course, medication)]
    if not weights:
        return None
    rule = course.rules["prednisone-equivalent"]
    low, high = (
        daily_equivalent(medication, weight, rule).prednisone_mg_per_kg_per_day
        for weight in (max(weights), min(weights))
    )
    return _settled(low, high, limit)


def _weights(course: Course, medication: Medication) -> list[tuple[Visit, Decimal]]:
    """The weights of complete visits from shortly before a treatment to its end."""
    start, end = _interval(course, medication)
    measured = ((visit, visit.measured("vital_signs", "weight")) for visit in course.complete)
    return [
        (visit, weight)
        for visit, weight in measured
        if weight and start and start.earliest - WEIGHT_BEFORE <= visit.on <= end.latest
    ]


def _weights_used(course: Course, medications: list[Medication]) -> Iterator[Input]:
    for medication in medications:
        if medication.image.get("dose_unit") not in MG_PER_KG_IN:
            yield from (visit.used("/forms/vital_signs/weight") for visit, _ in _weights(course, medication))


def _months(course: Course, medication: Medication, limit: Decimal) -> Decimal | None:
    """How long it was given, in months; None where its dates, known in part, do not say on which side of a limit."""
    start, end = _interval(course, medication)
    if start is None:
        return None
    return _settled(months_of(start.latest, end.earliest), months_of(start.earliest, end.latest), limit)


def _interval(course: Course, medication: Medication) -> tuple[PartialDate | None, PartialDate]:
    """The first and the last day; what goes on goes on until today, and what is given once ends on its day."""
    start, end = medication.partial("started_on"), medication.partial("ended_on")
    if end is None and medication.image.get("frequency") == "once":
        end = start
    return start, end or PartialDate.of(course.today)


def months_of(first: date, last: date) -> Decimal:
    """Calendar months from a day to another, both included; days beyond whole months count as 31 to the month."""
    after = last + ONE_DAY
    months = (after.year - first.year) * 12 + after.month - first.month - (after.day < first.day)
    if months < 0:
        return Decimal(0)
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    whole = date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))
    return months + Decimal((after - whole).days) / DAYS_OF_MONTH


def _settled(low: Decimal | None, high: Decimal | None, limit: Decimal) -> Decimal | None:
    """One of two bounds where both are on the same side of a limit."""
    if low is None or high is None or low < limit <= high:
        return None
    return low if low >= limit else high
