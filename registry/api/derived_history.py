"""The history of derived values: every value that each has had, since when, and the writes that made it so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import lists
from registry.api.contract import Call, contract
from registry.api.derived import course_of, guarded, of_record
from registry.db import courses, records
from registry.domain.derived import Derived
from registry.domain.derived_history import Change, Key, Records, by_key, changes
from registry.problems import CursorNotUnderstood, NoSuchRecord
from registry.schemas.derived import told_derived
from registry.schemas.derived_history import DerivedFilters, DerivedMoment

namespace = Namespace("derived_history")
PROBLEMS = (NoSuchRecord, CursorNotUnderstood)


@namespace.route("/visits/<uuid:record_id>/derived/history")
class VisitHistory(Resource):  # type: ignore[misc]
    """What was derived from a visit over time."""

    @contract(may="visit.read", gives=DerivedMoment, many=True, asks=DerivedFilters, problems=PROBLEMS)
    def get(self, call: Call, record_id: str) -> list[dict[str, Any]]:
        """Tell every value that was derived from the visit, since when, and why it changed."""
        return history(call, "visit", str(record_id), courses.participant_of_visit(call.tx, record_id))


@namespace.route("/participants/<uuid:record_id>/derived/history")
class ParticipantHistory(Resource):  # type: ignore[misc]
    """What was derived from a participant over time."""

    @contract(may="participant.read", gives=DerivedMoment, many=True, asks=DerivedFilters, problems=PROBLEMS)
    def get(self, call: Call, record_id: str) -> list[dict[str, Any]]:
        """Tell every value that was derived from the participant, since when, and why it changed."""
        participant_id = str(records.read(call.tx, "participant", record_id)["id"])
        return history(call, "participant", participant_id, participant_id)


def history(call: Call, kind: str, record_id: str, participant_id: str) -> list[dict[str, Any]]:
    """Replay a page of the moments at which the participant's records changed; its limit counts moments."""
    records.settle(call.tx)
    known, after = Records(), 0

    def read(window: records.Window) -> list[dict[str, Any]]:
        nonlocal after
        after = int(window.after or 0)
        return courses.moments(call.tx, participant_id, after, window.limit)

    page = lists.page(call, read)
    if after:
        known.add(courses.state_at(call.tx, participant_id, after))
    return [entry for entry in _replayed(known, page, kind, record_id) if _asked(call, entry)]


def _replayed(known: Records, moments: list[dict[str, Any]], kind: str, record_id: str) -> Iterator[dict[str, Any]]:
    before = _derived(known, kind, record_id) or {}
    for moment in moments:
        known.add(moment["events"])
        now = _derived(known, kind, record_id)
        if now is None:
            continue
        yield from (_told(change, moment["events"]) for change in changes(before, now))
        before = now


def _derived(known: Records, kind: str, record_id: str) -> Mapping[Key, Derived] | None:
    """Derive from the records as they stood; None where a rule fails on them."""
    images = known.images()
    if images is None:
        return {}
    found: Mapping[Key, Derived] | None = guarded(lambda: by_key(of_record(course_of(images), kind, record_id)))
    return found


def _asked(call: Call, entry: Mapping[str, Any]) -> bool:
    return all(call.query.get(name) in (None, entry[name]) for name in ("rule", "subject"))


def _told(change: Change, events: list[dict[str, Any]]) -> dict[str, Any]:
    value = told_derived(change.derived)
    if change.withdrawn:
        value |= {"value": None, "category": None, "final": False, "details": None}
    because = [
        {"record": event["kind"], "id": event["record_id"]}
        | {name: event[name] for name in ("change_set", "version", "action", "actor", "reason")}
        for event in events
    ]
    return value | {"at": events[-1]["at"].isoformat(), "withdrawn": change.withdrawn, "because": because}
