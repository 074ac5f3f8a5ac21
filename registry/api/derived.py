"""Derived values of an answer: the courses are asked for in its transaction, and derived from once they have arrived."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from traceback import walk_tb
from typing import Any

import structlog
from flask import g, has_request_context

from registry.db import courses, records
from registry.db.courses import Asked
from registry.db.transaction import Awaited, Image, Transaction
from registry.domain import course as reading
from registry.domain import derivation
from registry.domain.course import Course
from registry.domain.derived import Derived
from registry.domain.rulebook import of_study
from registry.domain.rules import ConstantRefused, Rule
from registry.problems import BrokenRule, StudyConstantsRefused
from registry.schemas.derived import told_derived

PARTICIPANT_OF = {"visit": "participant_id", "participant": "id"}
"""Which field of a record names the participant, for each kind of record that has derived values."""

log = structlog.get_logger("registry")


def rules_of_study(own: Mapping[str, Any] | None) -> Mapping[str, Rule[Any]]:
    """Give the rules in force for a study with constants of its own; raises StudyConstantsRefused."""
    try:
        return of_study(own)
    except ConstantRefused as refused:
        raise StudyConstantsRefused(BrokenRule("/rule_constants", "constant_refused", str(refused))) from None


def course_of(images: Mapping[str, Any]) -> Course:
    """Read a course with the rules in force for its study; raises StudyConstantsRefused."""
    return reading.read(images, rules_of_study(images["rule_constants"]), date.fromisoformat(images["today"]))


def of_record(course: Course, kind: str, record_id: str, only: Collection[str] = ()) -> tuple[Derived, ...]:
    """Derive the values of the participant, or of a visit: one entered in error, or a draft without a date, has none.

    A rule that fails is logged, and told as undecided.
    """
    if kind == "participant":
        return derivation.of_participant(course, failed, only)
    visit = next((one for one in course.visits if one.id == record_id), None)
    return derivation.of_visit(course, visit, failed, only) if visit is not None else ()


# --- what fails ---------------------------------------------------------------------------------------------------


def failed(rule: str, error: Exception) -> None:
    """Log that a rule failed, by the line; never the message, which may hold a value."""
    frame, line = list(walk_tb(error.__traceback__))[-1]
    where = f"{frame.f_globals.get('__name__')}:{frame.f_code.co_qualname}:{line}"
    request_id = g.get("request_id") if has_request_context() else None
    log.error("derivation failed", rule=rule, error=type(error).__name__, where=where, request_id=request_id)


def guarded(derive: Callable[..., Any], *given: Any) -> Any:
    """Derive, or log the failure and give None: what is derived keeps no record from being written or read."""
    try:
        return derive(*given)
    except Exception as error:
        failed("-", error)
        return None


# --- on an answer -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an answer's derived values are waiting for."""

    kind: str
    asked: Asked

    def added_to(self, given: Any) -> Any:
        """Give the answer, one image or a list, with the derived values of each.

        The image is taken out of the course, so that version, values and what is derived from them are of one state.
        """
        read = {images["participant"]["id"]: Read(self.kind, images) for images in self.asked.courses()}
        if isinstance(given, list):
            return [self._added_to(row, read) for row in given]
        return self._added_to(given, read)

    def _added_to(self, row: Image, read: Mapping[str, Read]) -> Image:
        found = read.get(row[PARTICIPANT_OF[self.kind]])
        return row if found is None else found.told(row)


class Read:
    """A course that was read for an answer, and the images in it that an answer is made of."""

    def __init__(self, kind: str, images: Mapping[str, Any]) -> None:
        self.kind = kind
        self.own = {one["id"]: one for one in (images["visits"] if kind == "visit" else [images["participant"]])}
        self.course: Course | None = guarded(course_of, images)

    def told(self, row: Image) -> Image:
        """Give the record as the course has it, with what is derived from it; null where nothing can be."""
        derived = None if self.course is None else guarded(_told, self.course, self.kind, row["id"])
        return {**self.own.get(row["id"], row), "derived": derived}


def ask(tx: Transaction, kind: str, given: Any, as_of: datetime | None) -> Waiting:
    """Ask for what the derived values of an answer are made of: the courses of its rows, in one statement."""
    if isinstance(given, Awaited):
        return Waiting(kind, courses.ask_of_visit(tx, given.record_id))
    rows: Iterable[Image] = given if isinstance(given, list) else [given]
    visits = [row["id"] for row in rows] if kind == "visit" else []
    return Waiting(kind, courses.ask(tx, (row[PARTICIPANT_OF[kind]] for row in rows), as_of, visits))


def moment_of_version(tx: Transaction, kind: str, image: Image) -> datetime:
    """Give the moment by which a version was kept, with all that had been written by then."""
    records.settle(tx)
    return records.moment_of(tx, kind, image["id"], image["version"])


def _told(course: Course, kind: str, record_id: str) -> list[dict[str, Any]]:
    return [told_derived(derived) for derived in of_record(course, kind, record_id)]
