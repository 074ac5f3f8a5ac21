"""Judge what was submitted against what is known: edit checks, confirmations, and whether it is recorded already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from registry.domain import edit_checks
from registry.domain.edit_check_rules import RULES
from registry.domain.edit_checks import Context, Finding
from registry.domain.visits import VISIT, state_of
from registry.problems import BrokenRule, NeedsConfirmation, RulesBroken, VisitAlreadyRecorded

UNNEEDED = "This confirmation names a check that did not ask for one; leave it out."
BEFORE_BIRTH = BrokenRule(
    "/visited_on", "before_birth", "The visit must not be before the participant's month of birth."
)
JUDGED_TOGETHER: Mapping[str, tuple[str, ...]] = {
    "ck_above_50_uln": ("analyte", "value", "comparator", "upper_limit"),
    "dose_outside_published_range": ("drug", "formulation", "mg_per_intake", "intakes_per_day", "weight_used"),
    "adverse_event_likely_duplicate": ("term", "ctcae_term", "started_on"),
}
"""The fields that a soft check judges together, where it is more than the one that its finding names."""
NO_PARTICIPANT = BrokenRule(
    "/participant_id", "no_such_participant", "There is no such participant in this study among those you may see."
)


def judged_visit(visit: Mapping[str, Any], place: Mapping[str, Any]) -> dict[str, Any]:
    """Give the visit with its place, once it passed every rule that its status asks for.

    Raises:
        RulesBroken: a hard rule is broken. NeedsConfirmation: an unusual value is not confirmed.
        VisitAlreadyRecorded: the participant has this visit.
    """
    if place["participant_id"] is None:
        raise RulesBroken(NO_PARTICIPANT)
    if place["known"] is not None and not visit.get("entered_in_error"):
        raise VisitAlreadyRecorded(existing=f"/v1/visits/{place['known']}")
    if visit.get("visited_on") and visit["visited_on"] < date(place["birth_year"], place["birth_month"], 1):
        raise RulesBroken(BEFORE_BIRTH)
    refuse(found_in_visit(visit, place), visit.get("confirmations"), draft=visit["status"] == "draft")
    where = {name: str(place[name]) for name in ("id", "participant_id", "study_id", "site_id")}
    return {**visit, **where}


def check_state(visit: Mapping[str, Any], current: Mapping[str, Any]) -> None:
    """Refuse a state that the visit does not reach from where it is: a complete one does not become a draft again.

    Raises:
        TransitionNotAllowed: with the state, and those that can be reached from it.
    """
    state, target = (
        state_of(one["status"], entered_in_error=bool(one.get("entered_in_error"))) for one in (current, visit)
    )
    if target != state:
        VISIT.reach(state, target)


def found_in_visit(visit: Mapping[str, Any], place: Mapping[str, Any]) -> list[Finding]:
    """Give everything that the edit checks find in a visit."""
    return edit_checks.of_visit(visit, _context(place))


def asked_of_visit(visit: Mapping[str, Any], place: Mapping[str, Any]) -> list[Finding]:
    """Give what the soft checks ask of a visit."""
    return [found for found in found_in_visit(visit, place) if found.kind == "soft"]


def confirmed_of_visit(
    visit: Mapping[str, Any], place: Mapping[str, Any], before: Mapping[str, Any] | None = None
) -> list[Finding]:
    """Give what a visit confirms that the version before did not; nothing of a draft, which confirms nothing."""
    if visit["status"] == "draft" or not visit.get("confirmations"):
        return []
    return newly_confirmed(asked_of_visit(visit, place), visit, before)


def confirmed_of_dose(dose: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> list[Finding]:
    """Give what a dose confirms that the version before did not."""
    return newly_confirmed(edit_checks.of_dose(dose), dose, before) if dose.get("confirmations") else []


def newly_confirmed(
    asked: Iterable[Finding], record: Mapping[str, Any], before: Mapping[str, Any] | None
) -> list[Finding]:
    """Give the findings that are confirmed now and were not before: each value that a rule judged, once."""
    counted = before is not None and before.get("status") != "draft"
    earlier = {given["rule"] for given in (before or {}).get("confirmations") or [] if counted}
    now = {given["rule"] for given in record["confirmations"]}
    known: dict[str, list[tuple[Any, ...]]] = {}
    new = []
    for found in asked:
        if found.rule in now:
            noted = known.setdefault(found.rule, _judged_in(before or {}, found) if found.rule in earlier else [])
            value = _judged_of(record, found)
            noted.remove(value) if value in noted else new.append(found)
    return new


def _judged_in(record: Mapping[str, Any], found: Finding) -> list[tuple[Any, ...]]:
    """Give what a rule judges of a record: of every result, wherever it stands in the list, or where the finding points."""
    if found.pointer.startswith("/laboratory_results/"):
        return [_judged(found, result) for result in record.get("laboratory_results") or []]
    return [_judged_of(record, found)]


def _judged_of(record: Mapping[str, Any], found: Finding) -> tuple[Any, ...]:
    within: Any = record
    for step in found.pointer.split("/")[1:-1]:
        within = (within[int(step)] if isinstance(within, list) else within.get(step)) or {}
    return _judged(found, within)


def _judged(found: Finding, within: Mapping[str, Any]) -> tuple[Any, ...]:
    names = JUDGED_TOGETHER.get(found.rule, (found.pointer.rpartition("/")[2],))
    return tuple(within.get(name) for name in names)


class Earlier:
    """What the lines before a line of the same request say of its participant: its visits and its growth."""

    def __init__(self) -> None:
        self.visits: dict[tuple[Any, ...], str] = {}
        self.growth: dict[tuple[str, str], list[tuple[date, Any]]] = {}

    def add(self, visit: Mapping[str, Any]) -> None:
        """Remember a visit that passed."""
        if visit.get("entered_in_error"):
            return
        self.visits[self._same(visit)] = visit["id"]
        signs = (visit.get("forms") or {}).get("vital_signs") or {}
        for measure in ("height", "weight"):
            if visit.get("visited_on") and signs.get(measure) is not None:
                self.growth.setdefault((visit["participant_id"], measure), []).append(
                    (visit["visited_on"], signs[measure])
                )

    def added_to(self, place: Mapping[str, Any], visit: Mapping[str, Any]) -> dict[str, Any]:
        """Give a visit's place with what earlier lines add to it."""
        known = place["known"] or self.visits.get(self._same(visit))
        found = dict(place) | {"known": known}
        for measure in ("height", "weight"):
            found |= self._last(measure, place, visit)
        return found

    def _last(self, measure: str, place: Mapping[str, Any], visit: Mapping[str, Any]) -> dict[str, Any]:
        day = visit.get("visited_on")
        seen = [one for one in self.growth.get((visit["participant_id"], measure), []) if day and one[0] < day]
        if place[f"{measure}_on"] is not None:
            seen.append((place[f"{measure}_on"], place[measure]))
        last = max(seen, key=lambda one: one[0], default=(None, None))
        return {f"{measure}_on": last[0], measure: last[1]}

    def _same(self, visit: Mapping[str, Any]) -> tuple[Any, ...]:
        day = visit.get("visited_on") if visit["event"] == "unscheduled" else None
        return (visit["participant_id"], visit["event"], day)


def _context(place: Mapping[str, Any]) -> Context:
    return Context(
        now=datetime.now(UTC),
        today=place["today"],
        previous_height=place["height"],
        previous_height_on=place["height_on"],
        previous_weight=place["weight"],
        previous_weight_on=place["weight_on"],
    )


def judge_dose(dose: Mapping[str, Any]) -> None:
    """Refuse a dose outside its published range unless that is confirmed; raises NeedsConfirmation or RulesBroken."""
    findings = edit_checks.of_dose({**dose, "weight": dose.get("weight_used")})
    refuse(findings, dose.get("confirmations"), draft=False)


def refuse(findings: Sequence[Finding], confirmations: Sequence[Mapping[str, Any]] | None, *, draft: bool) -> None:
    """Refuse what breaks a hard rule, what is unusual and not confirmed, and what is confirmed without being unusual."""
    confirmed = {given["rule"] for given in confirmations or []}
    asked = [found for found in findings if found.kind == "soft"]
    hard = [found for found in findings if found.kind == "hard" and (not draft or RULES[found.rule].for_drafts)]
    open_questions = [] if draft else [found for found in asked if found.rule not in confirmed]
    broken = [*map(_as_rule, hard), *map(_as_rule, open_questions)]
    if not draft:
        broken += _unneeded(confirmations or [], {found.rule for found in asked})
    if broken:
        raise (NeedsConfirmation if len(broken) == len(open_questions) else RulesBroken)(*broken)


def _as_rule(found: Finding) -> BrokenRule:
    return BrokenRule(found.pointer, found.rule, found.sentence, confirmable=found.kind == "soft")


def _unneeded(confirmations: Iterable[Mapping[str, Any]], asked: set[str]) -> list[BrokenRule]:
    return [
        BrokenRule(f"/confirmations/{index}/rule", "nothing_to_confirm", UNNEEDED)
        for index, given in enumerate(confirmations)
        if given["rule"] not in asked
    ]
