"""Looks at what tells of treatment: each answered GET is an event of the audit that tells no treatment itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from registry.db import treatments
from registry.db.transaction import Attribution, Transaction

TELLING = frozenset({"study_product_dose.read", "randomisation_slot.read", "study_safety.compare_arms"})
"""Verbs whose answers tell of treatment. The audit does so to the unblinded; `treatment_of` keeps an event by itself."""


def note(
    tx: Transaction, by: Attribution, verb: str, path: Mapping[str, Any], query: Mapping[str, Any], given: Any
) -> None:
    """Keep who looked, by which route and, where they are one, at which participant and record."""
    if request.method != "GET" or not (verb in TELLING or (verb == "audit.read" and by.unblinded == "yes")):
        return
    rows = given if isinstance(given, list) else [given or {}]
    people = {row.get("participant_id") for row in rows}
    participant = people.pop() if len(people) == 1 else query.get("participant_id")
    record = path.get("record_id")
    treatments.note_access(tx, str(request.url_rule), participant, str(record) if record else None)
