"""What an adverse event happened under: doses and medications in force, the linked visits, and the results around its onset."""

from __future__ import annotations

from registry.domain.analyte import FINDINGS
from registry.domain.circumstances import AROUND_DAYS
from registry.domain.dosing import FORMULATIONS
from registry.domain.medications import ROUTES
from registry.domain.vocabulary import ADHERENCE, COMPARATORS, VISIT_EVENTS, VISIT_STATUSES
from registry.schemas.base import Record
from registry.schemas.concomitant_medications import DOSE_UNITS, FREQUENCIES
from registry.schemas.doses import DRUGS
from registry.schemas.fields import Choice, Day, Exact, Id, ListOf, Moment, Part, PartialDay, Text, Whole, YesNo, about
from registry.schemas.laboratory_results import ANALYTES, LARGEST
from registry.schemas.participants import TREATMENTS

MOST = 2000
OCCASIONS = {"onset": "Onset", "severity_change": "Change of severity"}


def _amount(words: str, unit: str | None = None) -> Exact:
    return Exact(0, str(LARGEST), places=15, metadata=about(words, unit=unit))


class InForce(Record):
    """A record whose interval covers the day, or may."""

    id = Id(required=True, metadata=about("Record"))
    started_on = PartialDay(metadata=about("Start, as far as it is known"))
    ended_on = PartialDay(metadata=about("Last day, as far as it is known; null while it goes on"))
    certainly = YesNo(
        required=True, metadata=about("Whether it covers every day that is meant; else it may have been in force")
    )


class DoseInForce(InForce):
    """A JAK inhibitor at one dose."""

    drug = Choice(DRUGS, required=True, metadata=about("JAK inhibitor"))
    formulation = Choice(FORMULATIONS, metadata=about("Formulation"))
    mg_per_intake = _amount("Dose of one intake", "mg")
    intakes_per_day = _amount("Intakes a day", "/d")
    mg_per_day = _amount("Dose a day", "mg/d")
    mg_per_kg_per_day = _amount("Dose a day for each kilogram of the weight used", "mg/kg/d")


class StudyProductInForce(InForce):
    """Study product of a blinded study that was taken: never which."""

    adherence = Choice(ADHERENCE, metadata=about("Adherence"))


class MedicationInForce(InForce):
    """A concomitant medication."""

    medication = Choice(TREATMENTS, required=True, metadata=about("Medication"))
    dose = _amount("Dose each time")
    dose_unit = Choice(DOSE_UNITS, metadata=about("Unit of the dose, UCUM"))
    frequency = Choice(FREQUENCIES, metadata=about("How often"))
    route = Choice(ROUTES, metadata=about("Route"))
    linked = YesNo(required=True, metadata=about("Whether the event names it"))


class MomentOfEvent(Record):
    """A moment of the event with what was in force."""

    occasion = Choice(OCCASIONS, required=True, metadata=about("Onset, or a change of severity"))
    on = PartialDay(required=True, metadata=about("Day, as far as it is known"))
    grade = Whole(1, 5, metadata=about("Grade from this day on; null at the onset", unit="{grade}"))
    doses = ListOf(Part(DoseInForce), MOST, metadata=about("JAK inhibitors in force"))
    study_product_intakes = ListOf(Part(StudyProductInForce), MOST, metadata=about("Blinded study product taken"))
    concomitant_medications = ListOf(Part(MedicationInForce), MOST, metadata=about("Concomitant medications in force"))


class LinkedVisit(Record):
    """A visit that the event names."""

    id = Id(required=True, metadata=about("Visit"))
    event = Choice(VISIT_EVENTS, required=True, metadata=about("Planned event, or unscheduled"))
    visited_on = Day(metadata=about("Date of the visit"))
    status = Choice(VISIT_STATUSES, required=True, metadata=about("Draft or complete"))
    entered_in_error = YesNo(required=True, metadata=about("The visit was entered in error since"))


class ResultAround(Record):
    """A laboratory result of the days around the onset, of a linked visit, or linked itself."""

    visit_id = Id(required=True, metadata=about("Visit"))
    visited_on = Day(metadata=about("Date of the visit"))
    collected_at = Moment(metadata=about("When the sample was collected"))
    analyte = Choice(ANALYTES, required=True, metadata=about("Analyte"))
    comparator = Choice(COMPARATORS, metadata=about("The true value is below or above the value given (censored)"))
    value = _amount("Value as reported")
    unit = Text(30, metadata=about("Unit as reported, UCUM"))
    finding = Choice(FINDINGS, metadata=about("Qualitative finding"))
    lower_limit = _amount("Lower limit of normal")
    upper_limit = _amount("Upper limit of normal")
    linked = YesNo(required=True, metadata=about("Whether the event names it"))


class Circumstances(Record):
    """What an adverse event happened under, computed from the records as they stand."""

    adverse_event_id = Id(required=True, metadata=about("Adverse event"))
    event_version = Whole(1, 2**31 - 1, required=True, metadata=about("Version of the event that was looked at"))
    moments = ListOf(Part(MomentOfEvent), MOST, required=True, metadata=about("The onset and each change of severity"))
    visits = ListOf(Part(LinkedVisit), MOST, required=True, metadata=about("Visits that the event names"))
    laboratory_results = ListOf(
        Part(ResultAround),
        MOST,
        required=True,
        metadata=about(f"Results linked, of linked visits, and of visits within {AROUND_DAYS} days of the onset"),
    )
