"""Arms compared: by roles that know the treatment alone, from what the row-level policies let them read."""

from __future__ import annotations

from registry.db import study_safety as kept
from registry.db.transaction import Image, Transaction
from registry.domain import arm_comparison as compared
from registry.domain.arm_comparison import Allocated, Arm
from registry.domain.exposure import PLACES
from registry.domain.incidence import Group
from registry.domain.study_safety import StudySafety
from registry.statistics import rates, risks

BLINDED = "Arms are compared by roles that know the treatment alone."
ALL: Group = ("all", None)
SERIOUS: Group = ("serious", None)


def arms_of(tx: Transaction, safety: StudySafety) -> dict[str, str]:
    """Give the arm of each participant who is allocated; of nobody where this transaction does not see treatment."""
    return {owner: one.arm for owner, one in _allocated(tx, safety).items()}


def arms(tx: Transaction, safety: StudySafety) -> Image:
    """Compare the arms of a randomised study by risk and by rate, each with its interval, or say why they are not."""
    reason = compared.why_not(safety.protocol) or (None if kept.sees_treatment(tx) else BLINDED)
    if reason is not None or safety.protocol is None:
        return {"comparable": False, "reason": reason, "arms": [], "comparisons": []}
    declared = safety.protocol["arms"]
    codes = [str(arm["code"]) for arm in declared]
    found = compared.arms(safety.people, _allocated(tx, safety), codes, safety.definitions)
    pairs = compared.pairs(found, compared.reference(declared))
    return {
        "comparable": True,
        "reason": None,
        "arms": [_arm(arm) for arm in found],
        "comparisons": [_compared(*pair) for pair in pairs],
    }


def _allocated(tx: Transaction, safety: StudySafety) -> dict[str, Allocated]:
    if not kept.sees_treatment(tx):
        return {}
    rows = kept.allocated(tx, safety.study_id, safety.as_of)
    return {row["participant_id"]: Allocated(arm=row["arm"], on=row["allocated_on"]) for row in rows}


def _arm(arm: Arm) -> Image:
    return {
        "arm": arm.code,
        "participants": arm.participants,
        "patient_years": arm.patient_years.quantize(PLACES),
        "events": arm.events.get(ALL, 0),
        "serious_events": arm.events.get(SERIOUS, 0),
        "deaths": arm.deaths,
        "events_after_follow_up": arm.events_after_follow_up,
    }


def _compared(group: Group, arm: Arm, other: Arm) -> Image:
    with_event, other_with = arm.people.get(group, 0), other.people.get(group, 0)
    risk = risks.difference(with_event, arm.participants, other_with, other.participants)
    rate = rates.difference(
        arm.events.get(group, 0), arm.patient_years, other.events.get(group, 0), other.patient_years
    )
    return {
        "group": group[0],
        "value": group[1],
        "arm": arm.code,
        "reference": other.code,
        "arm_participants": arm.participants,
        "arm_with": with_event,
        "reference_participants": other.participants,
        "reference_with": other_with,
        **risk.named("risk_difference", "risk_lower", "risk_upper"),
        **rate.named("rate_difference", "rate_lower", "rate_upper"),
    }
