"""Randomisation lists: kept together with their slots, and verified without a look at what the slots give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.db import records
from registry.db.transaction import Image, Transaction, as_json

SLOTS = """
    insert into randomisation_slot (study_id, list_id, stratum, position, arm, kit, salt)
    select %(study_id)s, %(list_id)s, s.stratum, s.position, s.arm, s.kit, s.salt
    from jsonb_to_recordset(%(slots)s::jsonb) s (stratum text, position integer, arm text, kit text, salt text)
    order by s.stratum collate "C", s.position"""

SCHEME = "select audit.image(to_jsonb(x)) as image from randomisation_scheme x where x.list_id = %(list_id)s"

SEALS = """
    select v.list_id::text, v.study_id::text, v.status, v.seal, v.slots, v.allocated, v.sealed, v.in_order
    from randomisation_seals(%(study_id)s) v"""


def new_id(tx: Transaction) -> str:
    """Give an id for a list that is about to be sealed."""
    row = tx.one("select uuidv7()::text as id")
    return str(row and row["id"])


def unknown_sites(tx: Transaction, codes: Sequence[str]) -> set[str]:
    """Give those of the codes that no site has."""
    known = tx.every("select code from site where code = any (%s)", [list(codes)])
    return set(codes) - {row["code"] for row in known}


def keep(
    tx: Transaction, values: Mapping[str, Any], scheme: Mapping[str, Any], slots: Sequence[Mapping[str, Any]]
) -> Image:
    """Keep a list with how chance is used in it and its slots; the database makes the seal again and refuses another.

    Raises:
        psycopg.errors.UniqueViolation: another list in use has one of its strata.
    """
    image = records.record(tx, "randomisation_list", values)
    records.record(tx, "randomisation_scheme", {"study_id": values["study_id"], "list_id": image["id"], **scheme})
    tx.run(SLOTS, {"study_id": values["study_id"], "list_id": image["id"], "slots": as_json(slots)})
    return image


def scheme(tx: Transaction, list_id: str) -> Image | None:
    """Give how chance is used in a list; None where there is none to be seen."""
    return tx.image(SCHEME, {"list_id": list_id})


def verified(tx: Transaction, study_id: str | None = None) -> list[dict[str, Any]]:
    """Tell of every list, or of those of a study, whether its seal holds and it was used in order."""
    return tx.every(SEALS, {"study_id": study_id})


def broken(tx: Transaction) -> list[str]:
    """Give the ids of the lists that are not as they were sealed, or were not used in order."""
    return [found["list_id"] for found in verified(tx) if not (found["sealed"] and found["in_order"])]
