"""Laboratory results that a condition of a protocol can ask for: value, multiple of the upper limit, finding, and the eGFR.

A value is in the analyte's standard unit; of a censored one only the bound is known. Transcripts of genes are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from registry.domain import units
from registry.domain.analytes import CATALOGUE, FINDINGS, TRANSCRIPT, Analyte
from registry.domain.conditions import NOTHING, Between, Fact, Value
from registry.domain.course import Course, Visit, exact
from registry.domain.derivations.growth import kidney_function

At = Callable[[Visit], tuple[Value, tuple[str, ...]]]
EGFR = "EGFR"


@dataclass(frozen=True, slots=True)
class ResultMeasure:
    """A measure of the laboratory."""

    code: str
    words: str
    kind: str
    find: Callable[[Course, date], Fact]
    unit: str | None = None
    codes: Mapping[str, str] | None = None


def latest_of_visits(course: Course, day: date, at: At) -> Fact:
    """Give the value of the last complete visit that has the fields, known or not; `at` tells value and fields."""
    for visit in reversed(course.complete):
        value, fields = at(visit)
        if fields:
            return Fact(value, (day - visit.on).days, (visit.used(*fields),))
    return NOTHING


def _pointer(analyte: Analyte) -> tuple[str, ...]:
    return (f"/laboratory_results/{analyte.code}",)


def _bounded(number: Decimal | None, comparator: str | None) -> Between | None:
    """A number, or of a censored one what is known of it."""
    if number is None:
        return None
    return Between(None if comparator == "<" else number, None if comparator == ">" else number)


def _in_standard_unit(analyte: Analyte, result: Mapping[str, Any]) -> Decimal | None:
    value = exact(result.get("value"))
    try:
        return (
            None
            if value is None
            else units.convert(analyte, value, result.get("unit") or "", analyte.standard_unit or "")
        )
    except ValueError:
        return None


def _value(analyte: Analyte) -> Callable[[Course, date], Fact]:
    def at(visit: Visit) -> tuple[Value, tuple[str, ...]]:
        result = visit.counting(analyte.code)
        if result is None:
            return None, ()
        return _bounded(_in_standard_unit(analyte, result), result.get("comparator")), _pointer(analyte)

    return lambda course, day: latest_of_visits(course, day, at)


def _multiple(analyte: Analyte) -> Callable[[Course, date], Fact]:
    def at(visit: Visit) -> tuple[Value, tuple[str, ...]]:
        result = visit.counting(analyte.code)
        if result is None:
            return None, ()
        value, limit = exact(result.get("value")), exact(result.get("upper_limit"))
        multiple = value / limit if value is not None and limit else None
        return _bounded(multiple, result.get("comparator")), _pointer(analyte)

    return lambda course, day: latest_of_visits(course, day, at)


def _finding(analyte: Analyte) -> Callable[[Course, date], Fact]:
    """What every result of the visit says that has a finding; where they differ it is not known."""

    def at(visit: Visit) -> tuple[Value, tuple[str, ...]]:
        found = [result["finding"] for result in visit.results(analyte.code) if result.get("finding")]
        same = found[0] if len(set(found)) == 1 else None
        return same, _pointer(analyte) if found else ()

    return lambda course, day: latest_of_visits(course, day, at)


def _kidney(course: Course, day: date) -> Fact:
    """The eGFR that the rule makes of creatinine and height, else the one that the laboratory reported."""
    reported = CATALOGUE[EGFR]
    for visit in reversed(course.complete):
        old = (day - visit.on).days
        if visit.counting("CREAT") is not None:
            derived = kidney_function(course, visit)
            value = derived.result.value
            return Fact(None if value is None else Between.exactly(value), old, derived.inputs)
        result = visit.counting(EGFR)
        if result is not None:
            known = _bounded(_in_standard_unit(reported, result), result.get("comparator"))
            return Fact(known, old, (visit.used(*_pointer(reported)),))
    return NOTHING


def _of(analyte: Analyte) -> Iterator[ResultMeasure]:
    code = analyte.code.lower()
    if analyte.kind != "qualitative":
        yield ResultMeasure(code, analyte.name, "number", _value(analyte), analyte.standard_unit)
        if analyte.category in ("muscle_enzyme", "chemistry", "lipids", "immunology"):
            words = f"{analyte.name}, as a multiple of the upper limit of normal"
            yield ResultMeasure(f"{code}_multiple", words, "number", _multiple(analyte), "1")
    if analyte.kind != "quantity":
        yield ResultMeasure(f"{code}_finding", f"{analyte.name}: finding", "code", _finding(analyte), codes=FINDINGS)


def _all() -> Iterator[ResultMeasure]:
    words = "Estimated glomerular filtration rate, from creatinine and height where they are there, else as reported"
    yield ResultMeasure("egfr", words, "number", _kidney, CATALOGUE[EGFR].standard_unit)
    for analyte in CATALOGUE.values():
        if analyte.code != EGFR and not analyte.code.startswith(TRANSCRIPT):
            yield from _of(analyte)


RESULTS: tuple[ResultMeasure, ...] = tuple(_all())
"""Every measure of the laboratory, the eGFR first and then in the order of the catalogue."""
