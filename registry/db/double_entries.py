"""Entries of forms that two people make independently, and their reconciliations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.db import records, visits
from registry.db.transaction import Image, Transaction
from registry.problems import NoSuchRecord

# One step of a visit's double entry at a time.
LOCK = "select id from visit where id = %(id)s for no key update"

ENTRIES = """
    select audit.image(to_jsonb(e)) as image from form_entry e where e.visit_id = %(id)s
    order by e.form, e.pair_number, e.entry_number"""

RECONCILIATIONS = """
    select audit.image(to_jsonb(r)) as image from form_reconciliation r where r.visit_id = %(id)s
    order by r.form, r.pair_number"""


def locked_visit(tx: Transaction, visit_id: str) -> Image:
    """Give a visit whose double entry nobody else can move until this transaction ends.

    Raises:
        NoSuchRecord: it is not among those that may be seen.
    """
    if tx.one(LOCK, {"id": visit_id}) is None:
        raise NoSuchRecord
    return visits.read(tx, visit_id)


def entries(tx: Transaction, visit_id: str) -> list[Image]:
    """Give the entries of a visit's forms, the first of a form before the second, pair by pair, values and all."""
    return tx.images(ENTRIES, {"id": visit_id})


def reconciliations(tx: Transaction, visit_id: str) -> list[Image]:
    """Give the reconciliations of a visit's forms."""
    return tx.images(RECONCILIATIONS, {"id": visit_id})


def keep(tx: Transaction, table: str, visit: Image, values: Mapping[str, Any]) -> Image:
    """Keep an entry or a reconciliation of a form, at the place of its visit."""
    place = {"visit_id": visit["id"], "participant_id": visit["participant_id"]}
    return records.record_of_participant(tx, table, {**values, **place})
