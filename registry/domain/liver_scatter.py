"""Who may have a liver injury by the drug: of each participant the peak of ALT or AST beside that of total bilirubin.

Both are multiples of the upper limit of normal that the laboratory gave, over the days at risk of any drug. The four fields
are those of the usual plot for a drug's potential for liver injury (eDISH): FDA guidance 2009 [MEM 95%]. In myositis a raised
AST or ALT may come from muscle: a point says nothing of the cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from registry.domain.course import Course, exact
from registry.domain.derivations.laboratory import numbered
from registry.domain.study_safety import ANY_DRUG, Constants, Days, Person

TRANSAMINASES = ("ALT", "AST")
BILIRUBIN = "BILI"
ANALYTES = frozenset({*TRANSAMINASES, BILIRUBIN})
PLACES = Decimal("0.01")
Quadrant = Literal["normal_or_near", "hyperbilirubinaemia", "temple_corollary", "hys_law_range"]
QUADRANTS: Mapping[str, str] = {
    "normal_or_near": "Neither peak above its cut-off",
    "hyperbilirubinaemia": "Bilirubin alone above its cut-off",
    "temple_corollary": "ALT or AST alone above its cut-off",
    "hys_law_range": "Both above their cut-offs: the range of Hy's law, where other causes have to be excluded",
}


@dataclass(frozen=True, slots=True, order=True)
class Peak:
    """The highest multiple of the upper limit of normal; a censored one is a bound."""

    multiple: Decimal
    analyte: str
    censored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A participant's peaks, unrounded, and the field they lie in; it tells not whose they are."""

    transaminase: Peak
    bilirubin: Peak
    quadrant: Quadrant


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """Every participant who has both peaks, by height, and how many lack one, or only lack a limit of normal."""

    points: tuple[Point, ...]
    no_transaminase: int
    no_bilirubin: int
    without_limit: int


def scatter(people: Iterable[tuple[Person, Course]], definitions: Constants) -> Scatter:
    """Place everybody who was exposed and has a result of the liver while at risk."""
    found: list[Point] = []
    lacking = {"no_transaminase": 0, "no_bilirubin": 0, "without_limit": 0}
    for person, course in people:
        ranges = person.at_risk(ANY_DRUG, definitions.risk_window_days)
        measured = list(_measured(course, ranges))
        peaks = [peak for peak in measured if peak is not None]
        transaminase = max((peak for peak in peaks if peak.analyte in TRANSAMINASES), default=None)
        bilirubin = max((peak for peak in peaks if peak.analyte == BILIRUBIN), default=None)
        if transaminase and bilirubin:
            quadrant = quadrant_of(transaminase.multiple, bilirubin.multiple, definitions)
            found.append(Point(transaminase=transaminase, bilirubin=bilirubin, quadrant=quadrant))
        lacking["no_transaminase"] += bool(measured) and transaminase is None
        lacking["no_bilirubin"] += bool(measured) and bilirubin is None
        lacking["without_limit"] += None in measured
    return Scatter(points=tuple(sorted(found, key=lambda one: (one.transaminase, one.bilirubin))), **lacking)


def quadrant_of(transaminase: Decimal, bilirubin: Decimal, definitions: Constants) -> Quadrant:
    """Give the field of two multiples; what lies on a cut-off is not above it."""
    high = transaminase > definitions.transaminase_multiple
    if bilirubin > definitions.bilirubin_multiple:
        return "hys_law_range" if high else "hyperbilirubinaemia"
    return "temple_corollary" if high else "normal_or_near"


def told(peak: Peak) -> Decimal:
    """Give a multiple as it is told."""
    return peak.multiple.quantize(PLACES, ROUND_HALF_EVEN)


def _measured(course: Course, ranges: tuple[Days, ...]) -> Iterator[Peak | None]:
    """Give each result of the liver within ranges of days as a multiple; None for one without a limit of normal."""
    for visit in course.complete:
        if any(first <= visit.on <= last for first, last in ranges):
            for _, result in numbered(visit):
                value, limit = exact(result.get("value")), exact(result.get("upper_limit"))
                if result["analyte"] in ANALYTES and value is not None:
                    yield Peak(value / limit, result["analyte"], bool(result.get("comparator"))) if limit else None
