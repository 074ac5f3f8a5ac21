"""Laboratory alerts as work: their kinds, how urgent they are, their states, and what is to be written to keep them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from registry.domain.course import exact
from registry.domain.laboratory_values import in_unit
from registry.domain.transitions import States, Transition

KINDS: Mapping[str, str] = {
    "hold": "A cell count or haemoglobin at which a JAK inhibitor is not begun, or is interrupted",
    "grade": "A CTCAE grade to be looked at, worse than at baseline",
    "shift": "A rise of the CTCAE grade from baseline",
    "enzyme_signal": "A rise of a muscle enzyme without loss of strength or rise of disease activity",
    "renal": "A low glomerular filtration rate, or one that fell from baseline",
    "virus": "BK virus was found",
    "growth": "Slow growth, or a fall of height for age from baseline",
    "trend": "Three results in a row that move towards harm",
}
LABORATORY_ALERT = States(
    title="Laboratory alert",
    words={
        "open": "Waits for somebody to look at it",
        "acknowledged": "Somebody has looked at it and said what follows; it stays",
        "resolved": "What is recorded now asks for it no more: the visit was corrected or marked as entered in error",
    },
    first="open",
    transitions=(
        Transition("acknowledge", ("open",), "acknowledged", "acknowledged, with a comment"),
        Transition("resolve", ("open",), "resolved", "asked for no more, after a correction"),
    ),
)
AT_ONCE, SOON, WATCH = 1, 2, 3
URGENCIES: Mapping[int, str] = {AT_ONCE: "at once", SOON: "soon", WATCH: "to be watched"}
LIFE_THREATENING, SEVERE = 4, 3
PLACES = Decimal("0.000001")
"""What was measured is kept to as many places as the value of a result."""
AGAIN_PERCENT = Decimal(10)
"""By how much a value is worse than the one acknowledged, in percent of it, that is looked at again: ours, version 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What a rule asks a person to look at: about one analyte, or about growth, at one visit.

    `measured` is what the rule looked at, in `unit`; `grade` is the CTCAE grade of the result where there is one;
    `worse_when` is 1 where a higher value is worse, -1 where a lower one is.
    """

    kind: str
    rule: str
    rule_version: str
    analyte: str | None = None
    result_number: int | None = None
    grade: int | None = None
    measured: Decimal | None = None
    unit: str | None = None
    worse_when: int = 0

    @property
    def about(self) -> tuple[str, str | None]:
        """What it is about at its visit: one alert waits for each."""
        return self.kind, self.analyte

    @property
    def urgency(self) -> int:
        """How urgent it is: ours, version 1. A hold and a life-threatening grade come before all else."""
        if self.kind == "hold" or (self.grade or 0) >= LIFE_THREATENING:
            return AT_ONCE
        severe = self.kind == "grade" and (self.grade or 0) >= SEVERE
        return SOON if severe or self.kind in ("shift", "enzyme_signal", "renal", "virus") else WATCH

    def values(self) -> dict[str, Any]:
        """Give it as it is kept."""
        measured = None if self.measured is None else (self.measured.quantize(PLACES).normalize() + 0)
        whole = asdict(self) | {"measured": measured, "urgency": self.urgency}
        return {name: whole[name] for name in VALUES}

    def worse_than(self, other: Alert) -> bool:
        """Whether it asks about a higher grade than another about the same thing, or about a worse value of that grade."""
        grades = self.grade or 0, other.grade or 0
        if grades[0] != grades[1] or other.measured is None:
            return grades[0] > grades[1] or (grades[0] == grades[1] and self.measured is not None)
        return (self._harm(other.measured, other.unit) or 0) > 0

    def asks_again(self, acknowledged: Kept) -> bool:
        """Whether the grade is higher, or the value much worse, than that of an alert that was acknowledged."""
        if (self.grade or 0) > (acknowledged.get("grade") or 0):
            return True
        before = exact(acknowledged.get("measured"))
        harm = None if before is None else self._harm(before, acknowledged.get("unit"))
        return before is not None and harm is not None and harm * 100 > AGAIN_PERCENT * abs(before)

    def _harm(self, before: Decimal, unit: str | None) -> Decimal | None:
        """How much worse the value is than one in a unit; None where the two do not compare."""
        now = self.measured
        if unit != self.unit:
            reported = {"analyte": self.analyte, "value": now, "unit": self.unit}
            now = in_unit(reported, unit) if unit and self.analyte else None
        return None if now is None else (now - before) * self.worse_when


VALUES = (*(name for name in Alert.__dataclass_fields__ if name != "worse_when"), "urgency")
"""What is kept of what a rule asks."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the rules ask for at a visit; `unknown` are the kinds whose rule failed, of which nothing is ended."""

    visit_id: str
    alerts: tuple[Alert, ...] = ()
    unknown: frozenset[str] = frozenset()

    @property
    def each_once(self) -> Mapping[tuple[str, str | None], Alert]:
        """The alerts, of those about the same thing the one of the highest grade, else of the worst value, else the first."""
        found: dict[tuple[str, str | None], Alert] = {}
        for alert in self.alerts:
            known = found.get(alert.about)
            if known is None or alert.worse_than(known):
                found[alert.about] = alert
        return found


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be written: alerts to raise (with `visit_id`), to bring up to date and to resolve (with `id`)."""

    raised: tuple[dict[str, Any], ...] = ()
    updated: tuple[dict[str, Any], ...] = ()

    def __add__(self, other: Changes) -> Changes:
        return Changes(self.raised + other.raised, self.updated + other.updated)


Kept = Mapping[str, Any]


def changes(wanted: Wanted, kept: Sequence[Kept]) -> Changes:
    """Give what is to be written so that the alerts of a visit are as they are asked for.

    `kept` are the images of its alerts. One that was acknowledged stays as it was, and is raised anew only where the grade
    is higher, or the value much worse, than whatever was acknowledged.
    """
    waiting = {_about(one): one for one in kept if one["status"] == "open"}
    seen = [one for one in kept if one["status"] == "acknowledged"]
    asked = {
        about: alert
        for about, alert in wanted.each_once.items()
        if all(alert.asks_again(one) for one in seen if _about(one) == about)
    }
    raised = [
        {"visit_id": wanted.visit_id, "status": LABORATORY_ALERT.first, **alert.values()}
        for about, alert in asked.items()
        if about not in waiting
    ]
    return Changes(tuple(raised), (*_updated(asked, waiting), *_resolved(asked, waiting, wanted.unknown)))


About = tuple[str, str | None]


def _about(one: Kept) -> About:
    return one["kind"], one.get("analyte")


def _updated(asked: Mapping[About, Alert], waiting: Mapping[About, Kept]) -> list[dict[str, Any]]:
    """Give what has changed of those that wait, whole."""
    found = [(waiting[about], alert.values()) for about, alert in asked.items() if about in waiting]
    return [
        {"id": one["id"], "status": one["status"], **values}
        for one, values in found
        if any(one.get(name) != value for name, value in values.items())
    ]


def _resolved(
    asked: Mapping[About, Alert], waiting: Mapping[About, Kept], unknown: Collection[str]
) -> list[dict[str, Any]]:
    """Give those that wait and are asked for no more, as they were, resolved; not those whose rule failed."""
    return [
        {
            "id": one["id"],
            **{name: one.get(name) for name in VALUES},
            "status": LABORATORY_ALERT.after("open", "resolve"),
        }
        for about, one in waiting.items()
        if about not in asked and about[0] not in unknown
    ]
