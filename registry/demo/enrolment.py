"""What is recorded once of a child: who it is as far as the science needs, and what was consented to."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from registry.demo import incidents
from registry.demo.chance import pick
from registry.demo.children import YEAR, Child
from registry.demo.diagnosis import diagnosis
from registry.demo.plans import OBSERVATIONAL, SCREENED_BEFORE, Plan
from registry.demo.visits import day_of_visit

ASSENT_FROM_AGE = 7
OWN_CONSENT_FROM_AGE = 16
ANCESTRY = {"DE": "european", "GB": "european", "US": "latin_american", "SE": "european", "IN": "south_asian"}
COURSES = {"responder": "monocyclic", "partial": "chronic", "none": "chronic", "relapse": "polycyclic"}
PRIOR = {
    "methotrexate": 0.9,
    "ivig": 0.55,
    "hydroxychloroquine": 0.45,
    "mycophenolate": 0.3,
    "methylprednisolone": 0.7,
    "ciclosporin": 0.15,
    "rituximab": 0.15,
    "cyclophosphamide": 0.08,
}
FURTHER_USES = {"biobank": 0.7, "partner_sharing": 0.8, "international_transfer": 0.6}
BARRIERS = {"lack_of_data": 0.45, "insurance": 0.4, "cost": 0.2, "supply": 0.08}
"""Lack of clinical data and insurance approval lead in the survey (Sherman 2025)."""


def participant(child: Child, code: str) -> dict[str, Any]:
    """Give what is recorded of the child, without the site's id."""
    rng = child.dice("enrolment")
    duration = rng.uniform(0.4, max(0.5, min(5.0, child.age_on(child.enrolled) - 2)))
    onset = child.enrolled - timedelta(days=round(duration * YEAR))
    diagnosed = onset + timedelta(days=round(duration * YEAR * rng.uniform(0.1, 0.6)))
    return {
        "code": code,
        "birth_year": child.born.year,
        "birth_month": child.born.month,
        "sex_at_birth": child.sex,
        "ancestry": [ANCESTRY.get(child.place.country, "unknown") if rng.random() < 0.75 else "mixed"],
        "symptom_onset": onset.isoformat()[: rng.choice((4, 7, 7))],
        "diagnosed_on": diagnosed.isoformat()[: rng.choice((7, 10))],
        "disease_course": COURSES[child.course.response] if rng.random() < 0.8 else "undetermined",
        "autoantibodies": _antibodies(rng, child, diagnosed.isoformat()[:7]),
        "indications": _indications(rng, child),
        "prior_treatments": ["prednisolone", *(name for name, share in PRIOR.items() if rng.random() < share)],
        "access_barriers": [name for name, share in BARRIERS.items() if rng.random() < share],
        **diagnosis(child),
    }


def _antibodies(rng: Random, child: Child, month: str) -> list[dict[str, Any]]:
    method = pick(rng, {"immunoblot": 0.75, "immunoprecipitation": 0.2, "elisa": 0.05})
    tested = dict.fromkeys(("tif1_gamma", "nxp2", "mda5", "mi_2"), "negative")
    if child.phenotype.antibody:
        tested[child.phenotype.antibody] = "positive"
    if rng.random() < 0.15:
        tested["ro52"] = "positive"
    return [
        {"antibody": name, "finding": finding, "method": method, "tested_on": month} for name, finding in tested.items()
    ]


def _indications(rng: Random, child: Child) -> list[str]:
    asked = {
        "refractory_skin": child.course.skin > 4,
        "refractory_muscle": child.course.muscle > 3.5,
        "unable_to_wean_steroids": child.course.steroid > 0.5,
        "intolerance": rng.random() < 0.15,
        "calcinosis": child.calcinosis,
        "ild": child.lung,
    }
    return [name for name, said in asked.items() if said] or ["unable_to_wean_steroids"]


def consents(child: Child, plan: Plan = OBSERVATIONAL) -> list[dict[str, Any]]:
    """Give the consent, and the child's assent where it is old enough to give one; in a trial before the screening."""
    before = child.dice("consent").randrange(8) + (SCREENED_BEFORE if plan.trial else 0)
    age, day = child.age_on(child.enrolled), child.enrolled - timedelta(days=before)
    own = age >= OWN_CONSENT_FROM_AGE
    said = {"document_version": "1.0", "given_on": day.isoformat(), "scopes": _scopes(child)}
    given = [{**said, "kind": "consent", "given_by": "participant" if own else "parent"}]
    if age >= ASSENT_FROM_AGE and not own:
        given.append({**said, "kind": "assent", "given_by": "participant"})
    return given


def _scopes(child: Child) -> list[str]:
    """Give the uses of the data that are agreed to: the registry's always, others by most."""
    rng = child.dice("scopes")
    return ["registry", *(use for use, share in FURTHER_USES.items() if rng.random() < share)]


def withdrawn_on(child: Child) -> str | None:
    """Give the day on which the consent is withdrawn, if it is: ten days after the last visit."""
    week = incidents.withdraws_after(child.number)
    return (day_of_visit(child, week) + timedelta(days=10)).isoformat() if week is not None else None


def withdrawal(number: int, day: str | None) -> dict[str, Any]:
    """Give what participant `number` withdraws on a day: the use of its data, or in turn follow-up only."""
    kind, reason = (("follow_up", "burden"), ("data_use", "privacy"))[incidents.takes_its_data_away(number)]
    return {"kind": kind, "withdrawn_on": day, "decided_by": "parent", "reason": reason}
