"""Deviations that the registry notes by itself, and the visit that a deviation is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.db import records
from registry.db.transaction import Transaction

OF_PARTICIPANT = """
    select exists (select from visit v where v.id = %(visit)s and v.participant_id = %(participant)s) as found"""


# Which criteria were overridden before, in an assessment of the participant under the same version of the protocol.
OVERRIDDEN = """
    select distinct o ->> 'criterion' as criterion
    from eligibility_assessment k
    join eligibility_assessment a
        on a.participant_id = k.participant_id and a.protocol_version_id = k.protocol_version_id and a.id <> k.id
    cross join jsonb_array_elements(a.overrides) o
    where k.id = %(assessment)s"""


def overridden_before(tx: Transaction, assessment_id: str) -> set[str]:
    """Give the criteria that other assessments of the participant under the same version override."""
    return {row["criterion"] for row in tx.every(OVERRIDDEN, {"assessment": assessment_id})}


def is_visit_of(tx: Transaction, visit_id: str, participant_id: str) -> bool:
    """Tell whether a visit that may be seen is one of the participant's."""
    row = tx.one(OF_PARTICIPANT, {"visit": visit_id, "participant": participant_id})
    return bool(row and row["found"])


def note(tx: Transaction, deviations: Sequence[Mapping[str, Any]]) -> None:
    """Keep deviations that the registry notes, one participant's or several."""
    records.record_of_participants(tx, "protocol_deviation", [{**one, "origin": "registry"} for one in deviations])


def site_of(tx: Transaction, participant_id: str) -> str:
    """Give the site of a participant; empty where it is not among those that may be seen."""
    row = tx.one("select p.site_id::text as site_id from participant p where p.id = %s", [participant_id])
    return str(row["site_id"]) if row else ""
