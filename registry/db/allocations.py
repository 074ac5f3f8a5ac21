"""Allocations: taken by a function of the database that gives back no treatment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from registry.db import records
from registry.db.transaction import Image, Transaction, as_json

OF_PARTICIPANT = (
    "select audit.image(to_jsonb(a)) as image from allocation a where a.participant_id = %(participant_id)s"
)


def of_participant(tx: Transaction, participant_id: str) -> Image | None:
    """Give the allocation of a participant; None where there is none."""
    return tx.image(OF_PARTICIPANT, {"participant_id": participant_id})


def obstacles(tx: Transaction, participant_id: str) -> list[str]:
    """Give the code of each thing that stands in the way of allocating a participant today."""
    row = tx.one("select allocation_obstacles(%s) as found", [participant_id])
    return list(row["found"]) if row else []


def hold(tx: Transaction, participant_id: str) -> None:
    """Keep what the allocation of a participant asks of it as it is, from here to the end of the transaction."""
    tx.run("select hold_for_allocation(%s)", [participant_id])


def today_at(tx: Transaction, site_id: str) -> date:
    """Give the day that it is at a site."""
    row = tx.one("select today_at(%s) as day", [site_id])
    if row is None:
        raise RuntimeError("the database gave no day")
    day: date = row["day"]
    return day


def allocate(tx: Transaction, participant_id: str, stratum: str, levels: Sequence[dict[str, Any]]) -> Image:
    """Give the participant the next slot of the stratum, and give the record of it.

    Raises:
        NoSuchRecord: there is no such participant among those that may be seen.
        psycopg.errors.IntegrityError: allocated already, not ready, no list, none left, or the seal does not hold; the
            constraint says which.
    """
    return records.required(tx.image("select allocate(%s, %s, %s::jsonb)", [participant_id, stratum, as_json(levels)]))
