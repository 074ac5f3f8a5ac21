"""Adverse events by system organ class, term and grade: how many, in how many participants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from registry.db.transaction import Image
from registry.publish.board_report import pictures
from registry.publish.board_report.blocks import Block, Picture, Section, Table
from registry.publish.board_report.facts import Facts

GRADES = (1, 2, 3, 4, 5)
NOT_CODED = "Not coded"


@dataclass(frozen=True, slots=True)
class Named:
    """An event as a report names it: by its code in the study's dictionary, else by its CTCAE term; never by free text.

    It is serious where the investigator or the sponsor holds it to be.
    """

    image: Image
    system_organ_class: str
    term: str
    serious: bool


def section(facts: Facts) -> Section:
    """Tell of the adverse events."""
    found = named(facts)
    blocks: list[Block] = [_by_grade(found)]
    if found:
        blocks.append(_drawn(found))
    return Section("Adverse events", blocks)


def named(facts: Facts) -> list[Named]:
    """Give every event with the words that a report has for it."""
    serious = {event.id for person in facts.safety.people for event in person.events if event.classification.serious}
    return [
        Named(event, *words_of(event, facts.terms.get(event["id"])), serious=event["id"] in serious)
        for event in facts.of("adverse_event")
    ]


def words_of(event: Image, coded: Mapping[str, str | None] | None) -> tuple[str, str]:
    """Give the system organ class and the term of an event; what the reporter wrote stays where it is protected."""
    if coded:
        return coded["system_organ_class"] or NOT_CODED, coded["preferred_term"] or coded["term"] or NOT_CODED
    return NOT_CODED, event.get("ctcae_term") or "No coded term"


def _by_grade(found: Sequence[Named]) -> Table:
    rows: list[list[object]] = []
    for system, of_system in _grouped(found, lambda one: one.system_organ_class):
        rows.append([system, "All terms", *_counts(of_system)])
        rows += [["", term, *_counts(same)] for term, same in _grouped(of_system, lambda one: one.term)]
    return Table(
        "Events by system organ class, term and worst grade: events, and participants with one",
        ("System organ class", "Term", *(f"G{grade}" for grade in GRADES), "Events", "Participants", "Serious"),
        [*rows, ["Every event", "", *_counts(found)]],
        texts=2,
        total=True,
        note="Terms are those of the dictionary that the study coded with at the cut; what was not coded yet is named by its "
        "CTCAE term. What the reporter wrote stands in no report. Serious: as the investigator or the sponsor holds it.",
    )


def _grouped(found: Iterable[Named], by: Callable[[Named], str]) -> list[tuple[str, list[Named]]]:
    """Group events by a name; the most frequent first, then by the alphabet, and what is not coded last."""
    groups: dict[str, list[Named]] = defaultdict(list)
    for one in found:
        groups[by(one)].append(one)
    return sorted(groups.items(), key=lambda group: (group[0] == NOT_CODED, -len(group[1]), group[0]))


def _counts(found: Sequence[Named]) -> list[object]:
    people = len({one.image["participant_id"] for one in found})
    return [*_by_each_grade(found), len(found), people, sum(1 for one in found if one.serious)]


def _by_each_grade(found: Sequence[Named]) -> list[int]:
    return [sum(1 for one in found if one.image["grade"] == grade) for grade in GRADES]


def _drawn(found: Sequence[Named]) -> Picture:
    systems = _grouped(found, lambda one: one.system_organ_class)
    rows = [(system, _by_each_grade(same)) for system, same in systems]
    svg = pictures.bars("events", rows, [f"Grade {grade}" for grade in GRADES], across="Events")
    told = "; ".join(f"{system}: {len(same)}" for system, same in systems)
    return Picture("Events by system organ class and grade", svg, f"{told}.")
