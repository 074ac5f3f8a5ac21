"""What befalls a child beside its disease: infections, laboratory changes, and what happens to its taking part.

Kinds and rough frequencies: Kim 2024, Le Voyer 2021 (zoster 3 of 10), reviews of JAK inhibitors in interferonopathies
(BK viraemia, upper respiratory infections). What the demo must show comes by the number of the participant, so that a
share is the same in every cohort: a CK rise without weakness in one of ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happens in this week since enrolment; visits from then to `until` show it in the laboratory."""

    kind: str
    week: float
    until: float

    def shows_at(self, week: float) -> bool:
        return self.week <= week <= self.until


FREQUENCIES: dict[str, float] = {
    "zoster": 0.12,
    "infection": 0.45,
    "acne": 0.3,
    "lipids": 0.14,
    "neutropenia": 0.08,
    "lymphopenia": 0.1,
    "bk_virus": 0.12,
    "transaminases": 0.06,
    "weight_gain": 0.1,
}
ACNE_FROM_AGE = 11
LABORATORY = ("lipids", "neutropenia", "lymphopenia", "bk_virus", "transaminases")
CK_RISE_EVERY = 10
STOPS_EVERY = 12
WITHDRAWS_EVERY = 25
DRAFT_EVERY = 15
REMOTE_EVERY = 4


def drawn(rng: Random, number: int, age: float) -> tuple[Incident, ...]:
    """Draw what befalls participant `number`, in the order of time."""
    kinds = [kind for kind, share in FREQUENCIES.items() if rng.random() < share]
    found = [_at(rng, kind) for kind in kinds if kind != "acne" or age >= ACNE_FROM_AGE]
    if has_ck_rise(number):
        found.append(Incident("ck_rise", 11.0, 26.0))
    return tuple(sorted(found, key=lambda one: one.week))


def _at(rng: Random, kind: str) -> Incident:
    if kind in LABORATORY:
        start = rng.choice((4.0, 12.0, 24.0)) - 1.0
        return Incident(kind, start, start + 5)
    start = rng.uniform(3.0, 46.0)
    return Incident(kind, start, start + rng.uniform(1.0, 3.0))


def has_ck_rise(number: int) -> bool:
    """Tell whether CK rises without weakness in this participant: one of ten."""
    return number % CK_RISE_EVERY == 3


def stops_after(number: int) -> int | None:
    """Give the week of the last visit of a participant who stops the drug and leaves, one of twelve."""
    return (12, 24)[number // STOPS_EVERY % 2] if number % STOPS_EVERY == 8 else None


def withdraws_after(number: int) -> int | None:
    """Give the week of the last visit before the consent is withdrawn, in one of twenty-five."""
    return 12 if number % WITHDRAWS_EVERY == 14 else None


def takes_its_data_away(number: int) -> bool:
    """Tell whether somebody who withdraws ends the use of its data as well, as the first of two does."""
    return number // WITHDRAWS_EVERY % 2 == 0


def leaves_draft(number: int) -> bool:
    """Tell whether the visit at week 48 is a draft still, in one of fifteen."""
    return number % DRAFT_EVERY == 6


def comes_remotely(number: int) -> bool:
    """Tell whether the visit at week 4 is remote, in one of four."""
    return number % REMOTE_EVERY == 1


def response_of(number: int) -> str | None:
    """Give the response that an incident asks for: CK rises without weakness in a child whose muscles recover."""
    return "responder" if has_ck_rise(number) else None
