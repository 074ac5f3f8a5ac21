"""Keep the reporting clocks of adverse events as their newest versions and assessments ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from registry.db import reasons, records, reporting_clocks
from registry.db.transaction import Image, Transaction
from registry.domain.clocks_asked import clocks_asked
from registry.domain.expedited_reporting import Given
from registry.domain.reporting_clocks import REPORTING_CLOCK, Asked, Kept, Stopped, is_overdue, moment

REASON = "It follows from the adverse event, its assessment and what was submitted"
ENDED = REPORTING_CLOCK.after(REPORTING_CLOCK.first, "end")


def keep(tx: Transaction, event_ids: Sequence[str]) -> None:
    """Start the clocks that these events ask for, and end those that they ask for no more."""
    if not event_ids:
        return
    reporting_clocks.hold(tx, event_ids)
    started: list[dict[str, Any]] = []
    changed: list[tuple[Image, dict[str, Any]]] = []
    for past in reporting_clocks.pasts(tx, event_ids):
        known = {_key(clock): clock for clock in past["clocks"]}
        asked = {clock.key: clock for clock in asked_of(past)}
        started += [_new(past, one) for key, one in asked.items() if one.required and key not in known]
        changed += [(clock, change) for key, clock in known.items() if (change := _change(clock, asked.get(key), past))]
    records.record_of_participants(tx, "reporting_clock", started)
    _amend(tx, changed)


def asked_of(past: Mapping[str, Any]) -> tuple[Asked, ...]:
    """Give the clocks that the past of an event asks for."""
    return clocks_asked(
        versions(past["events"]),
        versions(past["assessments"]),
        _told(past),
        _stopped(past["clocks"]),
        given=given_of(past["given"]),
        ended={_key(one): at for one in past["clocks"] if one["status"] == ENDED and (at := moment(one["changed_at"]))},
    )


def given_of(found: Mapping[str, Any]) -> Given:
    """Give what was given to a participant, from its images."""
    return Given(tuple(found["doses"]), tuple(found["intakes"]))


def versions(images: Iterable[Image]) -> list[Kept]:
    """Give the versions of a record with when each was kept."""
    return [Kept(image, at) for image in images if (at := moment(image["changed_at"]))]


def _told(past: Mapping[str, Any]) -> list[datetime]:
    """Give the submissions that told the sponsor of the event: those that stopped a clock of the site."""
    stopping = {clock.get("safety_submission_id") for clock in past["clocks"] if clock["kind"] == "site_to_sponsor"}
    sent = (moment(one["submitted_at"]) for one in past["submissions"] if one["id"] in stopping)
    return list(filter(None, sent))


def _stopped(clocks: Iterable[Image]) -> list[Stopped]:
    """Give the clocks that a submission stopped."""
    return [
        Stopped(clock["event_version"], clock["assessment_version"], due, sent, clock["kind"])
        for clock in clocks
        if (due := moment(clock["due_at"])) and (sent := moment(clock.get("submitted_at")))
    ]


def _key(clock: Image) -> tuple[str, int, int]:
    return clock["kind"], clock["event_version"], clock["assessment_version"]


def _new(past: Mapping[str, Any], clock: Asked) -> dict[str, Any]:
    return {
        "participant_id": past["participant_id"],
        "adverse_event_id": past["id"],
        "kind": clock.kind,
        "event_version": clock.event_version,
        "assessment_version": clock.assessment_version,
        "status": REPORTING_CLOCK.first,
        **_running(clock),
    }


def _running(clock: Asked) -> dict[str, Any]:
    return {"started_at": clock.started_at, "due_at": clock.due_at, "provisional": clock.provisional}


def _change(kept: Image, clock: Asked | None, past: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a clock that runs changes to; nothing where it stands as it should, or runs no more.

    One that ran out is not ended unless the event was entered in error, and is never due later.
    """
    if kept["status"] != REPORTING_CLOCK.first:
        return {}
    due_at, now = datetime.fromisoformat(kept["due_at"]), datetime.fromisoformat(past["now"])
    ran_out = is_overdue(due_at, now)
    if clock is None or not clock.required:
        if ran_out and not past["events"][-1]["entered_in_error"]:
            return {}
        noted = {"overdue_at": past["now"]} if ran_out and kept.get("overdue_at") is None else {}
        return {"status": REPORTING_CLOCK.after(kept["status"], "end")} | noted
    present = {"started_at": moment(kept["started_at"]), "due_at": due_at, "provisional": kept["provisional"]}
    values = _running(clock)
    if ran_out and clock.due_at > due_at:
        values = present | {"provisional": clock.provisional}
    return {} if values == present else values


def _amend(tx: Transaction, changed: Sequence[tuple[Image, dict[str, Any]]]) -> None:
    if not changed:
        return
    with reasons.given(tx, REASON):
        for clock, values in changed:
            records.amend(tx, "reporting_clock", clock["id"], clock["version"], values)
