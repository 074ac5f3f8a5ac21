"""The files of an extract with their columns, as they are staged: from the declarations of the records, never from the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from marshmallow import Schema

from registry.domain.analyte import FINDINGS
from registry.domain.deidentification import Action
from registry.domain.vocabulary import MISSING_REASONS, VISIT_EVENTS
from registry.publish.extracts.declared import PARTICIPANT, SITE, STUDY_DAY, Column, File, derived, kept, whole
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.allocations import Allocation
from registry.schemas.codings import Coding
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.consents import Consent
from registry.schemas.dictionaries import Dictionary
from registry.schemas.doses import Dose
from registry.schemas.drug_causality import DrugCausality
from registry.schemas.laboratory_results import LaboratoryResult
from registry.schemas.participants import ANTIBODIES, AutoantibodyTest, Participant
from registry.schemas.severity_changes import SeverityChange
from registry.schemas.visits import FORMS, Visit

__all__ = [
    "ARM", "EVENT", "FILES", "PARTICIPANT", "SITE", "VISIT", "VISITED", "VISIT_NUMBER",
    "Column", "File",
]  # fmt: skip

VISIT_NUMBER = whole("visit_number", "Number of the visit of this participant, by date", minimum=1)
EVENT = Column("event", "Planned event, or unscheduled", "code", Action.KEEP, codes=VISIT_EVENTS, sdtm="SV.VISIT")
VISITED = whole("visited_day", f"Visit{STUDY_DAY}", Action.DATE, unit="d", sdtm="SV.SVSTDY")
VISIT = (VISIT_NUMBER, EVENT, VISITED)
ARM = Column("arm", "Code of the arm", "text", Action.ARM, sdtm="DM.ARMCD")


def _participant() -> Iterator[Column]:
    yield from derived(Participant())
    finding = kept(AutoantibodyTest, "finding")
    for code, words in ANTIBODIES.items():
        told = f"{words}: positive in any test, else indeterminate in any, else negative; empty when not tested"
        yield replace(finding, name=f"autoantibody_{code}", words=told, codes=FINDINGS)


def _missing() -> Iterator[Column]:
    words, forms = "Form of the visit, which is the file the value is missing from", {form: form for form in FORMS}
    yield Column("form", words, "code", Action.KEEP, codes=forms)
    yield Column("field", "Field that has no value, as the form declares it", "text", Action.CODE, group=("form",))
    yield Column("reason", "Why there is no value", "code", Action.CODE, codes=MISSING_REASONS)


def _adverse_event() -> Iterator[Column]:
    """Give the columns of an adverse event, then those of the term that it is coded as."""
    yield from derived(AdverseEvent())
    term = "Preferred term of the event, or the term of a dictionary without; empty until it is coded"
    yield replace(kept(Coding, "preferred_term"), words=term, sdtm="AE.AEDECOD")
    yield replace(kept(Coding, "system_organ_class"), words="System organ class of the term", sdtm="AE.AEBODSYS")
    yield replace(kept(Dictionary, "name"), name="dictionary", words="Dictionary that the event is coded with")
    yield replace(kept(Dictionary, "edition"), name="dictionary_version")


def _number(name: str, words: str) -> Column:
    return whole(name, f"Number of the {words}", minimum=1)


def _words(schema: type[Schema]) -> str:
    return " ".join((schema.__doc__ or "").split())


def _file(name: str, words: str, columns: Iterable[Column], *keys: str, tells: Action = Action.KEEP) -> File:
    return File(name, words, (PARTICIPANT, *columns), keys, tells)


def _form(name: str) -> File:
    form = FORMS[name]
    return _file(name, _words(form), (*VISIT, *derived(form())), "visit_number")


CONSENT_NUMBER = _number("consent_number", "consent of this participant, by date")
RESULT_NUMBER = _number("result_number", "result in its visit")
DOSE_NUMBER = _number("dose_number", "dose of this participant, by start")
MEDICATION_NUMBER = _number("medication_number", "medication of this participant, by start")
EVENT_NUMBER = _number("adverse_event_number", "adverse event of this participant, by start")
SUSPECT_NUMBER = _number("drug_causality_number", "drug that may have caused this event, in the order recorded")
CHANGE_NUMBER = _number("severity_change_number", "change of severity of this event, in the order recorded")

FILES: tuple[File, ...] = (
    _file("participant", _words(Participant), _participant()),
    _file("consent", "A consent or assent.", (CONSENT_NUMBER, *derived(Consent())), "consent_number"),
    _file("allocation", _words(Allocation), (ARM, *derived(Allocation())), tells=Action.ARM),
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
    _file("dose", _words(Dose), (DOSE_NUMBER, *derived(Dose())), "dose_number", tells=Action.TREATMENT),
    _file(
        "concomitant_medication",
        _words(ConcomitantMedication),
        (MEDICATION_NUMBER, *derived(ConcomitantMedication())),
        "medication_number",
    ),
    _file("adverse_event", _words(AdverseEvent), (EVENT_NUMBER, *_adverse_event()), "adverse_event_number"),
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
        (EVENT_NUMBER, SUSPECT_NUMBER, *derived(DrugCausality())),
        "adverse_event_number",
        "drug_causality_number",
        tells=Action.TREATMENT,
    ),
)
"""Every file that is read from a view, in the order of the manifest."""
