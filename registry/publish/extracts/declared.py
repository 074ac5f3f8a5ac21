"""How a declared field becomes columns of an extract, each with the one action that is said beside the field.

A field that does not say what an extract does to it, or whose kind no rule here covers, stops the build: a new one is neither
leaked nor lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any

from marshmallow import Schema
from marshmallow import fields as plain

from registry.domain.deidentification import Action
from registry.schemas import catalogue, fields
from registry.schemas.base import MissingReasons
from registry.schemas.participants import Participant
from registry.schemas.sites import Site

PRECISIONS = {"day": "Known to the day", "month": "Known to the month", "year": "Known to the year"}
OLDEST_AGE = 90
DAY, PRECISION, MIDDLE_DAY = "_day", "_precision", "_middle_day"
"""How the columns of a date end: its study day, how precisely it is known, and the study day of the middle of what is known."""
STUDY_DAY = ": study day, day 1 is the visit of week 0, else the first, there is no day 0"
MIDDLE_OF_WHAT_IS_KNOWN = ": study day of the middle of what is known, of a whole date its own"
WHOLE_YEARS = ", in whole years, from the year and month of birth"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file as it is staged, with the one action that a profile applies to it, and what the codebook tells.

    `group` names other columns of the row that divide its values: only those of one analyte and unit are compared. `quasi` is
    whether somebody outside may know it of a participant; `inside` whether it never leaves the study team, and `inside_where`
    in the rows where another column has one of these values. `told_with` names columns that it would tell: where they are
    left blank, so is it. `over_course` is whether it is judged over all visits of a participant: it does not leave where not all of
    them do. `source` is where it is defined, where that is said of no field.
    """

    name: str
    words: str
    type: str
    action: Action
    _: KW_ONLY
    group: tuple[str, ...] = ()
    quasi: bool = False
    inside: bool = False
    inside_where: tuple[str, tuple[str, ...]] | None = None
    told_with: tuple[str, ...] = ()
    over_course: bool = False
    source: str | None = None
    unit: str | None = None
    codes: Mapping[Any, str] | None = None
    minimum: Any = None
    maximum: Any = None
    higher: str | None = None
    sdtm: str | None = None
    loinc: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file of an extract, from the view of the same name; `keys` tell the rows of a participant apart, in order.

    `tells` is what every row of it tells besides its columns: that there is a dose tells of the treatment.
    """

    name: str
    words: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    tells: Action = Action.KEEP

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns, the participant first."""
        return tuple(column.name for column in self.columns)

    @property
    def staged(self) -> tuple[str, ...]:
        """What is read from its view beside the participant: the site by its identifier, and the middle of partial dates."""
        read = ("site_id" if name == SITE.name else name for name in self.names[1:])
        stems = [name.removesuffix(DAY) for name in self.names if name.endswith(DAY)]
        return (*read, *(f"{stem}{MIDDLE_DAY}" for stem in stems if f"{stem}{PRECISION}" in self.names))


def derived(schema: Schema) -> Iterator[Column]:
    """Give the columns of a record's fields, in the order of their declaration.

    Raises:
        TypeError: a field does not say what an extract does to it, or no rule covers its kind.
    """
    for name, field in schema.dump_fields.items():
        record = f"{type(schema).__name__}.{name}"
        action = catalogue.action_of(field)
        if action is None:
            raise TypeError(f"the field {record} does not say what an extract does to it: about(..., deidentify=)")
        if action in (Action.AGE, Action.RECODE):
            yield from _given(record)
        elif action is not Action.REMOVE:
            yield from _columns_of(record, _told(name, field), field)


def _given(record: str) -> tuple[Column, ...]:
    if record not in GIVEN:
        raise TypeError(f"no column says how the field {record} is given in an extract")
    return GIVEN[record]


def _columns_of(record: str, told: Column, field: plain.Field[Any]) -> Iterator[Column]:
    if isinstance(field, fields.Day | fields.Moment | fields.PartialDay) != (told.action is Action.DATE):
        raise TypeError(f"a date is given as a date, and nothing else is: {record}")
    if isinstance(field, fields.ListOf) and isinstance(field.inner, fields.Choice):
        yield from _one_a_code(told, field.inner.codes)
    elif isinstance(field, fields.Day | fields.Moment):
        yield _study_day(told)
    elif isinstance(field, fields.PartialDay):
        yield from (_study_day(told), _precision(told))
    elif isinstance(field, fields.ListOf | fields.Part | MissingReasons):
        raise TypeError(f"no rule of the extract covers the field {record}")
    else:
        yield told


def _told(name: str, field: plain.Field[Any]) -> Column:
    said = catalogue.told_field(name, field)
    kind = "0/1" if said["type"] == "boolean" else said["type"]
    kept = {key: said[key] for key in ("unit", "codes", "minimum", "maximum", "higher", "sdtm", "loinc")}
    beside = {
        key: field.metadata[key]
        for key in ("group", "quasi", "inside", "inside_where", "told_with")
        if key in field.metadata
    }
    return Column(name, said["words"] or name, kind, said["deidentify"], **kept, **beside)


def _one_a_code(told: Column, codes: Mapping[str, str]) -> Iterator[Column]:
    for code, words in codes.items():
        yield replace(told, name=f"{told.name}_{code}", words=f"{told.words}: {words}", type="0/1", codes=None)


def _stem(name: str) -> str:
    return name.removesuffix("_on").removesuffix("_at")


def _study_day(told: Column) -> Column:
    sdtm = told.sdtm and told.sdtm.replace("DTC", "DY")
    return replace(
        told, name=f"{_stem(told.name)}{DAY}", words=f"{told.words}{STUDY_DAY}", type="integer", unit="d", sdtm=sdtm
    )


def _precision(told: Column) -> Column:
    name, words = f"{_stem(told.name)}{PRECISION}", f"{told.words}: how precisely it is known"
    return Column(name, words, "code", Action.KEEP, codes=PRECISIONS, inside=told.inside)


def whole(name: str, words: str, action: Action = Action.KEEP, **said: Any) -> Column:
    """Make a column of whole numbers."""
    return Column(name, words, "integer", action, **said)


def _age(name: str, words: str, **said: Any) -> Column:
    return whole(name, f"{words}{WHOLE_YEARS}", Action.AGE, unit="a", minimum=0, maximum=OLDEST_AGE, **said)


def kept(schema: type[Schema], name: str) -> Column:
    """Give the column of one field, before any rule of its kind."""
    return _told(name, schema().fields[name])


PARTICIPANT = Column("participant", "Pseudonym of the participant, the same in every file", "text", Action.RECODE)
SITE = Column("site", "Pseudonym of the site that treats the participant", "text", Action.RECODE, sdtm="DM.SITEID")
COUNTRY = replace(kept(Site, "country"), words="Country of the site, or the region that it lies in")
AGE_AT_FIRST_VISIT = _age("age_at_first_visit", "Age at the first visit", quasi=True, sdtm="DM.AGE")
GIVEN: Mapping[str, tuple[Column, ...]] = {
    "Participant.site_id": (SITE, COUNTRY),
    "Participant.birth_year": (AGE_AT_FIRST_VISIT,),
    "Participant.birth_month": (),
    "Participant.symptom_onset": (
        _age("age_at_onset", "Age at the first symptom", inside=True),
        replace(_precision(kept(Participant, "symptom_onset")), inside=True),
    ),
    "Participant.diagnosed_on": (
        _age("age_at_diagnosis", "Age at the diagnosis", inside=True),
        replace(_precision(kept(Participant, "diagnosed_on")), inside=True),
    ),
}
"""The columns in which fields are given that are recoded or told as ages."""
