"""Write a form that was entered twice into its visit, and keep it from being written in another way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from registry.api import amendments, entry, safety_watch, soft_checks
from registry.api.alert_keeping import watched
from registry.api.contract import Call
from registry.db import double_entries, visits
from registry.db.transaction import Image, Transaction, as_json, from_json
from registry.domain import differences, double_entry
from registry.problems import BrokenRule, NeedsConfirmation, RulesBroken
from registry.schemas.base import schema_of
from registry.schemas.visits import Visit

SENTENCE = (
    "The protocol asks for two independent entries of this form: post them to /v1/visits/{id}/form-entries; "
    "what was entered twice already, a data manager amends."
)
CORRECTOR = "data_manager"
"""Who corrects a form after its double entry, by an amendment of the visit with a reason."""

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """A visit with its place and with what was entered of its forms."""

    visit: Image
    place: dict[str, Any]
    all_entries: list[Image]
    reconciliations: list[Image]

    def entries(self, form: str) -> list[Image]:
        """Give the entries of a form, the first before the second: those of its last pair, unless that was written and removed."""
        return self._of_pair(form, self.pair(form))

    def pair(self, form: str) -> int:
        """Give the number of the pair of entries of a form that stands, or that is to be made."""
        last: int = max((entry["pair_number"] for entry in self.all_entries if entry["form"] == form), default=1)
        over = form not in self.visit["forms"] and self._state_of_pair(form, last) in double_entry.WRITTEN
        return last + over

    def state(self, form: str) -> str:
        """Tell where a form stands."""
        return self._state_of_pair(form, self.pair(form))

    def _of_pair(self, form: str, pair: int) -> list[Image]:
        return [entry for entry in self.all_entries if (entry["form"], entry["pair_number"]) == (form, pair)]

    def _reconciliation(self, form: str, pair: int) -> Image | None:
        return next(
            (kept for kept in self.reconciliations if (kept["form"], kept["pair_number"]) == (form, pair)), None
        )

    def _state_of_pair(self, form: str, pair: int) -> str:
        values = [entry["values"] for entry in self._of_pair(form, pair)]
        return double_entry.state_of(values, reconciled=self._reconciliation(form, pair) is not None)

    def told(self) -> list[dict[str, Any]]:
        """Tell where each form stands that two people enter, or entered."""
        forms = dict.fromkeys((*self.place["double_entry_forms"], *(entry["form"] for entry in self.all_entries)))
        return [self._told(form) for form in forms]

    def _told(self, form: str) -> dict[str, Any]:
        entries = self.entries(form)
        values = [entry["values"] for entry in entries]
        done: Image = self._reconciliation(form, self.pair(form)) or {}
        differing = double_entry.differing(*values) if len(values) == 2 else []
        return {
            "form": form,
            "state": self.state(form),
            "entered_by": [entry["entered_by"] for entry in entries],
            "differences": [{name: getattr(found, name) for name in found.__slots__} for found in differing],
            "reconciled_by": done.get("reconciled_by"),
            "reconciled_at": done.get("recorded_at"),
        }


def seen(tx: Transaction, visit_id: str) -> Opened:
    """Give a visit with its double entry; NoSuchRecord when it is not among those that may be seen."""
    return _opened(tx, visits.read(tx, visit_id))


def opened(tx: Transaction, visit_id: str) -> Opened:
    """Give a visit whose double entry nobody else moves meanwhile; NoSuchRecord when there is none."""
    return _opened(tx, double_entries.locked_visit(tx, visit_id))


def _opened(tx: Transaction, visit: Image) -> Opened:
    submitted = as_submitted(visit) | {"id": visit["id"]}
    place = visits.places(tx, [submitted])[0] | {"id": visit["id"]}
    entries = double_entries.entries(tx, visit["id"])
    return Opened(visit, place, entries, double_entries.reconciliations(tx, visit["id"]))


def as_submitted(visit: Image) -> dict[str, Any]:
    """Give a visit as whoever reads it would submit it again."""
    schema = schema_of(Visit)
    return schema.whole(schema.accept(from_json(as_json(schema.present(visit)))))


def judge(opened: Opened, form: str, values: Record, confirmations: Sequence[Record]) -> None:
    """Judge the entry of a form by itself: each person is asked to confirm what is unusual.

    Raises:
        RulesBroken: a hard rule is broken. NeedsConfirmation: an unusual value is not confirmed.
    """
    alone = {**as_submitted(opened.visit), "forms": {form: values}, "laboratory_results": []}
    findings = entry.found_in_visit(alone, opened.place)
    try:
        entry.refuse(findings, confirmations, draft=alone["status"] == "draft")
    except (RulesBroken, NeedsConfirmation) as refused:
        raise type(refused)(*(moved(error, "/values", f"/forms/{form}") for error in refused.errors)) from None


def moved(error: BrokenRule, to: str, away: str = "") -> BrokenRule:
    """Give a broken rule at its place in what was sent."""
    return replace(error, pointer=to + error.pointer.removeprefix(away)) if error.pointer.startswith(away) else error


def write(
    call: Call, opened: Opened, form: str, values: Record, reason: str, given: Iterable[Record] | None = None
) -> Image:
    """Write a form into its visit as an amendment: every edit check runs, and the reason is in the audit.

    Confirmations are those of the visit and of the entries, as far as the checks ask for them.
    """
    before = as_submitted(opened.visit)
    entered = given if given is not None else call.body["confirmations"]
    changed = {**before, "forms": {**(before["forms"] or {}), form: values}}
    asked = {found.rule for found in entry.asked_of_visit(changed, opened.place)}
    known = {one["rule"]: dict(one) for one in (*before["confirmations"], *entered) if one["rule"] in asked}
    judged = entry.judged_visit({**changed, "confirmations": list(known.values())}, opened.place)
    call.tx.attribute(replace(call.attribution, reason=reason))
    kept = visits.amend(call.tx, judged, opened.visit["version"])
    confirmed = entry.confirmed_of_visit(judged, opened.place, opened.visit)
    soft_checks.note(call.tx, call.attribution, "visit", [(judged | {"version": kept["version"]}, confirmed)])
    if watched(judged, opened.visit):
        safety_watch.of_visits(call.tx, [str(opened.visit["id"])])
    return kept


def refuse_single_entry(call: Call, visit: Record, place: Record, before: Image | None = None) -> None:
    """Refuse a form that two people are to enter, unless it is unchanged, or a data manager corrects it.

    An amendment is judged by what is asked on the day before it and on the day after it: no detour over another day goes
    around double entry. A form comes onto a day that asks for two entries without it, or by a data manager.

    Raises:
        RulesBroken: naming each such form.
    """
    now = place["double_entry_forms"]
    then = _asked_then(call.tx, visit, before, now)
    sent = visit.get("forms") or {}
    known = (before or {}).get("forms") or {}
    changed = [form for form in then if _differs(known.get(form), sent.get(form))]
    moved_there = [form for form in now if form not in then and sent.get(form) is not None]
    corrects = {(CORRECTOR, None), (CORRECTOR, str(place["site_id"]))} & set(call.actor.grants)
    wrong = [form for form in (*changed, *moved_there) if not (corrects and form in known)]
    if wrong:
        raise RulesBroken(*_needed(wrong))


def _asked_then(tx: Transaction, visit: Record, before: Image | None, now: Sequence[str]) -> Sequence[str]:
    """Give the forms that were to be entered twice on the day on which the visit was, before it was moved."""
    day = visit.get("visited_on")
    if before is None or before.get("visited_on") == (str(day) if day else None):
        return now
    found: Sequence[str] = visits.places(tx, [before])[0]["double_entry_forms"]
    return found


def _differs(known: Record | None, sent: Record | None) -> bool:
    if known is None or sent is None:
        return known is not sent
    tidy = amendments.without_reasons(amendments.without_nulls(from_json(as_json(sent))))
    return bool(differences.between(amendments.without_reasons(known), tidy))


def _needed(forms: Iterable[str]) -> Iterator[BrokenRule]:
    for form in forms:
        yield BrokenRule(f"/forms/{form}", "double_entry_needed", SENTENCE)
