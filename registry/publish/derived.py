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
from decimal import Decimal
from typing import Any, NoReturn

from registry.api import derived as of_answers
from registry.db import courses
from registry.db.transaction import Transaction
from registry.domain import course, derivation
from registry.domain.dates import study_day
from registry.domain.derived import Derived
from registry.domain.rulebook import RULEBOOK
from registry.domain.rules import Rule
from registry.problems import BrokenRule, RuleFailed
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
        Column("maximum", "Highest value of the version of the scale, where the rule has one", "decimal"),
        Column("category", "Category, as GET /v1/rules tells those of each rule", "text"),
        Column("final", "No missing or later input can change it", "0/1"),
        Column("missing", "Inputs that were not there, with semicolons between", "text"),
        Column("certainty", "How sure the sources of the rule are; below 100: not confirmed", "integer", unit="%"),
        Column("own_constants", "Constants of the study's own, with semicolons between", "text"),
    ),
    ("visit_number", "rule", "subject", "result_number"),
)


def lines(tx: Transaction, names: Mapping[str, str], rules: Mapping[str, Rule[Any]]) -> Iterator[bytes]:
    """Give the lines of the file: the header, then the rows of each participant under its pseudonym, in their order.

    Raises:
        RuleFailed: a rule failed on the records of a participant.
    """
    yield ",".join(FILE.names).encode() + b"\n"
    ids = list(names)
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        found = {images["participant"]["id"]: images for images in courses.of_participants(tx, batch)}
        for wanted in batch:
            yield from _written((names[wanted], *row) for row in _rows(found[wanted], rules))


def _rows(images: Mapping[str, Any], rules: Mapping[str, Rule[Any]]) -> Iterator[tuple[Any, ...]]:
    """Give the rows of one participant: of each complete visit by number, then the participant's own."""
    found = course.read(images, rules, NO_DAY)
    found = course.read(images, rules, found.complete[-1].on if found.complete else NO_DAY)
    for number, visit in enumerate(found.complete, start=1):
        where = (number, visit.event, study_day(visit.on, found.day_1 or visit.on))
        yield from ((*where, *_told(derived)) for derived in derivation.of_visit(found, visit, _failed))
    yield from ((None, None, None, *_told(derived)) for derived in derivation.of_participant(found, _failed))


def _failed(rule: str, error: Exception) -> NoReturn:
    """Log where a rule failed, and stop the extract: a value that is missing by our fault is not published as undecided."""
    of_answers.failed(rule, error)
    raise RuleFailed(BrokenRule("", "rule_failed", f"The rule {rule}, or one of its group, failed.")) from None


def _told(derived: Derived) -> tuple[Any, ...]:
    result = derived.result
    return (
        result.rule.id,
        result.rule.version,
        result.subject,
        getattr(result.details, "result_number", None),
        _plain(result.value),
        result.rule.unit if result.value is not None else None,
        _plain(getattr(result.details, "maximum", None)),
        result.category,
        int(result.final),
        ";".join(result.missing),
        result.rule.certainty,
        ";".join(result.rule.overridden),
    )


def _plain(number: Decimal | int | None) -> str | None:
    return None if number is None else f"{Decimal(number):f}"


def _written(rows: Iterable[tuple[Any, ...]]) -> Iterator[bytes]:
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator="\n").writerows(rows)
    yield from held.getvalue().encode().splitlines(keepends=True)
