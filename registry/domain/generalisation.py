"""How a quasi-identifier is told with less detail: a ladder for each, from what was recorded to nothing at all.

Everybody in an extract stands on the same step of a ladder (full-domain generalisation), so that values can be compared. What
a combination of steps loses is the precision of Sweeney: the step taken over the steps there are, for each cell, blank being
the last; each ladder counts by its worth for the analysis.

Sources: Samarati and Sweeney, SRI-CSL-98-04, 1998 (ladders, lattice); Sweeney, Int J Uncertain Fuzz 2002;10:571 (precision)
[MEM 90%]. The bands and the worths are ours.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from registry.domain.geography import REGIONS
from registry.domain.suppression import Value

ADOLESCENT, ADULT = 12, 18


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a ladder: what is told there, and how a value that is known is told."""

    name: str
    tell: Callable[[Any], Value]


@dataclass(frozen=True, slots=True)
class Ladder:
    """A quasi-identifier with its steps, full detail first and blank last, and its worth for the analysis."""

    name: str
    worth: int
    steps: tuple[Step, ...]

    def told(self, value: Any, step: int) -> Value:
        """Give a value on a step; what is not known stays blank."""
        return None if value is None else self.steps[step].tell(value)

    def loss(self, step: int) -> Fraction:
        """Give the precision that a cell on this step has lost, from 0 to 1."""
        return Fraction(step, len(self.steps) - 1)


def band(years: int, width: int) -> str:
    """Give the band of an age, such as 6-11; from 18 years on it is 18+."""
    if years >= ADULT:
        return f"{ADULT}+"
    first = years // width * width
    return f"{first}-{first + width - 1}"


def _as_is(value: Any) -> Value:
    return value  # type: ignore[no-any-return]


def _nothing(_: Any) -> Value:
    return None


AS_IS, BLANK = Step("as recorded", _as_is), Step("left blank", _nothing)

FIRST_VISIT_YEAR = Ladder("first_visit_year", 1, (AS_IS, BLANK))
COUNTRY = Ladder("country", 2, (AS_IS, Step("region of the UN M49", REGIONS.__getitem__), BLANK))
SEX = Ladder("sex", 3, (AS_IS, BLANK))
AGE = Ladder(
    "age",
    4,
    (
        Step("whole years", _as_is),
        Step("0-5, 6-11, 12-17, 18+", lambda years: band(years, 6)),
        Step("0-11, 12+", lambda years: "0-11" if years < ADOLESCENT else f"{ADOLESCENT}+"),
        BLANK,
    ),
)

Steps = tuple[int, ...]


def lattice(ladders: Sequence[Ladder], lowest: Steps) -> Iterator[tuple[Fraction, Steps]]:
    """Give every combination of steps from the lowest on with its loss, summed by worth; the least loss first."""
    choices = product(*(range(first, len(ladder.steps)) for ladder, first in zip(ladders, lowest, strict=True)))
    yield from sorted((lost(ladders, steps), steps) for steps in choices)


def lost(ladders: Sequence[Ladder], steps: Steps) -> Fraction:
    """Give what a combination of steps loses, summed by worth."""
    return sum((ladder.worth * ladder.loss(step) for ladder, step in zip(ladders, steps, strict=True)), Fraction(0))
