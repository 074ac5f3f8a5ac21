"""Derived values of an answer: the courses are asked for in its transaction, and derived from once they have arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from traceback import extract_tb
from typing import Any

import structlog

from registry.db import courses, records
from registry.db.courses import Asked
from registry.db.transaction import Awaited, Image, Transaction
from registry.domain import course as reading
from registry.domain import derivation
from registry.domain.course import Course
from registry.domain.derived import Derived
from registry.domain.rulebook import of_study
from registry.schemas.derived import told_derived

PARTICIPANT_OF = {"visit": "participant_id", "participant": "id"}
"""Which field of a record names the participant, for each kind of record that has derived values."""

log = structlog.get_logger("registry")


def course_of(images: Mapping[str, Any]) -> Course:
    """Read a course with the rules in force for its study; ConstantRefused when the study's constants are not of them."""
    return reading.read(images, of_study(images["rule_constants"]), date.fromisoformat(images["today"]))


def of_visit(course: Course, visit_id: str) -> tuple[Derived, ...]:
    """Derive the values of a visit; one that was entered in error, or a draft without a date, has none."""
    visit = next((one for one in course.visits if one.id == visit_id), None)
    return derivation.of_visit(course, visit) if visit is not None else ()


def of_record(course: Course, kind: str, record_id: str) -> tuple[Derived, ...]:
    """Derive the values of a visit or of the participant."""
    return of_visit(course, record_id) if kind == "visit" else derivation.of_participant(course)


# --- on an answer -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """What an answer's derived values are waiting for."""

    kind: str
    asked: Asked

    def added_to(self, given: Any) -> Any:
        """Give the answer, one image or a list, with the derived values of each."""
        read = {images["participant"]["id"]: guarded(course_of, images) for images in self.asked.courses()}
        if isinstance(given, list):
            return [self._added_to(row, read) for row in given]
        return self._added_to(given, read)

    def _added_to(self, row: Image, read: Mapping[str, Course | None]) -> Image:
        course = read.get(row[PARTICIPANT_OF[self.kind]])
        return row if course is None else {**row, "derived": guarded(_told, course, self.kind, row["id"])}


def ask(tx: Transaction, kind: str, given: Any, as_of: datetime | None) -> Waiting:
    """Ask for what the derived values of an answer are made of: the courses of its rows, in one statement."""
    if isinstance(given, Awaited):
        return Waiting(kind, courses.ask_of_visit(tx, given.record_id))
    rows: Iterable[Image] = given if isinstance(given, list) else [given]
    return Waiting(kind, courses.ask(tx, (row[PARTICIPANT_OF[kind]] for row in rows), as_of))


def moment_of_version(tx: Transaction, kind: str, image: Image) -> datetime:
    """Give the moment at which a version was kept, with all that had been written by then."""
    records.settle(tx)
    return records.moment_of(tx, kind, image["id"], image["version"])


def _told(course: Course, kind: str, record_id: str) -> list[dict[str, Any]]:
    return [told_derived(derived) for derived in of_record(course, kind, record_id)]


def guarded(derive: Callable[..., Any], *given: Any) -> Any:
    """Derive, or give None: a rule that fails is logged, and keeps no record from being written or read."""
    try:
        return derive(*given)
    except Exception as error:  # the log names the line that failed, never the message, which may hold a value
        failed = extract_tb(error.__traceback__)[-1]
        log.error("derivation failed", error=type(error).__name__, where=f"{failed.name}:{failed.lineno}")  # noqa: TRY400
        return None
