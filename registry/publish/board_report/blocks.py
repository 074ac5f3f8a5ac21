"""What a report is made of: sections of words, tables and pictures, told apart from how they look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Rows = Sequence[Sequence[object]]
NOTHING = "\N{EN DASH}"
"""What stands in a cell without a value."""


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph."""

    text: str
    kind: str = "words"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption that says what is counted. The first `texts` columns are words, the others numbers.

    `total` sets the last row apart. `note` stands below: what is left out, and what a word means.
    """

    caption: str
    columns: tuple[str, ...]
    rows: Rows
    note: str = ""
    texts: int = 1
    total: bool = False
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as SVG, with a caption and the same in words, for who does not see it."""

    caption: str
    svg: str
    told: str
    note: str = ""
    kind: str = "picture"


Block = Words | Table | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the report."""

    title: str
    blocks: Sequence[Block]


def shown(value: object) -> str:
    """Write the value of a cell; one that is not there is a dash."""
    return NOTHING if value is None else str(value)


def interval(lower: object, upper: object) -> str:
    """Write an interval; a bound that was not reached is a dash."""
    return NOTHING if lower is None and upper is None else f"{shown(lower)} to {shown(upper)}"


def share(part: int, whole: int) -> str:
    """Write a number out of a number, with its percentage."""
    return f"{part} ({100 * part / whole:.1f} %)" if whole else f"{part}"
