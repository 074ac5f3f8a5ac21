"""Where a value stands among the edges of CTCAE grades: which grade it has, or which it could have.

An edge whose limit or baseline is missing could lie anywhere, and a censored value could be any number on its side: the
value is graded where every possibility gives the same grade, else there is none.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Basis = Literal["limits", "baseline"]
Direction = Literal["decrease", "increase"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A value to be graded, its limits of normal, and the value and limits at baseline: all in the unit reported.

    The limits at baseline are those of the value unless given. A limit of zero is no upper limit.
    """

    analyte: str
    value: Decimal | None
    unit: str | None
    comparator: str | None = None
    lower_limit: Decimal | None = None
    upper_limit: Decimal | None = None
    baseline_value: Decimal | None = None
    baseline_lower_limit: Decimal | None = None
    baseline_upper_limit: Decimal | None = None
    result_number: int | None = None

    @property
    def baseline(self) -> Decimal | None:
        """The value at baseline, where it is above zero: there are no multiples of nothing."""
        return _positive(self.baseline_value)

    @property
    def upper(self) -> Decimal | None:
        """The upper limit of normal, where it is above zero."""
        return _positive(self.upper_limit)

    @property
    def baseline_upper(self) -> Decimal | None:
        """The upper limit of normal at baseline."""
        return _positive(self.baseline_upper_limit) or self.upper

    @property
    def baseline_lower(self) -> Decimal | None:
        """The lower limit of normal at baseline."""
        return self.lower_limit if self.baseline_lower_limit is None else self.baseline_lower_limit


def _positive(number: Decimal | None) -> Decimal | None:
    return number if number is not None and number > 0 else None


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a grade begins: beyond `at`, or at it where `closed`; None where a limit that makes it is missing."""

    grade: int
    at: Decimal | None
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The edges of the grades of a term for one value; `of` is what its multiples are of.

    `unsure` names what could raise the grade that the edges give, if it were known.
    """

    direction: Direction
    edges: tuple[Edge, ...]
    basis: Basis = "limits"
    of: Decimal | None = None
    needs: tuple[str, ...] = ()
    unsure: str | None = None

    def span(self, measured: Measured) -> tuple[int, int]:
        """The lowest and the highest grade that the value can have."""
        reached = [(edge.grade, *_reached(edge, measured, self.direction)) for edge in self.edges]
        lowest = max((grade for grade, certainly, _ in reached if certainly), default=0)
        return lowest, max((grade for grade, _, possibly in reached if possibly), default=0)


def _reached(edge: Edge, measured: Measured, direction: Direction) -> tuple[bool, bool]:
    """Whether the value certainly lies beyond the edge, and whether it possibly does."""
    value, at = measured.value, edge.at
    if value is None or at is None:
        return False, True
    rising = direction == "increase"
    if measured.comparator is None:
        beyond = (value > at if rising else value < at) or (edge.closed and value == at)
        return beyond, beyond
    if rising:
        return (False, value > at) if measured.comparator == "<" else (value >= at, True)
    return (value <= at, at > 0) if measured.comparator == "<" else (False, value < at)


@dataclass(frozen=True, slots=True)
class Undecidable:
    """Why a term gives no grade: what it needs."""

    missing: tuple[str, ...]
