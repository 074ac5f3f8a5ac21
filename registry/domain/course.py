"""One participant's course as the rules see it: the participant, visits, doses and medications, each with its version.

A course is read from the images of records (JSON with exact numbers, nulls left out). Records entered in error are not
in it. A visit without a date is in it only while its own derived values are asked for.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from registry.domain.dates import PartialDate
from registry.domain.rules import Rule

Image = Mapping[str, Any]
T = TypeVar("T")
_NUMBERS = (int, Decimal)
FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Input:
    """A record that a derived value was made from: its kind, id, version, and the fields that were used."""

    record: str
    id: str
    version: int
    fields: tuple[str, ...] = ()

    def with_fields(self, more: tuple[str, ...]) -> "Input":
        """The same record with more of its fields, each once."""
        return Input(self.record, self.id, self.version, tuple(dict.fromkeys((*self.fields, *more))))


class Kept:
    """A kept record by its image."""

    kind = "record"

    def __init__(self, image: Image) -> None:
        self.image = image
        self.id = str(image["id"])
        self.version = int(image["version"])
        self._dates: dict[str, PartialDate | None] = {}

    def used(self, *names: str) -> Input:
        """Name this record, and fields of it, as inputs of a derived value."""
        return Input(self.kind, self.id, self.version, names)

    def number(self, name: str) -> Decimal | None:
        """A number of the record as a Decimal; None where there is none."""
        return exact(self.image.get(name))

    def day(self, name: str) -> date | None:
        """A whole date of the record."""
        text = self.image.get(name)
        return date.fromisoformat(text) if text else None

    def partial(self, name: str) -> PartialDate | None:
        """A date of the record as far as it is known."""
        if name not in self._dates:
            text = self.image.get(name)
            self._dates[name] = PartialDate.parse(text) if text else None
        return self._dates[name]


def exact(value: Any) -> Decimal | None:
    """A JSON number as a Decimal; None for anything else."""
    return Decimal(value) if isinstance(value, _NUMBERS) and not isinstance(value, bool) else None


class Visit(Kept):
    """A visit with its forms and laboratory results."""

    kind = "visit"

    def __init__(self, image: Image) -> None:
        super().__init__(image)
        self._found: dict[object, Any] = {}

    @cached_property
    def on(self) -> date:
        """The day of the visit; ValueError for a draft that has none."""
        day = self.day("visited_on")
        if day is None:
            raise ValueError("the visit has no date")
        return day

    @property
    def event(self) -> str:
        """The planned event, or `unscheduled`."""
        return str(self.image["event"])

    @property
    def complete(self) -> bool:
        """Whether it is complete, not a draft."""
        return bool(self.image["status"] == "complete")

    def form(self, name: str) -> Mapping[str, Any]:
        """The values of a form; empty where it was not filled in."""
        return (self.image.get("forms") or {}).get(name) or {}

    def measured(self, form: str, name: str) -> Decimal | None:
        """A number of a form as a Decimal; None where there is none."""
        return exact(self.form(form).get(name))

    def once(self, what: object, find: Callable[[], T]) -> T:
        """Give what is found in the visit alone, looked for once: several rules ask for the same total."""
        if what not in self._found:
            self._found[what] = find()
        found: T = self._found[what]
        return found

    def results(self, *analytes: str) -> Sequence[Mapping[str, Any]]:
        """The laboratory results of these analytes, or all, in the order submitted."""
        every: Sequence[Mapping[str, Any]] = self.image.get("laboratory_results") or ()
        return [result for result in every if result["analyte"] in analytes] if analytes else every

    def counting(self, analyte: str) -> Mapping[str, Any] | None:
        """The result of an analyte that counts for the visit where there are several with a value: the last collected.

        Rule of ours, version 1: one without a time of collection counts only where none has one; then the last submitted.
        """
        return self._counting.get(analyte)

    @cached_property
    def _counting(self) -> Mapping[str, Mapping[str, Any]]:
        found: dict[str, tuple[int, Mapping[str, Any]]] = {}
        for one in enumerate(self.results()):
            if exact(one[1].get("value")) is not None:
                analyte = one[1]["analyte"]
                found[analyte] = max(found.get(analyte, one), one, key=collected)
        return {analyte: one for analyte, (_, one) in found.items()}


def collected(result: tuple[int, Mapping[str, Any]]) -> tuple[bool, datetime, int]:
    """What orders results of one visit, each with its place: one without a time of collection comes first."""
    position, one = result
    text = one.get("collected_at")
    return bool(text), datetime.fromisoformat(text) if text else FIRST_MOMENT, position


class Dose(Kept):
    """An interval of one JAK inhibitor at one dose, both days included; no end means that it goes on."""

    kind = "dose"

    @cached_property
    def starts(self) -> date:
        return date.fromisoformat(self.image["started_on"])

    @cached_property
    def ends(self) -> date | None:
        return self.day("ended_on")

    def covers(self, on: date) -> bool:
        """Whether the dose is in force on a day."""
        return self.starts <= on and (self.ends is None or on <= self.ends)


class Medication(Kept):
    """An interval of a concomitant medication; its dates are known as far as they are."""

    kind = "concomitant_medication"


class Participant(Kept):
    """The participant."""

    kind = "participant"

    def months_old(self, on: date) -> int:
        """Age in whole months, from the year and month of birth."""
        return (on.year - int(self.image["birth_year"])) * 12 + on.month - int(self.image["birth_month"])


@dataclass(frozen=True)
class Course:
    """A participant's course with the rules in force for its study.

    `visits` have a date, drafts among them, in order of date; `doses` in order of start. `today` bounds what goes on.
    `memory` holds what rules have found already, so that looking back stays cheap.
    """

    participant: Participant
    visits: tuple[Visit, ...]
    doses: tuple[Dose, ...]
    medications: tuple[Medication, ...]
    adverse_events: tuple[Kept, ...]
    rules: Mapping[str, Rule[Any]]
    today: date
    study: Input | None = None
    memory: dict[tuple[str, str], Any] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def complete(self) -> tuple[Visit, ...]:
        """The complete visits: what counts as history."""
        return tuple(visit for visit in self.visits if visit.complete)

    @cached_property
    def day_1(self) -> date | None:
        """Day 1 of the study: the complete visit of week 0, else the first complete one; None where there is none."""
        planned = (visit.on for visit in self.complete if visit.event == "week_0")
        return next(planned, self.complete[0].on if self.complete else None)

    @cached_property
    def baseline(self) -> Visit | None:
        """The baseline: the complete visit of week 0, else the last complete one on or before the first JAK inhibitor dose.

        Rule of ours, version 1; None where there is neither.
        """
        planned = next((visit for visit in self.complete if visit.event == "week_0"), None)
        if planned is not None or not self.doses:
            return planned
        return self.last_visit(self.doses[0].starts)

    def last_visit(self, on: date) -> Visit | None:
        """The last complete visit on or before a day."""
        return next((visit for visit in reversed(self.complete) if visit.on <= on), None)

    def before(self, visit: Visit) -> tuple[Visit, ...]:
        """The complete visits before a visit, by date and then by place in the course."""
        return self.complete[: bisect_left(self.complete, order_of(visit), key=order_of)]

    def until(self, visit: Visit) -> tuple[Visit, ...]:
        """The complete visits before a visit, and the visit itself."""
        return (*self.before(visit), visit)

    def last_number(self, form: str, name: str, visit: Visit) -> tuple[Decimal, Visit] | None:
        """The value of a field at a visit or, where it is not there, at the last visit that has it, with that visit."""
        for one in reversed(self.until(visit)):
            value = one.measured(form, name)
            if value is not None:
                return value, one
        return None

    def remembered(self, what: str, visit: Visit, find: Callable[[], T]) -> T:
        """Give what is found of a visit, looked for once: a rule that looks back asks it of the same visits again."""
        key = (what, visit.id)
        if key not in self.memory:
            self.memory[key] = find()
        found: T = self.memory[key]
        return found

    def dose_on(self, on: date) -> Dose | None:
        """The JAK inhibitor dose in force on a day."""
        return next((dose for dose in self.doses if dose.covers(on)), None)


def order_of(visit: Visit) -> tuple[date, str, str]:
    """What orders the visits of a participant: date, event, id."""
    return visit.on, visit.event, visit.id


def read(images: Mapping[str, Any], rules: Mapping[str, Rule[Any]], today: date) -> Course:
    """Make a course of the images of a participant's records, by kind."""
    study = images.get("study")
    visits = [Visit(image) for image in _in_force(images["visits"]) if image.get("visited_on")]
    return Course(
        participant=Participant(images["participant"]),
        visits=tuple(sorted(visits, key=order_of)),
        doses=tuple(sorted(map(Dose, _in_force(images["doses"])), key=lambda dose: (dose.starts, dose.id))),
        medications=tuple(map(Medication, _in_force(images["concomitant_medications"]))),
        adverse_events=tuple(map(Kept, _in_force(images["adverse_events"]))),
        rules=rules,
        today=today,
        study=Input("study", str(study["id"]), int(study["version"])) if study else None,
    )


def _in_force(images: Iterable[Image]) -> list[Image]:
    """Give the images that count in the order of their ids, whatever order the database gave: the first one found may decide."""
    return sorted((image for image in images if not image.get("entered_in_error")), key=lambda image: str(image["id"]))
