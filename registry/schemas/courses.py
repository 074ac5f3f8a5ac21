"""A participant's course as a time line: the visits by date with what was in force, measured and derived, and intervals."""

from __future__ import annotations

from registry.domain.dosing import FORMULATIONS
from registry.domain.medications import ROUTES
from registry.domain.time_line import GROWTH, RESPONSES, SCORES
from registry.domain.vocabulary import (
    COMPARATORS,
    DOSE_REASONS,
    OUTCOMES,
    SEX_AT_BIRTH,
    SPECIAL_INTEREST,
    VISIT_EVENTS,
    VISIT_STATUSES,
)
from registry.schemas.base import Record
from registry.schemas.concomitant_medications import DOSE_UNITS, FREQUENCIES
from registry.schemas.doses import DRUGS
from registry.schemas.fields import (
    LATEST_VERSION,
    Choice,
    Day,
    Exact,
    Id,
    ListOf,
    Part,
    PartialDay,
    Text,
    Whole,
    YesNo,
    about,
)
from registry.schemas.participants import ANTIBODIES, TREATMENTS
from registry.schemas.results import LARGEST, LONGEST_LIST, LONGEST_TEXT


def _exact(words: str, unit: str | None = None) -> Exact:
    return Exact(-LARGEST, LARGEST, places=15, dump_only=True, allow_none=True, metadata=about(words, unit=unit))


def _study_day(words: str) -> Whole:
    told = f"{words}: study day, day 1 is the complete visit of week 0, or else the first complete visit; there is no day 0"
    return Whole(-99999, 99999, metadata=about(told, unit="d"))


class CourseValue(Record):
    """A value of the course: what a rule made, or what was recorded where `recorded` says so."""

    rule = Text(60, metadata=about("Rule that made it", example="cmas"))
    recorded = Text(
        200, metadata=about("Field of the visit that recorded it", example="/forms/muscle_strength/cmas_total")
    )
    scale = Text(20, metadata=about("Scale it was recorded on", example="vas"))
    subject = Text(60, metadata=about("What it is about: an analyte, a drug", example="CK"))
    value = _exact("Value, exact")
    maximum = _exact("Highest value of the version of the scale, where the rule has one")
    unit = Text(40, metadata=about("Unit of the value, UCUM"))
    comparator = Choice(COMPARATORS, metadata=about("The true value is below or above the value given (censored)"))
    category = Text(60, metadata=about("Category; GET /v1/rules gives its words"))
    final = YesNo(required=True, metadata=about("Whether no missing or later input can change it"))
    reason = Text(LONGEST_TEXT, metadata=about("Why there is no value, or why it is not final"))


class Glucocorticoid(CourseValue):
    """Glucocorticoids in force, as prednisone-equivalent."""

    mg_per_day = _exact("Prednisone-equivalent", "mg/d")
    mg_per_kg_per_day = _exact("Prednisone-equivalent for each kilogram", "mg/kg/d")


class Interval(Record):
    """A record with the interval it covers."""

    id = Id(required=True, metadata=about("Record"))
    version = Whole(1, LATEST_VERSION, required=True, metadata=about("Version of the record"))
    started_on = PartialDay(metadata=about("Start, as far as it is known"))
    ended_on = PartialDay(metadata=about("End, as far as it is known; null while it goes on"))
    start_day = _study_day("First day, where it is known to the day")
    end_day = _study_day("Last day, where it is known to the day")


class CourseDose(Interval):
    """A JAK inhibitor at one dose."""

    drug = Choice(DRUGS, required=True, metadata=about("JAK inhibitor"))
    formulation = Choice(FORMULATIONS, metadata=about("Formulation"))
    mg_per_intake = _exact("Dose of one intake", "mg")
    intakes_per_day = _exact("Intakes a day", "/d")
    mg_per_day = _exact("Dose a day", "mg/d")
    mg_per_kg_per_day = _exact("Dose a day for each kilogram of the weight used", "mg/kg/d")
    reason_for_end = Choice(DOSE_REASONS, metadata=about("Why this dose was changed or stopped"))


class CourseMedication(Interval):
    """A concomitant medication."""

    medication = Choice(TREATMENTS, required=True, metadata=about("Medication"))
    dose = _exact("Dose each time")
    dose_unit = Choice(DOSE_UNITS, metadata=about("Unit of the dose, UCUM"))
    frequency = Choice(FREQUENCIES, metadata=about("How often"))
    route = Choice(ROUTES, metadata=about("Route"))


class CourseAdverseEvent(Interval):
    """An adverse event."""

    term = Text(200, required=True, metadata=about("The event in the reporter's words", free_text=True))
    ctcae_term = Text(120, metadata=about("CTCAE term"))
    grade = Whole(1, 5, required=True, metadata=about("Severity as CTCAE grade", unit="{grade}"))
    serious = YesNo(required=True, metadata=about("Serious by at least one criterion"))
    special_interest = Choice(SPECIAL_INTEREST, metadata=about("Event of special interest of a JAK inhibitor"))
    outcome = Choice(OUTCOMES, required=True, metadata=about("Outcome (E2B)"))


def _values(name: str, words: str, names: list[str]) -> type[Record]:
    """Make the record of values by name."""
    values = {one: Part(CourseValue, metadata=about(one.replace("_", " ").capitalize())) for one in names}
    return type(name, (Record,), {**values, "__doc__": words, "__module__": __name__})


CourseScores = _values("CourseScores", "The scores of a visit.", [*SCORES])
CourseResponse = _values("CourseResponse", "The states of response and activity at a visit.", [*RESPONSES])
CourseGrowth = _values("CourseGrowth", "Growth at a visit.", [*GROWTH])


class CourseVisit(Record):
    """A visit in the course."""

    visit_id = Id(required=True, metadata=about("Visit"))
    visit_version = Whole(1, LATEST_VERSION, required=True, metadata=about("Version of the visit"))
    event = Choice(VISIT_EVENTS, required=True, metadata=about("Planned event, or unscheduled"))
    status = Choice(VISIT_STATUSES, required=True, metadata=about("Draft or complete"))
    visited_on = Day(required=True, metadata=about("Date of the visit"))
    study_day = _study_day("Day of the visit")


def _listed(of: type[Record], words: str) -> ListOf:
    return ListOf(Part(of), LONGEST_LIST, required=True, metadata=about(words))


class CourseEntry(CourseVisit):
    """A visit with what was in force, measured and derived then, and what happened since the visit before."""

    jak_inhibitor = Part(CourseDose, metadata=about("JAK inhibitor in force"))
    glucocorticoid = Part(Glucocorticoid, metadata=about("Glucocorticoids in force"))
    scores = Part(CourseScores, required=True, metadata=about("Scores"))
    enzymes = _listed(CourseValue, "Muscle enzymes as multiples of the upper limit of normal")
    interferon = _listed(CourseValue, "Interferon biomarkers as reported, and what the rules make of them")
    response = Part(CourseResponse, required=True, metadata=about("States of response and activity"))
    safety = _listed(
        CourseValue, "Laboratory grades from 1 on, the enzyme signal, kidney function, dose band, and high risk"
    )
    growth = Part(CourseGrowth, required=True, metadata=about("Growth"))
    adverse_events = _listed(CourseAdverseEvent, "Adverse events that may have begun since the visit before")


class ParticipantCourse(Record):
    """The course of a participant."""

    participant_id = Id(required=True, metadata=about("Participant"))
    participant_version = Whole(1, LATEST_VERSION, required=True, metadata=about("Version of the participant"))
    today = Day(required=True, metadata=about("Day up to which what goes on is counted: today at the site"))
    code = Text(20, required=True, metadata=about("Code issued by the site"))
    sex_at_birth = Choice(SEX_AT_BIRTH, required=True, metadata=about("Sex at birth"))
    birth_year = Whole(1990, 2100, required=True, metadata=about("Year of birth", unit="a"))
    birth_month = Whole(1, 12, required=True, metadata=about("Month of birth", unit="mo"))
    symptom_onset = PartialDay(metadata=about("First symptom of the disease"))
    diagnosed_on = PartialDay(metadata=about("Diagnosis"))
    autoantibodies = ListOf(
        Choice(ANTIBODIES), len(ANTIBODIES), required=True, metadata=about("Autoantibodies found in any test")
    )
    baseline = Part(CourseVisit, metadata=about("Baseline; null before there is one"))
    entries = _listed(CourseEntry, "The visits that have a date, by date")
    doses = _listed(CourseDose, "JAK inhibitor doses, by start")
    concomitant_medications = _listed(CourseMedication, "Concomitant medications, by start")
    adverse_events = _listed(CourseAdverseEvent, "Adverse events, by start")
