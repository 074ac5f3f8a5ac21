"""What must hold across the fields of a protocol's definition; every broken rule is told at once, with its place.

A rule names the fields it reads, and is left out where one of them could not be read itself: nothing is told about what
is not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import Any

from registry.domain.vocabulary import VISIT_EVENTS

Definition = Mapping[str, Any]
Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that a definition breaks: the steps to its place, a stable code and a sentence."""

    steps: Steps
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event that a schedule plans once: the entry that plans it, and its days from the anchor."""

    entry: int
    event: str
    anchor: str
    target: int
    opens: int
    closes: int


def broken_rules(definition: Definition) -> list[Broken]:
    """List every rule that a definition breaks; it holds the fields that could be read."""
    return [broken for needs, rule in RULES if needs <= definition.keys() for broken in rule(definition)]


def occurrences(schedule: Sequence[Definition]) -> list[Occurrence]:
    """Give every event that a schedule plans, each repetition as the event of its week; by anchor and target day."""
    found = [one for entry, planned in enumerate(schedule) for one in _of_entry(entry, planned)]
    return sorted(found, key=lambda one: (one.anchor, one.target))


def _of_entry(entry: int, planned: Definition) -> Iterator[Occurrence]:
    def at(event: str, target: int) -> Occurrence:
        opens, closes = target - planned["window_before"], target + planned["window_after"]
        return Occurrence(entry, event, planned["anchor"], target, opens, closes)

    first = planned["target_day"]
    yield at(planned["event"], first)
    if planned.get("repeat_every") and planned.get("repeat_until"):
        for target in range(first + planned["repeat_every"], planned["repeat_until"] + 1, planned["repeat_every"]):
            yield at(week(target), target)


def week(target_day: int) -> str:
    """Name the event of the week that a target day lies in: `week_12` for day 84."""
    return f"week_{target_day // 7}"


# --- the schedule -------------------------------------------------------------------------------------------------


def events_are_planned_once(definition: Definition) -> Iterator[Broken]:
    """No event is planned by two entries, repetitions included."""
    seen: set[str] = set()
    for one in sorted(occurrences(definition["schedule"]), key=lambda one: one.entry):
        if one.event in seen:
            sentence = f"The event {one.event} is planned more than once, repetitions included."
            yield Broken(("schedule", one.entry, "event"), "event_repeated", sentence)
        seen.add(one.event)


def repetitions_are_whole(definition: Definition) -> Iterator[Broken]:
    """A repetition has an interval and an end, and each of its days is the day of a week that a visit can have."""
    for entry, planned in enumerate(definition["schedule"]):
        every, until = planned.get("repeat_every"), planned.get("repeat_until")
        here = ("schedule", entry)
        if (every is None) != (until is None):
            absent = "repeat_every" if every is None else "repeat_until"
            yield Broken((*here, absent), "repetition_incomplete", "A repetition needs both its interval and its end.")
        elif every is not None:
            yield from _days_of_repetition(here, planned)


def _days_of_repetition(here: Steps, planned: Definition) -> Iterator[Broken]:
    if planned["repeat_until"] < planned["target_day"] + planned["repeat_every"]:
        sentence = "The repetition ends before it begins; leave it out, or let it end later."
        yield Broken((*here, "repeat_until"), "repetition_empty", sentence)
    if planned["event"] != week(planned["target_day"]) or planned["target_day"] % 7:
        sentence = "A visit that is repeated is the event of its week: week_12 at day 84."
        yield Broken((*here, "event"), "repetition_not_weekly", sentence)
    elif any(one.target % 7 or one.event not in VISIT_EVENTS for one in _of_entry(0, planned)):
        sentence = "The repetition leads to weeks that no visit can have; the events of visits say which there are."
        yield Broken((*here, "repeat_every"), "no_such_week", sentence)


def weeks_are_on_their_day(definition: Definition) -> Iterator[Broken]:
    """The event of a week is planned on the day of that week, whatever it is counted from."""
    for entry, planned in enumerate(definition["schedule"]):
        number = planned["event"].removeprefix("week_")
        if planned.get("repeat_every") is None and number.isdecimal() and planned["target_day"] != int(number) * 7:
            sentence = f"The day of {planned['event']} is {int(number) * 7}; an event is named for the week of its day."
            yield Broken(("schedule", entry, "target_day"), "not_of_its_week", sentence)


def windows_are_in_order(definition: Definition) -> Iterator[Broken]:
    """Visits of one anchor have different days, and open and close in the order of those days."""
    for before, after in pairwise(occurrences(definition["schedule"])):
        if before.anchor != after.anchor or before.entry == after.entry:
            continue
        for name, earlier, later in (
            ("target_day", before.target, after.target),
            ("window_before", before.opens, after.opens),
            ("window_after", before.closes, after.closes),
        ):
            if earlier >= later:
                sentence = f"The window of {after.event} is not after that of {before.event}: days, first and last days must rise."
                yield Broken(("schedule", after.entry, name), "windows_out_of_order", sentence)
                break


def anchor_is_there(definition: Definition) -> Iterator[Broken]:
    """Only a study that allocates counts days from the randomisation."""
    if definition["randomisation"] is None:
        for entry, planned in enumerate(definition["schedule"]):
            if planned["anchor"] == "randomisation":
                sentence = "This study has no randomisation to count from."
                yield Broken(("schedule", entry, "anchor"), "no_randomisation", sentence)


# --- arms, allocation, blinding -----------------------------------------------------------------------------------


def allocation_has_arms(definition: Definition) -> Iterator[Broken]:
    """There are at least two arms to allocate to."""
    if definition["randomisation"] is not None and len(definition["arms"]) < 2:
        yield Broken(("arms",), "too_few_arms", "A randomised study has at least two arms.")


def baseline_is_planned_before(definition: Definition) -> Iterator[Broken]:
    """The visit that must be complete before allocation is planned, and not counted from the allocation."""
    found = definition["randomisation"]
    if found is None:
        return
    anchors = {one.event: one.anchor for one in occurrences(definition["schedule"])}
    if anchors.get(found["baseline_event"]) != "baseline":
        sentence = "The visit that must be complete before is one that the schedule plans from the baseline."
        yield Broken(("randomisation", "baseline_event"), "baseline_not_planned", sentence)


def blinding_has_products(definition: Definition) -> Iterator[Broken]:
    """A double-blind study gives products in at least two arms, and blinds each of them; an open one blinds none."""
    blinding = definition["blinding"]
    if blinding is None:
        return
    given = [arm["product"] for arm in definition["arms"] if arm.get("product")]
    blinded = blinding.get("products") or []
    if blinding["masking"] != "double_blind":
        if blinded:
            yield Broken(("blinding", "products"), "nothing_blinded", "An open label study gives nothing blinded.")
        return
    if len(given) < 2:
        yield Broken(("arms",), "too_few_products", "A double-blind study names a product in at least two arms.")
    if not set(given) <= set(blinded):
        sentence = "A double-blind study gives the product of every arm blinded: name each of them."
        yield Broken(("blinding", "products"), "product_not_blinded", sentence)


# --- codes, levels, documents -------------------------------------------------------------------------------------


def codes_of(field: str) -> Callable[[Definition], Iterator[Broken]]:
    """Make the rule that a code stands once in a list."""

    def codes_stand_once(definition: Definition) -> Iterator[Broken]:
        yield from _repeated((field,), definition[field])

    return codes_stand_once


def _repeated(steps: Steps, entries: Sequence[Definition]) -> Iterator[Broken]:
    counted = Counter(map(itemgetter("code"), entries))
    for index, entry in enumerate(entries):
        if counted[entry["code"]] > 1:
            yield Broken((*steps, index, "code"), "code_repeated", "This code stands more than once in the list.")


def levels_are_told_apart(definition: Definition) -> Iterator[Broken]:
    """A factor has at least two levels, each with a code of its own."""
    for index, factor in enumerate(definition["stratification"]):
        here = ("stratification", index, "levels")
        yield from _repeated(here, factor["levels"])
        if len(factor["levels"]) < 2:
            yield Broken(here, "too_few_levels", "A factor has at least two levels.")


def documents_are_valid_in_order(definition: Definition) -> Iterator[Broken]:
    """A document is valid from a day until a later one, and named once for its version, kind, language and site."""
    seen: set[tuple[Any, ...]] = set()
    for index, document in enumerate(definition["consent_documents"]):
        here = ("consent_documents", index)
        for name in ("valid_until", "reconsent_by"):
            if document.get(name) is not None and document[name] < document["valid_from"]:
                yield Broken((*here, name), "before_validity", "This day must not be before the first day of validity.")
        identity = tuple(document.get(name) for name in ("document_version", "kind", "language", "site_code"))
        if identity in seen:
            yield Broken((*here, "document_version"), "document_repeated", "This document stands twice in the list.")
        seen.add(identity)


Rule = Callable[[Definition], Iterator[Broken]]
RULES: tuple[tuple[frozenset[str], Rule], ...] = (
    (frozenset({"schedule"}), events_are_planned_once),
    (frozenset({"schedule"}), repetitions_are_whole),
    (frozenset({"schedule"}), weeks_are_on_their_day),
    (frozenset({"schedule"}), windows_are_in_order),
    (frozenset({"schedule", "randomisation"}), anchor_is_there),
    (frozenset({"arms", "randomisation"}), allocation_has_arms),
    (frozenset({"schedule", "randomisation"}), baseline_is_planned_before),
    (frozenset({"arms", "blinding"}), blinding_has_products),
    (frozenset({"arms"}), codes_of("arms")),
    (frozenset({"eligibility"}), codes_of("eligibility")),
    (frozenset({"stratification"}), codes_of("stratification")),
    (frozenset({"stratification"}), levels_are_told_apart),
    (frozenset({"consent_documents"}), documents_are_valid_in_order),
)
"""Each rule with the fields that it reads."""
