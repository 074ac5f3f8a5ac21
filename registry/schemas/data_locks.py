"""Freeze and lock of a study, a site, a participant or a visit."""

from __future__ import annotations

from registry.domain.locks import LOCK, SCOPES
from registry.schemas.base import Kept, Record
from registry.schemas.fields import Choice, Id, Text, about
from registry.schemas.queries import RecordFilters


class DataLockChange(Record):
    """Freeze, lock, release or open again; X-Change-Reason says why."""

    state = Choice(LOCK.words, required=True, metadata=about("Open, frozen or locked", example="locked"))


class DataLock(Kept):
    """What of a study is frozen or locked, and why."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, allow_none=True, metadata=about("Site; null for the whole study"))
    participant_id = Id(dump_only=True, allow_none=True, metadata=about("Participant, of a participant or a visit"))
    scope = Choice(SCOPES, required=True, metadata=about("What it covers", example="visit"))
    record_id = Id(required=True, metadata=about("Study, site, participant or visit"))
    state = Choice(LOCK.words, required=True, metadata=about("Open, frozen or locked", example="frozen"))
    reason = Text(500, required=True, metadata=about("Why it is so", free_text=True, example="Cleaning of week 24"))


class DataLockFilters(RecordFilters):
    """Filter the locks of a study."""

    scope = Choice(SCOPES, metadata=about("Only locks of this scope"))
    state = Choice(LOCK.words, metadata=about("Only locks in this state"))
    participant_id = Id(metadata=about("Only locks of this participant and of its visits"))
    record_id = Id(metadata=about("Only the lock of this study, site, participant or visit"))
