"""Exposure of a study in patient-years: by drug, dose band and age group, with each day of each drug counted once.

An interval is cut at the birthdays that begin an age group; the parts add up to the whole exactly. Days on two drugs at
once count to both, and once to any drug.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry.domain.dates import plus_months
from registry.domain.study_safety import (
    AGE_GROUPS,
    ANY_DRUG,
    DAY,
    Constants,
    Days,
    Person,
    StudySafety,
    count_of,
    patient_years,
)

PLACES = Decimal("0.001")
Cell = tuple[str | None, str | None, str | None]
"""Drug, dose band and age group; None where it is summed over."""
Key = Callable[[str, str | None, str], Cell]
"""What a day counts to, by its drug, dose band and age group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """How many were exposed and for how long."""

    drug: str | None
    dose_band: str | None
    age_group: str | None
    participants: int
    days: int
    patient_years: Decimal


def by_age_group(person: Person, days: Days) -> Iterator[tuple[str, Days]]:
    """Cut a range of days at the birthdays that begin an age group."""
    first, last = days
    begins = [(name, plus_months(person.born, 12 * years)) for name, years in AGE_GROUPS.items()]
    ends = [start - DAY for _, start in begins[1:]] + [date.max]
    for (name, start), end in zip(begins, ends, strict=True):
        part = (max(first, start if start > person.born else date.min), min(last, end))
        if part[0] <= part[1]:
            yield name, part


def cells(safety: StudySafety) -> tuple[Exposed, ...]:
    """Give exposure by drug, dose band and age group together."""
    return _rows(safety, lambda drug, band, age: (drug, band, age), with_any=False)


def by_drug(safety: StudySafety) -> tuple[Exposed, ...]:
    """Give exposure by drug, and to any drug."""
    return _rows(safety, lambda drug, _, __: (drug, None, None))


def by_dose_band(safety: StudySafety) -> tuple[Exposed, ...]:
    """Give exposure by drug and dose band."""
    return _rows(safety, lambda drug, band, _: (drug, band, None), with_any=False)


def by_ages(safety: StudySafety) -> tuple[Exposed, ...]:
    """Give exposure by drug and age group, and to any drug by age group."""
    return _rows(safety, lambda drug, _, age: (drug, None, age))


def _rows(safety: StudySafety, key: Key, *, with_any: bool = True) -> tuple[Exposed, ...]:
    people: dict[Cell, set[str]] = {}
    days: dict[Cell, int] = {}
    for person in safety.people:
        for drug, band, age, part in _parts(person, with_any=with_any):
            cell = key(drug, band, age)
            people.setdefault(cell, set()).add(person.id)
            days[cell] = days.get(cell, 0) + count_of([part])
    return tuple(_row(cell, len(people[cell]), days[cell], safety.definitions) for cell in sorted(days, key=_order))


def _parts(person: Person, *, with_any: bool) -> Iterator[tuple[str, str | None, str, Days]]:
    given: list[tuple[str, str | None, Days]] = [(one.drug, one.band, one.days) for one in person.intervals]
    if with_any:
        given += [(ANY_DRUG, None, days) for days in person.exposed(ANY_DRUG)]
    for drug, band, days in given:
        for age, part in by_age_group(person, days):
            yield drug, band, age, part


def _row(cell: Cell, participants: int, days: int, definitions: Constants) -> Exposed:
    drug, band, age = cell
    years = patient_years(days, definitions).quantize(PLACES)
    return Exposed(drug=drug, dose_band=band, age_group=age, participants=participants, days=days, patient_years=years)


def _order(cell: Cell) -> tuple[bool, str, str, int]:
    """Any drug comes last; age groups in the order of age."""
    drug, band, age = cell
    return drug == ANY_DRUG, drug or "", band or "", int((age or "0").partition("-")[0].rstrip("+"))
