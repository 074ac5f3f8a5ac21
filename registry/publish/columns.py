"""Which columns each file of an extract has: derived from the declarations of the records, never from the data.

Profile `study_days`. A field of a kind that no rule here covers stops the build: a new one is neither leaked nor lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema
from marshmallow import fields as plain

from registry.domain.analyte import FINDINGS
from registry.domain.vocabulary import MISSING_REASONS, VISIT_EVENTS
from registry.schemas import catalogue, fields
from registry.schemas.adverse_events import AdverseEvent, DrugCausality
from registry.schemas.base import MissingReasons
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.consents import Consent
from registry.schemas.doses import Dose
from registry.schemas.laboratory_results import LaboratoryResult
from registry.schemas.participants import ANTIBODIES, Participant
from registry.schemas.severity_changes import SeverityChange
from registry.schemas.visits import FORMS, Visit

PRECISIONS = {"day": "Known to the day", "month": "Known to the month", "year": "Known to the year"}
OLDEST_AGE = 90

LEFT_OUT: Mapping[str, str] = {
    "Participant.birth_year": "given as ages in whole years",
    "Participant.birth_month": "given as ages in whole years",
    "Participant.symptom_onset": "given as an age in whole years with its precision",
    "Participant.diagnosed_on": "given as an age in whole years with its precision",
    "Participant.autoantibodies": "given as one finding for each autoantibody",
    "Visit.event": "stands in every row of a visit",
    "Visit.visited_on": "stands as a study day in every row of a visit",
    "Visit.status": "only complete visits are given",
    "Visit.forms": "given in files of their own",
    "Visit.laboratory_results": "given in a file of their own",
    "Consent.given_by": "tells of the family, not of the disease",
    "Consent.scopes": "everybody in an extract agrees to the uses that its manifest names",
    "AdverseEvent.causality": "given in a file of its own, one row a drug",
    "AdverseEvent.severity_changes": "given in a file of its own, one row a change",
    "AdverseEvent.site_aware_at": "a real moment",
    "AdverseEvent.visit_ids": "names records, which an extract does not identify",
    "AdverseEvent.concomitant_medication_ids": "names records, which an extract does not identify",
    "AdverseEvent.laboratory_results": "names records, which an extract does not identify",
    "AdverseEvent.narrative": "free text, which is never in an extract",
    "confirmations": "hold comments in free text",
    "missing": "given in a file of its own, one row a value",
    "version": "tells of the registry, not of the participant",
    "derived": "given in a file of its own",
    "signatures": "tell of those who signed, not of the participant",
    "recorded_at": "a real moment",
    "changed_at": "a real moment",
    "entered_in_error": "records entered in error are left out",
}
"""Fields that an extract leaves out, of one record or of any, and why; identifiers, free and unlisted text besides."""

KEPT_TEXT = frozenset({"atc", "unit", "standard_unit"})
"""Text that is kept: each was checked against a closed list when it was recorded. Other text is left out."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file, with what the codebook tells of it."""

    name: str
    words: str
    type: str
    unit: str | None = None
    codes: Mapping[Any, str] | None = None
    minimum: Any = None
    maximum: Any = None
    higher: str | None = None
    sdtm: str | None = None
    loinc: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file of an extract, from the view of the same name; `keys` tell the rows of a participant apart, in order."""

    name: str
    words: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def derived(schema: Schema) -> Iterator[Column]:
    """Give the columns of a record's fields, in the order of their declaration."""
    for name, field in schema.dump_fields.items():
        known = LEFT_OUT.keys() & {name, f"{type(schema).__name__}.{name}"}
        if not known and not _is_identifying(name, field):
            yield from _columns_of(name, field)


def _is_identifying(name: str, field: plain.Field[Any]) -> bool:
    if isinstance(field, fields.Id) or field.metadata.get("x-free-text"):
        return True
    return isinstance(field, fields.Text) and name not in KEPT_TEXT


def _columns_of(name: str, field: plain.Field[Any]) -> Iterator[Column]:
    told = _told(name, field)
    if isinstance(field, fields.ListOf) and isinstance(field.inner, fields.Choice):
        yield from _one_a_code(told, field.inner.codes)
    elif isinstance(field, fields.Day | fields.Moment):
        yield _study_day(told)
    elif isinstance(field, fields.PartialDay):
        yield from (_study_day(told), _precision(told))
    elif isinstance(field, fields.ListOf | fields.Part | MissingReasons):
        raise TypeError(f"no rule of the extract covers the field {name}")
    else:
        yield told


def _told(name: str, field: plain.Field[Any]) -> Column:
    said = catalogue.told_field(name, field)
    kind = "0/1" if said["type"] == "boolean" else said["type"]
    kept = {key: said[key] for key in ("unit", "codes", "minimum", "maximum", "higher", "sdtm", "loinc")}
    return Column(name, said["words"] or name, kind, **kept)


def _one_a_code(told: Column, codes: Mapping[str, str]) -> Iterator[Column]:
    for code, words in codes.items():
        yield Column(f"{told.name}_{code}", f"{told.words}: {words}", "0/1", sdtm=told.sdtm)


def _stem(name: str) -> str:
    return name.removesuffix("_on").removesuffix("_at")


def _study_day(told: Column) -> Column:
    words = f"{told.words}: study day, day 1 is the first visit, there is no day 0"
    return Column(
        f"{_stem(told.name)}_day", words, "integer", unit="d", sdtm=told.sdtm and told.sdtm.replace("DTC", "DY")
    )


def _precision(told: Column) -> Column:
    return Column(f"{_stem(told.name)}_precision", f"{told.words}: how precisely it is known", "code", codes=PRECISIONS)


def _whole(name: str, words: str, unit: str | None = None, **kept: Any) -> Column:
    return Column(name, words, "integer", unit=unit, **kept)


def _age(name: str, words: str, sdtm: str | None = None) -> Column:
    return _whole(
        name,
        f"{words}, in whole years, from the year and month of birth",
        "a",
        minimum=0,
        maximum=OLDEST_AGE,
        sdtm=sdtm,
    )


PARTICIPANT = Column("participant", "Pseudonym of the participant, the same in every file", "text")
VISIT_NUMBER = _whole("visit_number", "Number of the visit of this participant, by date", minimum=1)
EVENT = Column("event", "Planned event, or unscheduled", "code", codes=VISIT_EVENTS, sdtm="SV.VISIT")
VISITED = _whole("visited_day", "Study day of the visit", "d", sdtm="SV.SVSTDY")
VISIT = (VISIT_NUMBER, EVENT, VISITED)


def _participant() -> Iterator[Column]:
    yield _age("age_at_first_visit", "Age at the first visit", "DM.AGE")
    yield _age("age_at_onset", "Age at the first symptom")
    yield Column("symptom_onset_precision", "First symptom: how precisely it is known", "code", codes=PRECISIONS)
    yield _age("age_at_diagnosis", "Age at the diagnosis")
    yield Column("diagnosed_precision", "Diagnosis: how precisely it is known", "code", codes=PRECISIONS)
    yield from derived(Participant())
    for code, words in ANTIBODIES.items():
        told = f"{words}: positive in any test, else indeterminate in any, else negative; empty when not tested"
        yield Column(f"autoantibody_{code}", told, "code", codes=FINDINGS, sdtm="IS.ISORRES")


def _missing() -> Iterator[Column]:
    yield Column(
        "form", "Form of the visit, which is the file the value is missing from", "code", codes={f: f for f in FORMS}
    )
    yield Column("field", "Field that has no value, as the form declares it", "text")
    yield Column("reason", "Why there is no value", "code", codes=MISSING_REASONS)


def _number(name: str, words: str) -> Column:
    return _whole(name, f"Number of the {words}", minimum=1)


def _words(schema: type[Schema]) -> str:
    return " ".join((schema.__doc__ or "").split())


def _file(name: str, words: str, columns: Iterable[Column], *keys: str) -> File:
    return File(name, words, (PARTICIPANT, *columns), keys)


def _form(name: str) -> File:
    form = FORMS[name]
    return _file(name, _words(form), (*VISIT, *derived(form())), "visit_number")


CONSENT_NUMBER = _number("consent_number", "consent of this participant, by date")
RESULT_NUMBER = _number("result_number", "result in its visit")
DOSE_NUMBER = _number("dose_number", "dose of this participant, by start")
MEDICATION_NUMBER = _number("medication_number", "medication of this participant, by start")
EVENT_NUMBER = _number("adverse_event_number", "adverse event of this participant, by start")
CHANGE_NUMBER = _number("severity_change_number", "change of severity of this event, in the order recorded")

FILES: tuple[File, ...] = (
    _file("participant", _words(Participant), _participant()),
    _file("consent", "A consent or assent.", (CONSENT_NUMBER, *derived(Consent())), "consent_number"),
    _file("visit", "A complete visit.", (*VISIT, *derived(Visit())), "visit_number"),
    *map(_form, FORMS),
    _file(
        "missing_value", "A value of a form that is missing.", (*VISIT, *_missing()), "visit_number", "form", "field"
    ),
    _file(
        "laboratory_result",
        _words(LaboratoryResult),
        (*VISIT, RESULT_NUMBER, *derived(LaboratoryResult())),
        "visit_number",
        "result_number",
    ),
    _file("dose", _words(Dose), (DOSE_NUMBER, *derived(Dose())), "dose_number"),
    _file(
        "concomitant_medication",
        _words(ConcomitantMedication),
        (MEDICATION_NUMBER, *derived(ConcomitantMedication())),
        "medication_number",
    ),
    _file("adverse_event", _words(AdverseEvent), (EVENT_NUMBER, *derived(AdverseEvent())), "adverse_event_number"),
    _file(
        "severity_change",
        _words(SeverityChange),
        (EVENT_NUMBER, CHANGE_NUMBER, *derived(SeverityChange())),
        "adverse_event_number",
        "severity_change_number",
    ),
    _file(
        "drug_causality",
        _words(DrugCausality),
        (EVENT_NUMBER, *derived(DrugCausality())),
        "adverse_event_number",
        "drug",
    ),
)
"""Every file of an extract, in the order of the manifest."""
