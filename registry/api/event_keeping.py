"""Keep the reports of an adverse event: ask about a likely duplicate, keep what was confirmed, and set the watch in motion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.api import amendments, entry, recording, safety_watch, soft_checks
from registry.api.contract import Call
from registry.db import adverse_events, codings, records
from registry.db.transaction import Image, Transaction, as_json, from_json
from registry.domain import edit_checks
from registry.domain.edit_checks import Finding
from registry.permissions import SITE_STAFF
from registry.problems import BrokenRule, RulesBroken

DUPLICATE = "adverse_event_likely_duplicate"
INVESTIGATORS = "The investigator's view is the site's to change; record the sponsor's in the sponsor assessment."
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
    """Keep a follow-up of an event as its next version; raises what `reported` does, and VersionStale.

    Who is not of the site's staff may raise what the investigator said, and lower nothing of it.
    """
    before = records.read(call.tx, "adverse_event", record_id)
    amendments.check(call, before)
    _keep_the_investigators_view(call, before)
    asked = judged(call.tx, call.body, before)
    kept = amendments.amend(call, "adverse_event", record_id)
    return _followed(call, kept, entry.newly_confirmed(asked, call.body, before))


def _keep_the_investigators_view(call: Call, before: Image) -> None:
    """Refuse that somebody who acts by no role of the site's staff lowers or replaces what the site said.

    Raises:
        RulesBroken: it changes the causality, takes away seriousness or a criterion of it, or lets the event count no more.
    """
    if SITE_STAFF & set(call.attribution.role_at(before["site_id"]).split(",")):
        return
    sent = from_json(as_json(call.body))
    kept_causality, causality = (amendments.without_nulls(one.get("causality") or []) for one in (before, sent))
    lowered = {
        "causality": causality != kept_causality,
        "serious": before["serious"] and not sent["serious"],
        "seriousness_criteria": set(before["seriousness_criteria"]) - set(sent.get("seriousness_criteria") or []),
        "entered_in_error": sent.get("entered_in_error") and not before["entered_in_error"],
    }
    broken = [BrokenRule(f"/{name}", "investigators_view", INVESTIGATORS) for name, done in lowered.items() if done]
    if broken:
        raise RulesBroken(*broken)


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
    if not asking:
        return []
    same = before is not None and before["term"] == event["term"]
    coded = codings.terms_of(tx, [one["id"] for one in (*asking, *([before] if before and same else []))])
    own = coded.get(before["id"]) if before and same else codings.automatic(tx, event["participant_id"], event["term"])
    return edit_checks.of_adverse_event(_named(event, own), [_named(one, coded.get(one["id"])) for one in asking])


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
