"""The files of an extract that are made of whole courses: derived values, and the wide files of visits and participants.

A course is read and derived once, whatever files are asked for; memory holds a few participants at once. Rules fail loudly:
a value that is missing by our fault is not published as undecided.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NoReturn

from registry.api import derived as of_answers
from registry.db import courses
from registry.db.transaction import Transaction
from registry.domain import course, derivation
from registry.domain.analysis_followed import Followed
from registry.domain.analysis_seen import Seen
from registry.domain.deidentification import Profile
from registry.domain.rules import Rule
from registry.problems import BrokenRule, RuleFailed
from registry.publish.extracts import derived, wide_participant, wide_visit
from registry.publish.extracts.columns import File

BATCH = 20
"""Participants whose records are in memory at once."""
COURSE_FILES: tuple[File, ...] = (derived.FILE, wide_visit.FILE, wide_participant.FILE)
Row = tuple[Any, ...]


def rows(
    tx: Transaction,
    ids: Sequence[str],
    as_of: datetime | None,
    rules: Mapping[str, Rule[Any]],
    kinds: Collection[str],
    profile: Profile,
) -> Iterator[dict[str, list[Row]]]:
    """Give the rows of these files, by name, for one batch of participants after the other, in the order of `ids`.

    A row begins with the id of its participant; its other values are in the order of the columns of the file: whole numbers
    as int, decimals as exact text, None where there is nothing. Derived values that the profile does not tell are not in it.

    Raises:
        RuleFailed: a rule failed on the records of a participant.
    """
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        found = {images["participant"]["id"]: images for images in courses.of_participants(tx, batch, as_of)}
        made: dict[str, list[Row]] = {kind: [] for kind in kinds}
        for wanted in batch:
            who = followed(found[wanted], rules)
            for kind, of_kind in made.items():
                of_kind.extend((wanted, *row) for row in _rows(kind, who, profile))
        yield made


def _rows(kind: str, who: Followed, profile: Profile) -> Iterator[Row]:
    match kind:
        case derived.FILE.name:
            return derived.of(who, profile, _failed)
        case wide_visit.FILE.name:
            return wide_visit.of(who)
        case wide_participant.FILE.name:
            return wide_participant.of(who)
        case _:
            raise KeyError(kind)


def followed(images: Mapping[str, Any], rules: Mapping[str, Rule[Any]]) -> Followed:
    """Read a course up to its last complete visit, and derive what the rules make of each."""
    known = course.read(images, rules, date.min)
    last = known.complete[-1].on if known.complete else date.min
    read = course.read(images, rules, last)
    return Followed(read, [Seen(read, visit, derivation.of_visit(read, visit, _failed)) for visit in read.complete])


def _failed(rule: str, error: Exception) -> NoReturn:
    """Log where a rule failed, and stop the extract."""
    of_answers.failed(rule, error)
    raise RuleFailed(BrokenRule("", "rule_failed", f"The rule {rule}, or one of its group, failed.")) from None
