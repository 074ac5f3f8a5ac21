"""Keep the reports of an adverse event: ask about a likely duplicate, keep what was confirmed, and set the watch in motion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.api import amendments, entry, recording, safety_watch, soft_checks
from registry.api.contract import Call
from registry.db import adverse_events, codings, records
from registry.db.transaction import Image, Transaction
from registry.domain import edit_checks
from registry.domain.edit_checks import Finding

DUPLICATE = "adverse_event_likely_duplicate"
Event = Mapping[str, Any]


def reported(call: Call, study: str) -> Image:
    """Keep the initial report of an event.

    Raises:
        NoSuchRecord: there is no such study. NeedsConfirmation: it is likely to be reported already.
        RulesBroken: the study has no such participant, or the event does not fit the participant's others.
    """
    asked = judged(call.tx, call.body)
    kept = recording.of_participant(call, "adverse_event", study)
    return _followed(call, kept, entry.newly_confirmed(asked, call.body, None))


def followed_up(call: Call, record_id: str) -> Image:
    """Keep a follow-up of an event as its next version; raises what `reported` does, and VersionStale."""
    before = records.read(call.tx, "adverse_event", record_id)
    amendments.check(call, before)
    asked = judged(call.tx, call.body, before)
    kept = amendments.amend(call, "adverse_event", record_id)
    return _followed(call, kept, entry.newly_confirmed(asked, call.body, before))


def judged(tx: Transaction, event: Event, before: Event | None = None) -> list[Finding]:
    """Give what the checks ask of an event; raises NeedsConfirmation unless it is confirmed.

    What the version before confirmed may stay in the record when it is asked no more.
    """
    asked = found(tx, event, before)
    stands = {given["rule"] for given in (before or {}).get("confirmations") or []} - {one.rule for one in asked}
    given = [one for one in event.get("confirmations") or [] if one["rule"] not in stands]
    entry.refuse(asked, given, draft=False)
    return asked


def found(tx: Transaction, event: Event, before: Event | None = None) -> list[Finding]:
    """Give what the checks find in an event beside the participant's others that count."""
    others = adverse_events.others(tx, event["participant_id"], before["id"] if before else None)
    asking = [one for one in others if not _confirmed_beside(one, before)]
    coded = codings.terms_of(tx, [one["id"] for one in asking] + ([before["id"]] if before else [])) if asking else {}
    return edit_checks.of_adverse_event(
        _named(event, coded.get(before["id"]) if before else None),
        [_named(one, coded.get(one["id"])) for one in asking],
    )


def _confirmed_beside(other: Event, before: Event | None) -> bool:
    """Whether another event came later and was confirmed, so that the question is answered already."""
    rules = {given["rule"] for given in other["confirmations"]}
    return before is not None and DUPLICATE in rules and other["id"] > before["id"]


def _named(event: Event, coded: Event | None) -> dict[str, Any]:
    """Give an event with its codes, as far as it is coded."""
    codes = [coded["code"], coded["preferred_code"]] if coded else []
    return {**event, "codes": [code for code in codes if code]}


def _followed(call: Call, kept: Image, confirmed: list[Finding]) -> Image:
    soft_checks.note(call.tx, call.attribution, "adverse_event", [(kept, confirmed)])
    safety_watch.of_adverse_events(call.tx, [kept["id"]])
    return kept
