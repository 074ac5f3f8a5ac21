"""The conduct of the study in the demo: eligibility, enrolment, allocation and study product, and how children leave."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import compress
from typing import Any

from registry.api import allocations, eligibility, randomisation_lists
from registry.api.contract import Call
from registry.db import records
from registry.db.accounts import Actor
from registry.db.transaction import Image, Transaction
from registry.demo import blinded_events, incidents
from registry.demo.attributing import attribution
from registry.demo.cohort import Story
from registry.demo.plans import Plan
from registry.problems import RulesBroken
from registry.schemas.study_product_doses import StudyProductDose

ACTOR = Actor("", "Demo cohort", "Synthetic data", None, ())
REASON = "The course of the demo cohort"
FOLLOWED_UNTIL = date(2026, 6, 15)
"""Children whose last visit of the story was before this day have completed the study; the others go on."""
SLOTS = 40
BLOCK_SIZES = [4, 6]
ATTESTED_COURSES = ("refractory", "new_onset")
STUDY_TABLETS = {True: Decimal(2), False: Decimal(4)}
"""Baricitinib a day below 30 kg and from there on (label in juvenile idiopathic arthritis)."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The study of the demo with the version of its protocol and the plan of its cohort."""

    study_id: str
    code: str
    version: Image
    plan: Plan

    @property
    def criteria(self) -> Sequence[Mapping[str, Any]]:
        found: Sequence[Mapping[str, Any]] = self.version["eligibility"]
        return found


def begin(tx: Transaction, trial: Trial) -> None:
    """Make and seal the randomisation list, where participants are allocated; its seed is thrown away."""
    if trial.plan.blinded:
        body = {"protocol_version_id": trial.version["id"], "seed": secrets.token_hex(32), "slots_per_stratum": SLOTS,
                "sites": [], "rows": [], "block_sizes": BLOCK_SIZES, "probability": None, "imbalance": None}  # fmt: skip
        by = attribution(role="unblinded_statistician")
        tx.attribute(by)
        randomisation_lists.sealed(Call(tx, ACTOR, by, body), trial.study_id)
        tx.attribute(attribution())


# --- eligibility and enrolment ------------------------------------------------------------------------------------


def enrol(tx: Transaction, trial: Trial, stories: Sequence[Story], ids: Sequence[str]) -> list[bool]:
    """Assess every child whose day has come, and enrol those who may be; tell of each whether it is in the study."""
    today = datetime.now(UTC).date()
    screened = [story.enrolled < today for story in stories]
    eligible = [
        done and assessed(tx, trial, story, one) for done, story, one in zip(screened, stories, ids, strict=True)
    ]
    tx.attribute(attribution(REASON))
    for story, one, may in compress(zip(stories, ids, eligible, strict=True), screened):
        said = {"status": "enrolled"} if may else {"status": "screen_failure", "reason": "not_eligible"}
        _move(tx, one, said | {"status_on": story.enrolled})
    tx.attribute(attribution())
    return eligible


def assessed(tx: Transaction, trial: Trial, story: Story, participant_id: str) -> bool:
    """Assess a child: every criterion is attested as passed, but for those that what is recorded decides."""
    attested = {one["code"]: one["kind"] == "inclusion" for one in trial.criteria}
    while True:
        body = {
            "assessed_on": story.enrolled,
            "attestations": [{"criterion": code, "met": met} for code, met in attested.items()],
            "overrides": [],
        }
        try:
            image = eligibility.assessed(Call(tx, ACTOR, attribution(), body), participant_id)
            return bool(image["counts_as_eligible"])
        except RulesBroken as refused:
            codes = list(attested)
            for rule in refused.errors:
                del attested[codes[int(rule.pointer.split("/")[2])]]


def _move(tx: Transaction, participant_id: str, values: dict[str, Any]) -> None:
    row = tx.one("select id::text, version from enrolment where participant_id = %s", [participant_id])
    if row:
        records.amend(tx, "enrolment", row["id"], row["version"], values)


# --- treatment ----------------------------------------------------------------------------------------------------


def treat(tx: Transaction, stories: Sequence[Story], ids: Sequence[str]) -> None:
    """Begin the treatment with the first open dose."""
    tx.attribute(attribution(REASON))
    for story, one in zip(stories, ids, strict=True):
        if story.doses:
            _move(tx, one, {"status": "on_treatment", "status_on": story.doses[0]["started_on"]})
    tx.attribute(attribution())


def allocate(tx: Transaction, trial: Trial, stories: Sequence[Story], ids: Sequence[str]) -> None:
    """Allocate, in a blinded trial, every child whose baseline is there, dispense its first kit, and follow the first day."""
    if not trial.plan.blinded:
        return
    ready = [(story, one) for story, one in zip(stories, ids, strict=True) if _has_baseline(story)]
    for story, one in ready:
        levels = [
            {"factor": "weight_band", "level": "below_30_kg" if _light(story) else "from_30_kg"},
            {"factor": "disease_course", "level": ATTESTED_COURSES[story.number % 2]},
        ]
        allocations.allocate(Call(tx, ACTOR, attribution(), {"levels": levels}), one)
    blinded_events.follow(tx, _dispense(tx, ready))


def _has_baseline(story: Story) -> bool:
    return any(visit["event"] == "week_0" for visit in story.visits)


def _light(story: Story) -> bool:
    return bool(story.visits[-1]["forms"]["vital_signs"]["weight"] < 30)


def _dispense(tx: Transaction, ready: Sequence[tuple[Story, str]]) -> list[tuple[str, date]]:
    """Record the first kit of each child, as the pharmacist does; give who began on which day."""
    tx.attribute(attribution(REASON, role="pharmacist"))
    doses = []
    for story, one in ready:
        row = tx.one("select treatment_of(%s, null) as treatment, today_at(site_id) as today from participant where id = %s",
                     [one, one])  # fmt: skip
        if row:
            doses.append(_dose(story, one, row["treatment"], row["today"]))
    records.record_of_participants(tx, "study_product_dose", doses)
    for dose in doses:
        _move(tx, dose["participant_id"], {"status": "on_treatment", "status_on": dose["started_on"]})
    tx.attribute(attribution())
    return [(dose["participant_id"], dose["started_on"]) for dose in doses]


def _dose(story: Story, participant_id: str, treatment: Mapping[str, Any], today: date) -> dict[str, Any]:
    given = treatment["product"] != "placebo"
    body = {
        "participant_id": participant_id, "kit": treatment["kit"], "product": treatment["product"], "formulation": "tablet",
        "mg_per_intake": STUDY_TABLETS[_light(story)] if given else 0, "intakes_per_day": 1, "units_dispensed": 35,
        "started_on": today.isoformat(),
    }  # fmt: skip
    schema = StudyProductDose()
    return schema.whole(schema.accept(body))


# --- how they leave -----------------------------------------------------------------------------------------------


def leave(tx: Transaction, trial: Trial, stories: Sequence[Story], ids: Sequence[str]) -> None:
    """Close the course of those who left, and of those whose follow-up is over."""
    tx.attribute(attribution(REASON))
    for story, one in zip(stories, ids, strict=True):
        if left := _left(story, trial.plan):
            _move(tx, one, left)
    tx.attribute(attribution())


def _left(story: Story, plan: Plan) -> dict[str, Any] | None:
    last = max((date.fromisoformat(visit["visited_on"]) for visit in story.visits), default=date.max)
    if story.withdrawn_on is not None:
        return {"status": "withdrawn", "status_on": story.withdrawn_on, "reason": "consent_withdrawn"}
    if plan.trial:
        done = any(visit["event"] == f"week_{plan.weeks[-1]}" for visit in story.visits)
        return {"status": "completed", "status_on": last} if done and not plan.blinded else None
    if incidents.stops_after(story.number) is not None:
        after = last + timedelta(days=7)
        return {"status": "withdrawn", "status_on": after, "reason": "physician_decision"}
    return {"status": "completed", "status_on": last} if last < FOLLOWED_UNTIL else None
