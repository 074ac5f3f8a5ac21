"""Shifts of laboratory results: of each participant the worst CTCAE grade after the baseline visit beside that at baseline.

The results of complete visits count. A grade at baseline is that of the result which a later one is compared with. Between
results that differ in nothing but the value the farther one has the worse grade, so that one alone is graded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from registry.domain import ctcae_5, ctcae_6
from registry.domain.course import Course, Visit, exact
from registry.domain.ctcae import Table, subject_of
from registry.domain.ctcae_ladder import Direction
from registry.domain.derivations.laboratory import after_baseline, at_baseline, grades, numbered

Graded = tuple[str, Direction]
"""An analyte and whether a fall or a rise of it is graded."""
Found = tuple[Visit, Mapping[str, Any], int]
"""A result with its visit and its place there."""
TABLES: Mapping[str, Table[Any]] = {ctcae_5.VERSION: ctcae_5.TABLE, ctcae_6.VERSION: ctcae_6.TABLE}
_ALIKE = ("unit", "lower_limit", "upper_limit", "comparator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """How many participants went from a grade at baseline to a worst grade after it; None where there is no grade."""

    analyte: str
    direction: Direction
    baseline_grade: int | None
    worst_grade: int | None
    participants: int


def shifts(courses: Iterable[Course], version: str) -> tuple[Shift, ...]:
    """Count the shifts of every analyte that the version of the CTCAE grades."""
    cells: Counter[tuple[str, Direction, int | None, int | None]] = Counter()
    for course in courses:
        for (analyte, way), of_course in _of_course(course, version).items():
            cells[(analyte, way, *of_course)] += 1
    ordered = sorted(
        cells.items(), key=lambda cell: (*cell[0][:2], *(-1 if one is None else one for one in cell[0][2:]))
    )
    return tuple(
        Shift(analyte=analyte, direction=way, baseline_grade=baseline, worst_grade=worst, participants=count)
        for (analyte, way, baseline, worst), count in ordered
    )


def without_baseline(courses: Iterable[Course]) -> int:
    """Count who has results and no baseline visit."""
    return sum(course.baseline is None and any(one.results() for one in course.complete) for course in courses)


def _of_course(course: Course, version: str) -> Mapping[Graded, tuple[int | None, int | None]]:
    lots = _lots(visit for visit in course.complete if after_baseline(course, visit))
    found: dict[Graded, tuple[int | None, int | None]] = {}
    for analyte, way in TABLES[version]:
        later = [_farthest(lot, way) for lot in lots.get(analyte, ())]
        if later:
            graded = [_grade(course, one, way, version) for one in later]
            worst = max((one for one in graded if one is not None), default=None)
            found[analyte, way] = (_at_baseline(course, later[0][0], (analyte, way), version), worst)
    return found


def _lots(visits: Iterable[Visit]) -> Mapping[str, Iterable[Sequence[Found]]]:
    """Give the results of each analyte in lots that are alike in unit, limits and comparator."""
    found: dict[str, dict[tuple[Any, ...], list[Found]]] = {}
    for visit in visits:
        for number, result in numbered(visit):
            lots = found.setdefault(result["analyte"], {})
            lots.setdefault(tuple(map(result.get, _ALIKE)), []).append((visit, result, number))
    return {analyte: lots.values() for analyte, lots in found.items()}


def _farthest(lot: Sequence[Found], way: Direction) -> Found:
    """Give the highest result of a lot where a rise is graded, else the lowest; of equal ones the first."""
    return (max if way == "increase" else min)(lot, key=_value)


def _value(found: Found) -> Decimal:
    return Decimal(found[1]["value"])


def _grade(course: Course, found: Found, way: Direction, version: str) -> int | None:
    visit, result, number = found
    subject = subject_of(result["analyte"], way)
    for derived in grades(course, visit, result, number, version):
        if derived.result.subject == subject:
            return None if derived.result.value is None else int(derived.result.value)
    return 0 if exact(result.get("upper_limit")) else None


def _at_baseline(course: Course, after: Visit, graded: Graded, version: str) -> int | None:
    analyte, way = graded
    found = at_baseline(course, after, analyte, lambda one: exact(one.get("value")) is not None)
    return None if found is None else _grade(course, (found[0], found[1], 1), way, version)
