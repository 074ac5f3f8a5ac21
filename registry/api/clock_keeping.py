"""Keep the reporting clocks of adverse events as their newest versions and assessments ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry.db import reasons, records, reporting_clocks
from registry.db.transaction import Image, Transaction
from registry.domain.reporting_clocks import REPORTING_CLOCK, Asked, Kept, Stopped, clocks_asked, moment

REASON = "It follows from the adverse event, its assessment and what was submitted"


def keep(tx: Transaction, event_ids: Sequence[str]) -> None:
    """Start the clocks that these events ask for, and end those that they ask for no more."""
    if not event_ids:
        return
    reporting_clocks.hold(tx, event_ids)
    started: list[dict[str, Any]] = []
    changed: list[tuple[Image, dict[str, Any]]] = []
    for past in reporting_clocks.pasts(tx, event_ids):
        known = {_key(clock): clock for clock in past["clocks"]}
        asked = asked_of(past)
        started += [_new(past, clock) for clock in asked if clock.required and clock.key not in known]
        changed += [(known[clock.key], change) for clock in asked if (change := _change(known.get(clock.key), clock))]
    records.record_of_participants(tx, "reporting_clock", started)
    _amend(tx, changed)


def asked_of(past: Mapping[str, Any]) -> tuple[Asked, ...]:
    """Give the clocks that the past of an event asks for."""
    told = [moment(sent["submitted_at"]) for sent in past["submissions"] if sent["recipient"] == "sponsor"]
    return clocks_asked(
        _versions(past["events"]), _versions(past["assessments"]), list(filter(None, told)), _stopped(past["clocks"])
    )


def _versions(images: Iterable[Image]) -> list[Kept]:
    return [Kept(image, at) for image in images if (at := moment(image["changed_at"]))]


def _stopped(clocks: Iterable[Image]) -> list[Stopped]:
    """Give the clocks of first reports that a submission stopped."""
    return [
        Stopped(clock["event_version"], clock["assessment_version"], due, sent)
        for clock in clocks
        if clock["kind"] == "fatal_or_life_threatening"
        and (due := moment(clock["due_at"]))
        and (sent := moment(clock.get("submitted_at")))
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


def _change(kept: Image | None, clock: Asked) -> dict[str, Any]:
    """Give what a clock that runs changes to; nothing where it stands as it should, or runs no more."""
    if kept is None or kept["status"] != "running":
        return {}
    if not clock.required:
        return {"status": REPORTING_CLOCK.after(kept["status"], "end")}
    values = _running(clock)
    present = {"started_at": moment(kept["started_at"]), "due_at": moment(kept["due_at"])}
    if values == present | {"provisional": kept["provisional"]}:
        return {}
    noted = moment(kept.get("overdue_at"))
    return values | {"overdue_at": noted if noted and noted > clock.due_at else None}


def _amend(tx: Transaction, changed: Sequence[tuple[Image, dict[str, Any]]]) -> None:
    if not changed:
        return
    with reasons.given(tx, REASON):
        for clock, values in changed:
            records.amend(tx, "reporting_clock", clock["id"], clock["version"], values)
