"""Where protocol versions are in force: today there, and what the study's record tells of it."""

from __future__ import annotations

from datetime import date
from typing import LiteralString

from registry.db.transaction import Image, Transaction

LATEST_TODAY = """
    select coalesce(max((now() at time zone s.time_zone)::date), (now() at time zone 'utc')::date) as today from site s
    where s.id = %(site_id)s::uuid or %(site_id)s::uuid is null"""

EARLIEST_TODAY = """
    select coalesce(min((now() at time zone s.time_zone)::date), (now() at time zone 'utc')::date) as today from site s
    where s.id = %(site_id)s::uuid or %(site_id)s::uuid is null"""

STANDING = """
    select audit.image(to_jsonb(a)) as image from protocol_activation a
    where a.protocol_version_id = %(version_id)s and a.site_id is not distinct from %(site_id)s::uuid and not a.entered_in_error"""

EVERYWHERE = """
    select document_version, kind, language from consent_document
    where study_id = %(study_id)s and site_id is null and not entered_in_error"""

# Who activates a version gives no reason for a change of the study's record: this is it.
REASON = """
    select set_config('registry.reason', coalesce(nullif(current_setting('registry.reason', true), ''),
                                                  'A version of the protocol was activated'), true)"""

# The study's record names the version that was activated last, wherever; where each is in force, the activations tell.
TELL_STUDY = """
    update study s set protocol_version = last.number, version = s.version + 1, changed_at = clock_timestamp()
    from (select v.number from protocol_activation a join protocol_version v on v.id = a.protocol_version_id
          where a.study_id = %(study_id)s and not a.entered_in_error order by a.id desc limit 1) last
    where s.id = %(study_id)s and s.protocol_version <> last.number"""


def latest_today(tx: Transaction, site_id: str | None) -> date:
    """Give the day that it is at a site, at the one where the day is furthest on if none is named."""
    return _day(tx, LATEST_TODAY, site_id)


def earliest_today(tx: Transaction, site_id: str | None) -> date:
    """Give the day that it is at a site, at the one where the day is least far on if none is named."""
    return _day(tx, EARLIEST_TODAY, site_id)


def standing(tx: Transaction, version_id: str, site_id: str | None) -> Image | None:
    """Give from which day a version is in force at a site, or at every site; None where nothing says so."""
    return tx.image(STANDING, {"version_id": version_id, "site_id": site_id})


def documents_everywhere(tx: Transaction, study_id: str) -> set[tuple[str, ...]]:
    """Name the documents of consent that a study has at every site, by version, kind and language."""
    return {tuple(row.values()) for row in tx.every(EVERYWHERE, {"study_id": study_id})}


def tell_study(tx: Transaction, study_id: str) -> None:
    """Let the study's record name the version that was activated last."""
    tx.run(REASON)
    tx.run(TELL_STUDY, {"study_id": study_id})


def _day(tx: Transaction, statement: LiteralString, site_id: str | None) -> date:
    [row] = tx.every(statement, {"site_id": site_id})
    today: date = row["today"]
    return today
