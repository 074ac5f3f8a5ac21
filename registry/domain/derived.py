"""A derived value: the result of a rule with the records that it was made from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from registry.domain.course import Course, Input, Visit
from registry.domain.rules import Result


@dataclass(frozen=True, slots=True)
class Derived:
    """A result with the records it was made from."""

    result: Result
    inputs: tuple[Input, ...] = ()


OfVisit = Callable[[Course, Visit], Iterator[Derived]]
OfParticipant = Callable[[Course], Iterator[Derived]]


def used(*inputs: Input | None) -> tuple[Input, ...]:
    """The inputs that are there, each record once with all its fields."""
    merged: dict[tuple[str, str], Input] = {}
    for one in inputs:
        if one is not None:
            known = merged.get((one.record, one.id))
            merged[(one.record, one.id)] = one if known is None else known.with_fields(one.fields)
    return tuple(merged.values())
