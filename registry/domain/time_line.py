"""A participant's course as a clinician reads it: visit by visit, with what was in force, measured and derived by then.

Scores are the totals that the instruments' rules make, and as recorded where there is no such rule; the states of response
are what the rules made of the visit. Each is told under the id of its rule; a rule that is not in force tells nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from registry.domain import derivation
from registry.domain.analytes import TRANSCRIPT, of_category
from registry.domain.course import Course, Kept, Medication, Participant, Visit
from registry.domain.dates import PartialDate, study_day
from registry.domain.derivation import Failed
from registry.domain.derived import Derived

Told = dict[str, Any]
ByRule = Mapping[str, Sequence[Derived]]

SCORES: Mapping[str, tuple[str | None, tuple[str, str] | None, str | None]] = {
    "cmas": ("cmas", ("muscle_strength", "cmas_total"), None),
    "mmt8": ("mmt8", ("muscle_strength", "mmt8_total"), None),
    "mmt26": ("mmt26", ("muscle_strength", "mmt26_total"), None),
    "chaq": ("chaq", ("functioning", "chaq_index"), None),
    "physician_global": (None, ("disease_activity", "physician_global_activity"), "physician_global_scale"),
    "patient_global": (None, ("disease_activity", "patient_global_activity"), "patient_global_scale"),
    "extramuscular_global": (None, ("disease_activity", "extramuscular_global_activity"), None),
    "das": ("das", ("skin_disease", "das_total"), None),
    "das_skin": ("das-skin", ("skin_disease", "das_skin_total"), None),
    "das_muscle": ("das-muscle", ("skin_disease", "das_muscle_total"), None),
    "cdasi_activity": ("cdasi-activity", ("skin_disease", "cdasi_activity_total"), None),
    "cdasi_damage": ("cdasi-damage", ("skin_disease", "cdasi_damage_total"), None),
    "hmc": ("hmc", None, None),
    "myoact": ("myoact", None, None),
    "mdi_severity": ("mdi-severity", ("damage", "mdi_severity_total"), None),
    "nailfold_density": ("nailfold-density", ("skin_disease", "nailfold_density"), None),
}
"""Each score of an entry: the rule that makes it, the form and field that record it, the field that names its scale."""

UNITS = {
    "physician_global_activity": "cm",
    "patient_global_activity": "cm",
    "extramuscular_global_activity": "cm",
    "height": "cm",
    "weight": "kg",
    "nailfold_density": "/mm",
}
"""Units of what is told as recorded, where it has one; a global assessment on the Likert scale says so in `scale`."""

RESPONSES = {
    "total_improvement_score": "total-improvement-score",
    "definition_of_improvement": "definition-of-improvement",
    "printo_improvement": "printo-improvement",
    "clinically_inactive_disease": "clinically-inactive-disease",
    "clinically_inactive_disease_revised": "clinically-inactive-disease-revised",
    "complete_clinical_response": "complete-clinical-response",
    "jdmai1": "jdmai1",
    "jdmai2": "jdmai2",
    "deterioration": "deterioration",
}
GROWTH = {
    "height": (None, ("vital_signs", "height"), None),
    "weight": (None, ("vital_signs", "weight"), None),
    "height_z_score": ("height-z-score", None, None),
    "body_mass_index": ("body-mass-index", None, None),
    "bmi_z_score": ("bmi-z-score", None, None),
    "body_surface_area": ("body-surface-area", None, None),
}
ENZYME = "enzyme-multiple"
INTERFERON = ("interferon-score-6", "interferon-score-28-standardised", "interferon-score-28-geomean",
              "interferon-ratio", "interferon-positivity")  # fmt: skip
BIOMARKERS = tuple(one.code for one in of_category("interferon") if not one.code.startswith(TRANSCRIPT))
GLUCOCORTICOID = "prednisone-equivalent"
SAFETY = ("ctcae-grade-5.0", "ctcae-grade-6.0", "enzyme-signal", "egfr", "dose-band", "high-risk")
WHO = ("code", "sex_at_birth", "birth_year", "birth_month", "symptom_onset", "diagnosed_on")
DOSE = ("drug", "formulation", "mg_per_intake", "intakes_per_day", "mg_per_day", "mg_per_kg_per_day", "started_on",
        "ended_on", "reason_for_end")  # fmt: skip
MEDICATION = ("medication", "dose", "dose_unit", "frequency", "route", "started_on", "ended_on")
EVENT = ("term", "ctcae_term", "grade", "serious", "special_interest", "started_on", "ended_on", "outcome")


def time_line(course: Course, failed: Failed | None = None) -> Told:
    """Give the course as one answer: the visits by date, and doses, medications and adverse events as intervals.

    Where a rule fails, `failed` is told; without it the failure is raised.
    """
    baseline = course.baseline
    return {
        "participant_id": course.participant.id,
        "participant_version": course.participant.version,
        "today": course.today.isoformat(),
        **{name: course.participant.image.get(name) for name in WHO},
        "autoantibodies": _antibodies(course.participant),
        "baseline": _of_visit(course, baseline) if baseline else None,
        "entries": list(_entries(course, failed)),
        "doses": [_interval(course, dose, DOSE) for dose in course.doses],
        "concomitant_medications": [_interval(course, one, MEDICATION) for one in _by_start(course.medications)],
        "adverse_events": [_interval(course, one, EVENT) for one in _by_start(course.adverse_events)],
    }


def _entries(course: Course, failed: Failed | None) -> Iterator[Told]:
    told: set[str] = set()
    for visit in course.visits:
        begun = [event for event in _by_start(course.adverse_events) if _start(event) <= visit.on]
        derived = by_rule(derivation.of_visit(course, visit, failed))
        yield _entry(course, visit, derived, [event for event in begun if event.id not in told])
        told |= {event.id for event in begun}


def _entry(course: Course, visit: Visit, derived: ByRule, events: Sequence[Kept]) -> Told:
    """Tell one visit; `events` are the adverse events that began since the one before."""
    dose = course.dose_on(visit.on)
    return {
        **_of_visit(course, visit),
        "jak_inhibitor": _interval(course, dose, DOSE) if dose else None,
        "glucocorticoid": _glucocorticoid(derived),
        "scores": {name: _measure(visit, derived, *where) for name, where in SCORES.items()},
        "enzymes": [_of_rule(one) for one in derived.get(ENZYME, ())],
        "interferon": [*_interferon(visit), *(_of_rule(one) for one in _of_interferon(derived))],
        "response": {name: _first(derived, rule) for name, rule in RESPONSES.items()},
        "safety": [_of_rule(one) for rule in SAFETY for one in derived.get(rule, ()) if _is_of_note(one)],
        "growth": {name: _measure(visit, derived, *where) for name, where in GROWTH.items()},
        "adverse_events": [_interval(course, event, EVENT) for event in events],
    }


def by_rule(derived: Sequence[Derived]) -> dict[str, list[Derived]]:
    """Gather derived values by the id of their rule."""
    found: dict[str, list[Derived]] = {}
    for one in derived:
        found.setdefault(one.result.rule.id, []).append(one)
    return found


def _is_of_note(derived: Derived) -> bool:
    """Whether a value is told among safety: a grade within the limits of normal is not, nor what says nothing."""
    result = derived.result
    said_nothing = result.value is None and result.category is None
    return not said_nothing and result.category != "grade_0"


def _antibodies(participant: Participant) -> list[str]:
    """Tell which autoantibodies were found in any test."""
    tests = participant.image.get("autoantibodies") or ()
    return sorted({test["antibody"] for test in tests if test["finding"] == "positive"})


def _of_visit(course: Course, visit: Visit) -> Told:
    return {
        "visit_id": visit.id,
        "visit_version": visit.version,
        "event": visit.event,
        "status": visit.image["status"],
        "visited_on": visit.on.isoformat(),
        "study_day": _study_day(course, visit.on),
    }


# --- values -------------------------------------------------------------------------------------------------------


def _of_rule(derived: Derived) -> Told:
    result = derived.result
    told = {name: getattr(result, name) for name in ("value", "category", "final", "subject", "reason")}
    of_details = {name: getattr(result.details, name, None) for name in ("maximum", "comparator")}
    return {"rule": result.rule.id, "unit": result.rule.unit, **told, **of_details}


def _first(derived: ByRule, rule: str) -> Told | None:
    found = derived.get(rule, ())
    return _of_rule(found[0]) if found else None


def _measure(
    visit: Visit, derived: ByRule, rule: str | None, recorded: tuple[str, str] | None, scale: str | None
) -> Told | None:
    """Tell a value as its rule makes it, else as it was recorded; None where there is neither."""
    made = _first(derived, rule) if rule else None
    if made is not None and made["value"] is not None:
        return made
    value = visit.measured(*recorded) if recorded else None
    if value is None or recorded is None:
        return made
    form, name = recorded
    told = {"value": value, "final": visit.complete, "recorded": f"/forms/{form}/{name}", "unit": UNITS.get(name)}
    return told | {"scale": visit.form(form).get(scale) if scale else None}


def _interferon(visit: Visit) -> Iterator[Told]:
    """Tell the interferon biomarkers as they were reported; single transcripts are told by the scores made of them."""
    for result in visit.results(*BIOMARKERS):
        if result.get("value") is not None:
            told = {name: result.get(name) for name in ("value", "unit", "comparator")}
            where = {"subject": result["analyte"], "recorded": f"/laboratory_results/{result['analyte']}"}
            yield {**told, **where, "final": visit.complete}


def _of_interferon(derived: ByRule) -> Iterator[Derived]:
    for rule in INTERFERON:
        yield from (one for one in derived.get(rule, ()) if not str(one.result.subject).startswith(TRANSCRIPT))


def _glucocorticoid(derived: ByRule) -> Told | None:
    """Tell the prednisone-equivalent; the rule's details hold it in milligrams, and for each kilogram."""
    found = derived.get(GLUCOCORTICOID, ())
    if not found:
        return None
    details = found[0].result.details
    amounts = {name: getattr(details, name, None) for name in ("mg_per_day", "mg_per_kg_per_day")}
    return {**_of_rule(found[0]), **amounts}


# --- intervals ----------------------------------------------------------------------------------------------------


def _interval(course: Course, one: Kept, names: Sequence[str]) -> Told:
    """Tell a record with its interval in study days; a date that is not known to the day has none."""
    start, end = one.partial("started_on"), one.partial("ended_on")
    days = {"start_day": _partial_study_day(course, start), "end_day": _partial_study_day(course, end)}
    return {"id": one.id, "version": one.version, **{name: one.image.get(name) for name in names}, **days}


def _study_day(course: Course, day: date | None) -> int | None:
    return study_day(day, course.day_1) if day and course.day_1 else None


def _partial_study_day(course: Course, day: PartialDate | None) -> int | None:
    return _study_day(course, day.earliest) if day and day.precision == "day" else None


def _start(one: Kept | Medication) -> date:
    start: PartialDate | None = one.partial("started_on")
    return start.earliest if start else date.min


def _by_start(records: Sequence[Kept]) -> list[Kept]:
    return sorted(records, key=lambda one: (_start(one), one.id))
