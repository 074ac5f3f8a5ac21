"""The derived file of an extract: what the rules make of each visit and participant, in the snapshot of the other files.

Derived values are computed from whole records with their real dates, and leave as values, categories and study days only:
no sentence, no date, no identifier. What goes on is counted to the participant's last complete visit, so that the same
records give the same file on any day.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from registry.db import courses
from registry.db.transaction import Transaction
from registry.domain import course, derivation
from registry.domain.course import Course, Visit
from registry.domain.dates import study_day
from registry.domain.derived import Derived
from registry.domain.rulebook import RULEBOOK, of_study
from registry.publish.columns import EVENT, PARTICIPANT, VISIT_NUMBER, VISITED, Column, File

BATCH = 20
"""Participants whose records are in memory at once."""
NO_DAY = date.min
RULES = {rule.id: rule.title for rule in RULEBOOK.values()}

FILE = File(
    "derived",
    "A value that a rule derives from the records of a participant.",
    (
        PARTICIPANT,
        Column(VISIT_NUMBER.name, f"{VISIT_NUMBER.words}; empty for a value of the participant", "integer", minimum=1),
        EVENT,
        VISITED,
        Column("rule", "Rule", "code", codes=RULES),
        Column("rule_version", "Version of the rule", "text"),
        Column("subject", "What tells results of one rule apart: an analyte, a drug", "text"),
        Column("result_number", "Number of the laboratory result in its visit", "integer", minimum=1),
        Column("value", "Value, exact", "decimal"),
        Column("unit", "Unit of the value, UCUM", "text"),
        Column("category", "Category, as GET /v1/rules tells those of each rule", "text"),
        Column("final", "No missing or later input can change it", "0/1"),
        Column("missing", "Inputs that were not there, with semicolons between", "text"),
        Column("certainty", "How sure the sources of the rule are; below 100: not confirmed", "integer", unit="%"),
        Column("own_constants", "Constants of the study's own, with semicolons between", "text"),
    ),
    ("visit_number", "rule", "subject", "result_number"),
)


def lines(tx: Transaction, names: Mapping[str, str]) -> Iterator[bytes]:
    """Give the lines of the file: the header, then the rows of each participant under its pseudonym, in their order."""
    yield ",".join(FILE.names).encode() + b"\n"
    ids = list(names)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        found = {images["participant"]["id"]: images for images in courses.of_participants(tx, batch)}
        for wanted in batch:
            yield from _written((names[wanted], *row) for row in _rows(found[wanted]))


def _rows(images: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Give the rows of one participant: of each complete visit by number, then the participant's own."""
    rules = of_study(images.get("rule_constants"))
    found = course.read(images, rules, NO_DAY)
    found = course.read(images, rules, found.complete[-1].on if found.complete else NO_DAY)
    first = _day_1(found)
    for number, visit in enumerate(found.complete, start=1):
        where = (number, visit.event, study_day(visit.on, first))
        yield from ((*where, *_told(derived)) for derived in derivation.of_visit(found, visit))
    yield from ((None, None, None, *_told(derived)) for derived in derivation.of_participant(found))


def _day_1(found: Course) -> date:
    planned: Iterable[Visit] = [visit for visit in found.complete if visit.event == "week_0"] or found.complete
    return min((visit.on for visit in planned), default=NO_DAY)


def _told(derived: Derived) -> tuple[Any, ...]:
    result = derived.result
    return (
        result.rule.id,
        result.rule.version,
        result.subject,
        getattr(result.details, "result_number", None),
        None if result.value is None else f"{result.value:f}",
        result.rule.unit if result.value is not None else None,
        result.category,
        int(result.final),
        ";".join(result.missing),
        result.rule.certainty,
        ";".join(result.rule.overridden),
    )


def _written(rows: Iterable[tuple[Any, ...]]) -> Iterator[bytes]:
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator="\n").writerows(rows)
    yield from held.getvalue().encode().splitlines(keepends=True)
