"""What the safety of a whole study is counted from: its people with exposure, adverse events and follow-up up to a moment.

Which days and events count are rules of ours where no source says more; each is a named constant with its certainty, and
every answer tells them. Both the first and the last day of an interval count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from registry.domain.dates import PartialDate
from registry.domain.expedited_reporting import Classification
from registry.domain.rules import Rule, constant

ANY_DRUG = "any_drug"
STUDY_PRODUCT = "study_product"
UNKNOWN = "unknown"
_OURS = "Rule of this registry"
_DILI = "FDA guidance for industry 2009, drug-induced liver injury: premarketing clinical evaluation"
DAY = timedelta(days=1)
AGE_GROUPS: Mapping[str, int] = MappingProxyType({"0-5": 0, "6-11": 6, "12-17": 12, "18+": 18})
"""The completed years at which each age group begins: ours [MEM 60%]; adolescents from 12 as in ICH E11 [MEM 95%]."""
Days = tuple[date, date]
"""A range of days, both included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """The definitions of the figures over a study."""

    days_per_year: Decimal = constant("Days of a patient-year", Decimal("365.25"), source=_OURS, certainty=90)
    risk_window_days: int = constant(
        "Days after the last day of a drug in which an event still counts to it",
        30,
        source=_OURS,
        certainty=60,
        high=3650,
    )
    bridged_gap_days: int = constant(
        "Days without a drug, at most, that do not end the time on it", 30, source=_OURS, certainty=60, high=3650
    )
    birth_day: int = constant(
        "Day of the month of birth, which is not recorded", 15, source=_OURS, certainty=90, low=1, high=28
    )
    transaminase_multiple: Decimal = constant(
        "Multiple of the upper limit of normal that a peak of ALT or AST lies above",
        Decimal(3),
        source=_DILI,
        certainty=95,
    )
    bilirubin_multiple: Decimal = constant(
        "Multiple of the upper limit of normal that a peak of total bilirubin lies above",
        Decimal(2),
        source=_DILI,
        certainty=95,
    )


SIGNALS = Rule(
    id="study-safety",
    title="Exposure, incidence and signals over a study",
    unit="a",
    version="1",
    source=_OURS,
    certainty=60,
    constants=Constants(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A drug at one dose from its first to its last day, cut where follow-up ends; `ongoing` where it is not over then."""

    drug: str
    days: Days
    ongoing: bool
    band: str = UNKNOWN
    reason: str = UNKNOWN
    mg_per_day: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """What an event was coded with; None while it is to be coded."""

    term: str | None = None
    system_organ_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An adverse event with what was made of it; `images` of its record and of the sponsor's assessment."""

    image: Mapping[str, Any]
    classification: Classification
    coded: Coded = Coded()
    topics: tuple[str, ...] = ()
    assessment: Mapping[str, Any] | None = None
    clocks: tuple[Mapping[str, Any], ...] = ()

    @property
    def id(self) -> str:
        return str(self.image["id"])

    @property
    def onset(self) -> PartialDate:
        """Onset, as far as it is known."""
        return PartialDate.parse(self.image["started_on"])

    @property
    def fatal(self) -> bool:
        return bool(self.image.get("outcome") == "fatal")

    @property
    def term(self) -> str | None:
        """The coded term, else that of the CTCAE; never the reporter's own words."""
        return self.coded.term or self.image.get("ctcae_term")

    def begins_in(self, ranges: Iterable[Days]) -> date | None:
        """Give the first day within the ranges that the onset may mean; None where it means none of them."""
        earliest, latest = self.onset.earliest, self.onset.latest
        return next((max(earliest, first) for first, last in ranges if first <= latest and earliest <= last), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A participant up to the moment: `until` is the last day that counts, `ended_by` what ended it before the cut.

    `left_by_death`: the enrolment ended with this reason, whether or not there is a fatal event.
    """

    id: str
    code: str
    site_id: str
    sex: str
    born: date
    cut_day: date
    until: date
    ended_by: str | None = None
    left_by_death: bool = False
    intervals: tuple[Interval, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def died(self) -> bool:
        """Whether a fatal event or the enrolment says so, whatever ended follow-up."""
        return self.left_by_death or any(event.fatal for event in self.events)

    def of_drug(self, drug: str) -> tuple[Interval, ...]:
        """Give the intervals of a drug, or of any, in order of their first day."""
        return tuple(one for one in self.intervals if drug in (one.drug, ANY_DRUG))

    def exposed(self, drug: str) -> tuple[Days, ...]:
        """Give the days on a drug as ranges that do not touch."""
        return united(one.days for one in self.of_drug(drug))

    def at_risk(self, drug: str, window: int) -> tuple[Days, ...]:
        """Give the days on a drug and so many after each stop, up to the last day that counts."""
        wider = ((first, min(last + window * DAY, self.until)) for first, last in self.exposed(drug))
        return united(wider)

    def age_on(self, day: date) -> int:
        """Age in completed years."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySafety:
    """All people of a study that may be seen, as they stood at a moment, with the rules that hold."""

    study_id: str
    as_of: datetime
    people: tuple[Person, ...]
    rules: Mapping[str, Rule[Any]]
    definitions: Constants = field(default_factory=lambda: SIGNALS.constants)
    protocol: Mapping[str, Any] | None = None

    @property
    def drugs(self) -> tuple[str, ...]:
        """Every drug that anybody was given."""
        return tuple(sorted({one.drug for person in self.people for one in person.intervals}))


def united(ranges: Iterable[Days]) -> tuple[Days, ...]:
    """Unite ranges of days that overlap or follow each other, in order; what ends before it begins is none."""
    found: list[Days] = []
    for first, last in sorted(one for one in ranges if one[0] <= one[1]):
        if found and first <= found[-1][1] + DAY:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)


def count_of(ranges: Iterable[Days]) -> int:
    """Count the days of ranges that do not overlap."""
    return sum((last - first).days + 1 for first, last in ranges)


def patient_years(days: int, definitions: Constants) -> Decimal:
    """Give days as patient-years, exact to the digits of Decimal."""
    return Decimal(days) / definitions.days_per_year


def told(definitions: Constants) -> list[dict[str, Any]]:
    """Tell the definitions in force, with their words, source and certainty."""
    return [
        {"name": one.name, "value": _plain(getattr(definitions, one.name)), **_words(one.metadata)}
        for one in fields(definitions)
    ]


def _plain(value: Any) -> str:
    """Give a definition as text: a number, or names with numbers."""
    return ", ".join(f"{name}: {one}" for name, one in value.items()) if isinstance(value, Mapping) else str(value)


def _words(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {name: metadata[name] for name in ("words", "source", "certainty")}
