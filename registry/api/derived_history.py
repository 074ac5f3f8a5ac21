"""The history of derived values: every value that each has had, since when, and the writes that made it so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import lists
from registry.api.contract import Call, contract
from registry.api.derived import course_of, of_record, rules_of_study
from registry.db import courses, records
from registry.domain.derived import Derived
from registry.domain.derived_history import Change, Key, Records, by_key, changes, undecided_again
from registry.problems import CursorNotUnderstood, NoSuchRecord, StudyConstantsRefused
from registry.schemas.derived import told_derived
from registry.schemas.derived_history import MOMENTS_A_PAGE, DerivedFilters, DerivedMoment

namespace = Namespace("derived_history")
PROBLEMS = (NoSuchRecord, CursorNotUnderstood, StudyConstantsRefused)
REFUSED = "The constants that the study had of its own then are not of the rules of this release."


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
    settled = records.settle(call.tx)
    rules_of_study(courses.rule_constants(call.tx, participant_id))
    call.query["limit"] = call.query.get("limit") or MOMENTS_A_PAGE
    known, after = Records(), 0

    def read(window: records.Window) -> list[dict[str, Any]]:
        nonlocal after
        after = int(window.after or 0)
        return courses.moments(call.tx, participant_id, after, window.limit, settled=settled)

    page = lists.page(call, read)
    if after:
        known.add(courses.state_at(call.tx, participant_id, after))
    of = Of(kind, record_id, tuple(filter(None, [call.query.get("rule")])))
    return [entry for entry in of.replayed(known, page) if _asked(call, entry)]


@dataclass(frozen=True, slots=True)
class Of:
    """Which record the history is of, and of which rules; of every rule where none is named."""

    kind: str
    record_id: str
    rules: tuple[str, ...]

    def replayed(self, known: Records, moments: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Tell what the derived values became at each moment, from what is known before the first."""
        before = self.derived(known, {})
        for moment in moments:
            known.add(moment["events"])
            now = self.derived(known, before)
            yield from (_told(change, moment["events"]) for change in changes(before, now))
            before = now

    def derived(self, known: Records, before: Mapping[Key, Derived]) -> Mapping[Key, Derived]:
        """Derive from the records as they stood; undecided where a release refuses the constants of that time."""
        images = known.images()
        if images is None:
            return {}
        try:
            return by_key(of_record(course_of(images), self.kind, self.record_id, self.rules))
        except StudyConstantsRefused:
            return undecided_again(before, REFUSED)


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
