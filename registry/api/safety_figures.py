"""The figures over the safety of a study, each as one answer: counts of the domain with the statistics that belong to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from registry.api.arm_comparison import arms, arms_of
from registry.api.study_safety import laboratory
from registry.db.transaction import Image
from registry.domain import exposure as exposed
from registry.domain import first_events as followed
from registry.domain import incidence as counted
from registry.domain import laboratory_shifts as shifted
from registry.domain import liver_scatter as placed
from registry.domain import time_on_drug as taken
from registry.domain.course import Course
from registry.domain.ctcae_5 import CTCAE_5
from registry.domain.ctcae_6 import CTCAE_6
from registry.domain.dose_band import DOSE_BAND
from registry.domain.line_listing import Kind, lines
from registry.domain.study_safety import AGE_GROUPS, ANY_DRUG, SIGNALS, Person, StudySafety, told
from registry.statistics import rates, survival
from registry.statistics.rates import CONFIDENCE

YEARS = exposed.PLACES
Laboratory = Sequence[tuple[Person, Course]]


def exposure(safety: StudySafety) -> Image:
    """Give exposure in patient-years by drug, dose band and age group."""
    return {
        "participants": len(safety.people),
        "exposed": counted.people_at_risk(safety, ANY_DRUG),
        "by_drug": [asdict(row) for row in exposed.by_drug(safety)],
        "by_dose_band": [asdict(row) for row in exposed.by_dose_band(safety)],
        "by_age_group": [asdict(row) for row in exposed.by_ages(safety)],
        "cells": [asdict(row) for row in exposed.cells(safety)],
    }


def incidence(safety: StudySafety, drug: str = ANY_DRUG) -> Image:
    """Give events and first events per 100 patient-years at risk of a drug, or of any."""
    rows = counted.incidence(safety, drug)
    return {
        "drug": drug,
        "participants": counted.people_at_risk(safety, drug),
        "patient_years": rows[0].patient_years.quantize(YEARS),
        "rows": [_rates(row) for row in rows],
    }


def _rates(row: counted.Incidence) -> Image:
    every = rates.poisson(row.events, row.patient_years)
    first = rates.poisson(row.participants, row.first_patient_years)
    return {
        "group": row.group,
        "value": row.value,
        "events": row.events,
        "participants": row.participants,
        "patient_years": row.patient_years.quantize(YEARS),
        **every.named("rate", "lower", "upper"),
        "first_patient_years": row.first_patient_years.quantize(YEARS),
        **first.named("first_rate", "first_lower", "first_upper"),
    }


def first_events(safety: StudySafety, drug: str = ANY_DRUG, event: str = followed.ANY_EVENT) -> Image:
    """Give the time to the first event of a kind: Kaplan-Meier, and Aalen-Johansen with death and stopping competing."""
    people = followed.first_events(safety, drug, event)
    days = [one.days for one in people]
    causes = [followed.CAUSES.index(one.ending) for one in people]
    return {
        "drug": drug,
        "event": event,
        "participants": len(people),
        "events": causes.count(1),
        "deaths": causes.count(2),
        "stopped": causes.count(3),
        "censored": causes.count(0),
        "curve": _curve(days, causes) if people else [],
    }


def _curve(days: Sequence[int], causes: Sequence[int]) -> list[Image]:
    """Join both estimates over the days on which anything happened."""
    found = survival.aalen_johansen(days, causes, len(followed.CAUSES) - 1)
    free = {step.time: step for step in survival.kaplan_meier(days, [cause == 1 for cause in causes])}
    rows, last = [], free[0]
    for index, day in enumerate(found.times):
        last = free.get(day, last)
        lower, upper = found.limits[0][index]
        rows.append(
            {
                "day": day,
                "at_risk": sum(one >= day for one in days),
                "events": sum(one == day and cause == 1 for one, cause in zip(days, causes, strict=True)),
                "event_free": last.probability,
                "event_free_lower": last.lower,
                "event_free_upper": last.upper,
                "cumulative_incidence": found.causes[0][index],
                "cumulative_incidence_lower": lower,
                "cumulative_incidence_upper": upper,
                "death": found.causes[1][index],
                "stopping": found.causes[2][index],
            }
        )
    return rows


def time_on_drug(safety: StudySafety) -> Image:
    """Give how long each drug was given, and why it was stopped."""
    return {"rows": [_time_on(one) for one in taken.time_on_drug(safety)]}


def _time_on(one: taken.TimeOnDrug) -> Image:
    steps = survival.kaplan_meier([episode.length for episode in one.first], [episode.ended for episode in one.first])
    median, lower, upper = survival.median(steps)
    return {
        "drug": one.drug,
        "participants": one.participants,
        "episodes": one.episodes,
        "ongoing": one.ongoing,
        "stopped": one.episodes - one.ongoing,
        "reasons": [{"reason": reason, "episodes": count} for reason, count in one.reasons.items()],
        "median_days": median,
        "median_lower": lower,
        "median_upper": upper,
        "curve": [
            {
                "day": step.time,
                "at_risk": step.at_risk,
                "stopped": step.events,
                "on_drug": step.probability,
                "lower": step.lower,
                "upper": step.upper,
            }
            for step in steps
        ],
    }


# --- laboratory ---------------------------------------------------------------------------------------------------


def laboratory_shifts(safety: StudySafety, measured: Laboratory, version: str = "5.0") -> Image:
    """Give the worst CTCAE grade after baseline beside that at baseline, by analyte."""
    courses = [course for _, course in measured]
    return {
        "ctcae_version": version,
        "participants": len(safety.people),
        "without_baseline": shifted.without_baseline(courses),
        "cells": [asdict(cell) for cell in shifted.shifts(courses, version)],
    }


def liver(safety: StudySafety, measured: Laboratory) -> Image:
    """Give the peaks of transaminases and bilirubin of each participant, without saying whose they are."""
    found = placed.scatter(measured, safety.definitions)
    points = [_point(point) for point in found.points]
    return {
        "points": points,
        "quadrants": {code: sum(point["quadrant"] == code for point in points) for code in placed.QUADRANTS},
        "not_placed": {"no_transaminase": found.no_transaminase, "no_bilirubin": found.no_bilirubin},
        "without_limit": found.without_limit,
        "transaminase_cut_off": safety.definitions.transaminase_multiple,
        "bilirubin_cut_off": safety.definitions.bilirubin_multiple,
    }


def _point(point: placed.Point) -> Image:
    return {
        "transaminase": point.transaminase.analyte,
        "transaminase_multiple": placed.told(point.transaminase),
        "bilirubin_multiple": placed.told(point.bilirubin),
        "quadrant": point.quadrant,
        "censored": point.transaminase.censored or point.bilirubin.censored,
    }


# --- what they rest on --------------------------------------------------------------------------------------------


def line_listing(safety: StudySafety, kind: Kind) -> list[Image]:
    """Give a line for each serious adverse event, or each suspected unexpected serious adverse reaction."""
    return lines(safety, kind)


def definitions(safety: StudySafety) -> list[Image]:
    """Tell the definitions that the figures were made with, the confidence of their intervals among them."""
    ages = ", ".join(AGE_GROUPS)
    own = {"source": "Rule of this registry", "certainty": 60}
    return [
        *told(safety.definitions),
        {"name": "age_groups", "value": ages, "words": "Age groups, completed years", **own},
        {"name": "confidence", "value": str(CONFIDENCE), "words": "Confidence of every interval", **own},
    ]


def rules(safety: StudySafety) -> list[Image]:
    """Tell the versions of the rules that the figures rest on."""
    used = (SIGNALS.id, DOSE_BAND.id, CTCAE_5.id, CTCAE_6.id)
    return [{"rule": one, "version": safety.rules[one].version} for one in used]


__all__ = [
    "arms", "arms_of", "definitions", "exposure", "first_events", "incidence", "laboratory", "laboratory_shifts", "line_listing",
    "liver", "rules", "time_on_drug",
]  # fmt: skip
