"""Signatures: made over a record as it stands, asked for beside records, verified against the audit, and still due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Cursor
from psycopg.rows import DictRow

from registry.db import records
from registry.db.transaction import Image, Transaction

KEEP_IMAGES = "set constraints audit_visit immediate"

OF_RECORDS = """
    select s.record_id::text as record_id,
           jsonb_agg(audit.image(to_jsonb(s)) || standing_of(s, %(as_of)s) order by s.id) as signatures
    from signature s
    where s.record_id = any (%(ids)s::uuid[]) and s.kind = %(kind)s
      and (%(as_of)s::timestamptz is null or s.signed_at <= %(as_of)s)
    group by s.record_id"""

# Who signs, when, and over what is set by the trigger `seal_signature`, which holds the record still.
SIGN = {
    "visit": """
    insert into signature (study_id, site_id, participant_id, kind, record_id, record_version, records_sha256,
                           meaning, statement)
    select v.study_id, v.site_id, v.participant_id, 'visit', v.id, %(record_version)s, %(records_sha256)s, %(meaning)s,
           %(statement)s
    from visit v where v.id = %(record_id)s
    returning audit.image(to_jsonb(signature.*)) as image""",
    "participant": """
    insert into signature (study_id, site_id, participant_id, kind, record_id, record_version, records_sha256,
                           meaning, statement)
    select p.study_id, p.site_id, p.id, 'participant', p.id, %(record_version)s, %(records_sha256)s, %(meaning)s,
           %(statement)s
    from participant p where p.id = %(record_id)s
    returning audit.image(to_jsonb(signature.*)) as image""",
}

STANDING = "audit.image(to_jsonb(t)) || standing_of(t, null)"
READ = f"select {STANDING} as image from signature t where t.id = %(id)s"  # noqa: S608 (constant)

VERIFY = """
    select audit.image(to_jsonb(s)) || standing_of(s, null)
           || jsonb_build_object('recomputed_sha256', signed_sha256(s), 'fits', s.content_sha256 = signed_sha256(s),
                                 'content', signed_content(s),
                                 'present_records', records_to_sign(s.kind, s.record_id, null)) as image
    from signature s where s.id = %(id)s"""

TO_SIGN = """
    select jsonb_build_object('participant_id', p.id, 'participant_version', p.version, 'records', n.records,
                              'records_sha256', records_sha256(n.records)) as image
    from participant p cross join lateral (select records_to_sign('participant', p.id, null) as records) n
    where p.id = %(id)s"""

# Compared by their versions: a hash that does not fit is found when a signature is read or verified, one by one.
DUE = """
    (select v.id, jsonb_strip_nulls(jsonb_build_object('kind', 'visit',
        'id', v.id, 'version', v.version, 'site_id', v.site_id, 'participant_id', v.participant_id, 'event', v.event,
        'visited_on', v.visited_on, 'changed_at', v.changed_at, 'signed_version', earlier.version)) as image
    from visit v
    left join lateral (select max(s.record_version) as version from signature s
                       where s.record_id = v.id and s.kind = 'visit') earlier on true
    where v.study_id = %(study_id)s and v.id > %(after)s and v.status = 'complete' and not v.entered_in_error
      and (%(site_id)s::uuid is null or v.site_id = %(site_id)s)
      and (%(participant_id)s::uuid is null or v.participant_id = %(participant_id)s)
      and earlier.version is distinct from v.version
    order by v.id limit %(limit)s)
    union all
    (select p.id, jsonb_build_object('kind', 'participant', 'id', p.id, 'version', p.version, 'site_id', p.site_id,
        'participant_id', p.id, 'signed_version', s.record_version, 'changed_at', (
            select max(e.at) from audit.event e where e.participant_id = p.id and e.kind = any (signed_kinds()))) as image
    from participant p
    cross join lateral (select s.record_version, s.records from signature s
                        where s.record_id = p.id and s.kind = 'participant' order by s.id desc limit 1) s
    where p.study_id = %(study_id)s and p.id > %(after)s
      and (%(site_id)s::uuid is null or p.site_id = %(site_id)s)
      and (%(participant_id)s::uuid is null or p.id = %(participant_id)s)
      and s.records is distinct from records_to_sign('participant', p.id, null)
    order by p.id limit %(limit)s)
    order by id limit %(limit)s"""


@dataclass(frozen=True, slots=True)
class AskedSignatures:
    """Signatures that were asked for, and not waited for."""

    cursor: Cursor[DictRow]

    def by_record(self) -> dict[str, list[Image]]:
        """Give the signatures of each record that has any, waiting for them if need be."""
        return {row["record_id"]: row["signatures"] for row in self.cursor.fetchall()}


def ask(tx: Transaction, kind: str, ids: Sequence[str], as_of: datetime | None = None) -> AskedSignatures:
    """Ask for the signatures of records of one kind, each with how it stands, or stood at a past moment."""
    if as_of is None:
        tx.run(KEEP_IMAGES)
    return AskedSignatures(tx.run(OF_RECORDS, {"kind": kind, "ids": list(ids), "as_of": as_of}))


def sign(tx: Transaction, kind: str, values: Mapping[str, Any]) -> Image:
    """Sign the present version of a visit or of a whole participant; NoSuchRecord when it may not be seen.

    The database refuses another version than the present one, drafts, and of a participant other records than were read.
    """
    return records.required(tx.image(SIGN[kind], values))


def read(tx: Transaction, signature_id: str) -> Image:
    """Read a signature with how it stands."""
    return records.required(tx.image(READ, {"id": signature_id}))


def with_standing(tx: Transaction, image: Image) -> Image:
    """Give the signature that an image is of, with how it stands."""
    return read(tx, image["id"])


def verify(tx: Transaction, signature_id: str) -> Image:
    """Read a signature with its hash made again from the audit, and the versions that there are by now."""
    return records.required(tx.image(VERIFY, {"id": signature_id}))


def due(tx: Transaction, asked: Mapping[str, Any]) -> list[Image]:
    """Give a page of complete visits and of signed participants that are not signed as they stand, in the order of their ids."""
    return [row["image"] for row in tx.every(DUE, asked)]


def to_sign(tx: Transaction, participant_id: str) -> Image:
    """Give the records of a participant that a signature would cover, with their versions and the hash that names them."""
    return records.required(tx.image(TO_SIGN, {"id": participant_id}))
