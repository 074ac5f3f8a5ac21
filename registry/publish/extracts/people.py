"""Who is in an extract, by place, and what an adversary may know of each: read from what was staged, and from whole records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.db.extract_snapshot import PLACE
from registry.domain.antibody_group import antibody_group
from registry.domain.extract_orders import Order
from registry.publish.extracts.antibodies import FINDING
from registry.publish.extracts.protection import Person
from registry.publish.extracts.staging import Staged
from registry.publish.pseudonyms import pseudonyms, shift_days, site_pseudonym

NEVER_SERIOUS, SERIOUS = "none", "one or more"


@dataclass(frozen=True, slots=True)
class People:
    """Those in an extract, in the order of their pseudonyms; `day_1` is of those who have a complete visit.

    `key` makes their pseudonyms for an addressee, and `oldest_key` the shifts of their dates.
    """

    key: bytes
    oldest_key: bytes
    study_id: str
    addressee: str
    names: Mapping[str, str]
    day_1: Mapping[str, date]

    @property
    def ids(self) -> tuple[str, ...]:
        """Their identifiers, by place."""
        return tuple(self.names)

    @property
    def pseudonyms(self) -> tuple[str, ...]:
        """Their pseudonyms, by place."""
        return tuple(self.names.values())

    @property
    def places(self) -> dict[str, int]:
        """Each one's place."""
        return {one: place for place, one in enumerate(self.names)}

    def shifted_days_1(self) -> list[int | None]:
        """Give by place the shifted date of day 1, as days since 1970."""
        return [self._shifted(one) for one in self.names]

    def site(self, site_id: str) -> str:
        """Give the pseudonym of a site."""
        return site_pseudonym(self.key, self.study_id, self.addressee, site_id)

    def _shifted(self, one: str) -> int | None:
        if one not in self.day_1:
            return None
        moved = shift_days(self.oldest_key, self.study_id, one)
        return (self.day_1[one] - date(1970, 1, 1)).days + moved


def of(order: Order, keys: Mapping[int, bytes], ids: Iterable[str], day_1: Mapping[str, date]) -> People:
    """Give these participants in the order of their pseudonyms."""
    key, oldest = keys[order.key_version], keys[min(keys)]
    names = pseudonyms(key, order.study_id, order.addressee, ids)
    return People(key, oldest, order.study_id, order.addressee, names, day_1)


def persons(people: People, staged: Mapping[str, Staged]) -> list[Person]:
    """Give each participant as an adversary may know them, by place, from the staged files of these names."""
    seen = _visits(staged["visit"], len(people.names))
    serious = _serious(staged["adverse_event"])
    found: list[Person] = []
    names, days = people.pseudonyms, [people.day_1.get(one) for one in people.names]
    for batch in staged["participant"].batches():
        for row in batch.to_pylist():
            place = row[PLACE]
            learned = {
                "disease_course": row["disease_course"] or "",
                "serious_event": SERIOUS if place in serious else NEVER_SERIOUS,
            }
            found.append(_person(names[place], row, days[place], seen[place], learned))
    return found


def _person(
    name: str, row: Mapping[str, Any], day_1: date | None, visits: Sequence[tuple[str, int]], learned: Mapping[str, str]
) -> Person:
    return Person(
        id=name,
        sex=row["sex_at_birth"],
        age=row["age_at_first_visit"],
        country=row["country"],
        first_visit_year=day_1.year if day_1 else None,
        antibody=antibody_group(_findings(row)),
        findings=_findings(row),
        events=tuple(event for event, _ in visits),
        visit_days=tuple(day for _, day in visits),
        sensitive=learned,
    )


def _findings(row: Mapping[str, Any]) -> dict[str, str | None]:
    return {name.removeprefix(FINDING): found for name, found in row.items() if name.startswith(FINDING)}


def _visits(visits: Staged, participants: int) -> list[list[tuple[str, int]]]:
    seen: list[list[tuple[str, int]]] = [[] for _ in range(participants)]
    for batch in visits.batches():
        columns = (batch.column(name).to_pylist() for name in (PLACE, "event", "visited_day"))
        for place, event, day in zip(*columns, strict=True):
            seen[place].append((event, day))
    return seen


def _serious(events: Staged) -> set[int]:
    found: set[int] = set()
    for batch in events.batches():
        columns = (batch.column(name).to_pylist() for name in (PLACE, "serious"))
        found |= {place for place, serious in zip(*columns, strict=True) if serious}
    return found
