"""An attacker who knows of every child birth, sex, country and the dates of all visits, and has the files of a release."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from registry.domain.geography import REGIONS

Row = Mapping[str, str]
Agrees = Callable[["Child", "Told"], bool]


@dataclass(frozen=True)
class Child:
    """What is known of a child: `visits` are the planned event and the date of each complete visit, in order."""

    id: str
    birth: tuple[int, int]
    sex: str
    country: str
    visits: tuple[tuple[str, date], ...]

    def age(self, day: date) -> int:
        """Whole years on a day, as they follow from year and month of birth."""
        year, month = self.birth
        return day.year - year - (day.month < month)

    @property
    def first_visit(self) -> date:
        """Day 1: the visit of week 0, or else the first."""
        return next((day for event, day in self.visits if event == "week_0"), self.visits[0][1])


@dataclass(frozen=True)
class Told:
    """What a release tells of one participant: the row, and the rows of the visits."""

    participant: Row
    visits: tuple[Row, ...]


def release(folder: Path) -> dict[str, Told]:
    """Read what a release tells, by pseudonym."""
    visits = rows(folder, "visit")
    return {
        row["participant"]: Told(row, tuple(one for one in visits if one["participant"] == row["participant"]))
        for row in rows(folder, "participant")
    }


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """Read one file."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def by_who_the_child_is(child: Child, told: Told) -> bool:
    """Tell whether a participant could be this child, by birth, sex, country and the year of the first visit."""
    row, first = told.participant, child.first_visit
    return (
        row["sex_at_birth"] in ("", child.sex)
        and row["country"] in ("", child.country, REGIONS[child.country])
        and row.get("first_visit_year", "") in ("", str(first.year))
        and within(row.get("age_at_first_visit_band", row.get("age_at_first_visit", "")), child.age(first))
    )


def within(band: str, years: int) -> bool:
    """Tell whether an age is in a band such as 6-11 or 18+, or is the age that is told; in a blank one every age is."""
    if band.endswith("+"):
        return years >= int(band[:-1])
    low, _, high = band.partition("-")
    return not band or int(low) <= years <= int(high or low)


def by_planned_visits(child: Child, told: Told) -> bool:
    """Tell whether the planned events that are told are all among the child's."""
    return by_who_the_child_is(child, told) and {row["event"] for row in told.visits} <= {
        event for event, _ in child.visits
    }


def by_intervals(child: Child, told: Told) -> bool:
    """Tell whether the days between the visits that are told are those between the child's."""
    theirs = [date.fromisoformat(row["visited_date"]) for row in told.visits]
    return by_who_the_child_is(child, told) and between(theirs) == between(day for _, day in child.visits)


def between(days: Iterable[date]) -> list[int]:
    """Give the days from each date to the next."""
    return [(later - earlier).days for earlier, later in pairwise(days)]


@dataclass(frozen=True)
class Found:
    """How an attack went, exactly: the probability to be right, of the child with the highest and on average."""

    worst: Fraction
    average: Fraction


def attack(children: Mapping[str, Child], told: Mapping[str, Told], agrees: Agrees) -> Found:
    """Name for each child one of the participants that it could be, by chance; `children` are by their true pseudonym.

    Raises:
        AssertionError: a child could not be itself; then the attacker was told what is not true.
    """
    chances = []
    for pseudonym, child in children.items():
        candidates = {name for name, one in told.items() if agrees(child, one)}
        assert pseudonym in candidates, child
        chances.append(Fraction(1, len(candidates)))
    return Found(max(chances), sum(chances, Fraction(0)) / len(chances))
