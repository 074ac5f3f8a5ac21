"""Versions of a study's protocol: the newest, the one in force at a site on a day, and that of a participant today."""

from __future__ import annotations

from datetime import date

from registry.db import records
from registry.db.transaction import Image, Transaction

IN_FORCE = """
    select audit.image(to_jsonb(v)) as image from protocol_version v
    where v.id = protocol_version_in_force(%(study_id)s, %(site_id)s, %(day)s)"""

OF_PARTICIPANT = """
    select audit.image(to_jsonb(v)) as image
    from participant p
    join site s on s.id = p.site_id
    join protocol_version v
        on v.id = protocol_version_in_force(p.study_id, p.site_id, (now() at time zone s.time_zone)::date)
    where p.id = %(participant_id)s"""

NEWEST = """
    select audit.image(to_jsonb(v)) as image from protocol_version v
    where v.study_id = %(study_id)s order by v.id desc limit 1"""

NUMBERED = """
    select audit.image(to_jsonb(v)) as image from protocol_version v
    where v.study_id = %(study_id)s and v.number = %(number)s"""


def in_force(tx: Transaction, study_id: str, site_id: str, day: date) -> Image | None:
    """Give the version in force at a site on a day; None where the study has none yet."""
    return tx.image(IN_FORCE, {"study_id": study_id, "site_id": site_id, "day": day})


def of_participant(tx: Transaction, participant_id: str) -> Image | None:
    """Give the version in force today at the participant's site; None where there is none."""
    return tx.image(OF_PARTICIPANT, {"participant_id": participant_id})


def read(tx: Transaction, version_id: str) -> Image:
    """Read a version by its id; NoSuchRecord when there is none."""
    return records.read(tx, "protocol_version", version_id)


def newest(tx: Transaction, study_id: str) -> Image | None:
    """Give the version that was defined last; None where the study has none."""
    return tx.image(NEWEST, {"study_id": study_id})


def numbered(tx: Transaction, study_id: str, number: str) -> Image:
    """Read the version of a study with this number; NoSuchRecord when there is none."""
    return records.required(tx.image(NUMBERED, {"study_id": study_id, "number": number}))


def hold(tx: Transaction, study_id: str) -> None:
    """Let nobody else define or activate a version of this study until this transaction ends."""
    tx.run("select from study where id = %s for no key update", [study_id])
