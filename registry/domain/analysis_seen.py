"""A visit as an analysis sees it: the visit with what the rules derived of it, and measures that are such values."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from registry.domain.analysis_measures import Measure, cited
from registry.domain.course import Course, Visit, exact
from registry.domain.deidentification import Action
from registry.domain.derived import Derived
from registry.domain.rulebook import RULEBOOK
from registry.domain.rules import Result


class Seen:
    """A complete visit of a course with what was derived of it."""

    def __init__(self, course: Course, visit: Visit, derived: Iterable[Derived]) -> None:
        self.course, self.visit, self.derived = course, visit, tuple(derived)
        self._by_rule: dict[str, list[Result]] = {}
        for one in self.derived:
            self._by_rule.setdefault(one.result.rule.id, []).append(one.result)

    def results(self, rule: str) -> list[Result]:
        """Give what a rule derived."""
        return self._by_rule.get(rule, [])

    def value(self, rule: str) -> Decimal | None:
        """Give the value of a rule that gives one at most."""
        return next((result.value for result in self.results(rule)), None)

    def category(self, rule: str) -> str | None:
        """Give the category of a rule that gives one at most."""
        return next((result.category for result in self.results(rule)), None)

    def detail(self, rule: str, name: str) -> Any:
        """Give a detail of a rule that gives one result at most."""
        return next((getattr(result.details, name, None) for result in self.results(rule)), None)

    def of_result(self, rule: str, number: int) -> Result | None:
        """Give what a rule derived of the laboratory result with this place in the visit."""
        return next((one for one in self.results(rule) if getattr(one.details, "result_number", 0) == number), None)

    def counting(self, analyte: str) -> int | None:
        """Give the place, from 1, of the result of an analyte that counts for the visit."""
        kept = self.visit.counting(analyte)
        return next((number for number, one in enumerate(self.visit.results(), 1) if one is kept), None)


def words_of(rule: str, words: str = "") -> str:
    """Give the words of a measure that a rule derives: its title unless others are said, and its version."""
    return f"{words or RULEBOOK[rule].title} {cited(rule)}"


def number(rule: str, name: str = "", action: Action = Action.NUMBER, **said: Any) -> Measure[Seen]:
    """Give the value of a rule as a measure."""
    return Measure(
        name=name or rule.replace("-", "_"),
        words=words_of(rule),
        type="decimal",
        read=lambda seen: seen.value(rule),
        action=action,
        unit=RULEBOOK[rule].unit,
        source=RULEBOOK[rule].source,
        **said,
    )


def code(rule: str, name: str = "", action: Action = Action.CODE, words: str = "") -> Measure[Seen]:
    """Give the category of a rule as a measure."""
    return Measure(
        name=name or rule.replace("-", "_"),
        words=words_of(rule, words),
        type="code",
        read=lambda seen: seen.category(rule),
        action=action,
        codes=RULEBOOK[rule].categories,
        source=RULEBOOK[rule].source,
    )


def detail(rule: str, detail: str, name: str, words: str, unit: str | None) -> Measure[Seen]:
    """Give a number among the details of a rule as a measure."""
    return Measure(
        name=name,
        words=words_of(rule, words),
        type="decimal",
        read=lambda seen: exact(seen.detail(rule, detail)),
        action=Action.NUMBER,
        unit=unit,
        source=RULEBOOK[rule].source,
        inside=True,
    )
