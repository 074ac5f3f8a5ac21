"""Figures over the safety of a study as of a moment: exposure, incidence, first events, time on drug, arms."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.dose_band import DOSE_BAND
from registry.domain.dosing import JAK_INHIBITORS
from registry.domain.first_events import ANY_EVENT, SERIOUS
from registry.domain.incidence import GROUPS
from registry.domain.study_safety import AGE_GROUPS, ANY_DRUG, STUDY_PRODUCT, UNKNOWN
from registry.domain.vocabulary import DOSE_REASONS, SPECIAL_INTEREST
from registry.schemas.base import Record
from registry.schemas.data_cuts import CODE_FORM, CODE_SAYS
from registry.schemas.fields import Choice, Exact, ListOf, Moment, Part, Text, Whole, YesNo, about
from registry.schemas.queries import AsOf
from registry.schemas.sentences import broken

MOST = 10**9
MOST_ROWS = 100_000
EVERY_DRUG = {code: drug.name for code, drug in JAK_INHIBITORS.items()} | {
    STUDY_PRODUCT: "Study product, blinded",
    ANY_DRUG: "Any of these drugs",
}
BANDS = {**DOSE_BAND.categories, UNKNOWN: "Not known: no weight, or a study product that is blinded"}
EVENTS = {ANY_EVENT: "Any adverse event", SERIOUS: "Any serious adverse event", **SPECIAL_INTEREST}
GROUP_WORDS = dict.fromkeys(GROUPS, "Group of events")


def count(words: str, unit: str | None = None) -> Whole:
    """Declare a count of an answer; null where it says so."""
    return Whole(0, MOST, dump_only=True, allow_none=True, metadata=about(words, unit=unit))


def figure(words: str, unit: str | None = None) -> Exact:
    """Declare a figure of an answer, rounded to digits that do not change; null where there is none."""
    return Exact(-MOST, MOST, places=4, dump_only=True, allow_none=True, metadata=about(words, unit=unit))


def rows(kind: type[Record], words: str) -> ListOf:
    """Declare the rows of an answer."""
    return ListOf(Part(kind), MOST_ROWS, required=True, metadata=about(words))


class SafetyAsked(AsOf):
    """Read a figure as of a data cut or a past moment; without either, as of now."""

    cut = Text(
        40, pattern=CODE_FORM, says=CODE_SAYS, metadata=about("As of the data cut with this code", example="INTERIM-1")
    )

    @validates_schema(skip_on_field_errors=True)
    def one_moment(self, asked: dict[str, Any], **_: Any) -> None:
        """A cut is a moment: only one of the two can be asked for."""
        if asked.get("cut") and asked.get("as_of"):
            raise broken("two_moments", "Ask as of a data cut or as of a moment, not both.", "as_of")


class DrugAsked(SafetyAsked):
    """Read a figure of a drug."""

    drug = Choice(EVERY_DRUG, metadata=about("Drug at risk of which events count; any unless told"))


class FirstEventsAsked(DrugAsked):
    """Read the time to the first event of a kind."""

    event = Choice(EVENTS, metadata=about("Kind of event; any unless told", example="herpes_zoster"))


class Definition(Record):
    """A definition that a figure was made with: a named constant."""

    name = Text(60, required=True, metadata=about("Name; a study can set most of them as constants of `study-safety`"))
    value = Text(200, required=True, metadata=about("Value"))
    words = Text(300, required=True, metadata=about("What it is"))
    source = Text(300, required=True, metadata=about("Source"))
    certainty = Whole(0, 100, required=True, metadata=about("How sure it is by its source", unit="%"))


class RuleInForce(Record):
    """A rule with its version."""

    rule = Text(60, required=True, metadata=about("Rule, as GET /v1/rules names it"))
    version = Text(10, required=True, metadata=about("Version of the rule"))


class SafetyFigure(Record):
    """What every figure tells of itself: of what moment it is, and how it was made.

    Small numbers are shown as they are: the answers are for the people who conduct the study, not for publication.
    """

    study = Text(40, required=True, metadata=about("Code of the study"))
    cut = Text(40, metadata=about("Data cut it is as of; null where none was asked for"))
    moment = Moment(required=True, metadata=about("Moment it is as of: all that was recorded up to it counts"))
    definitions = rows(Definition, "Definitions it was made with")
    rules = rows(RuleInForce, "Rules it rests on, with their versions")


# --- exposure and incidence ---------------------------------------------------------------------------------------


class Exposed(Record):
    """Exposure of a stratum; a dimension that is summed over is null."""

    drug = Choice(EVERY_DRUG, metadata=about("Drug"))
    dose_band = Choice(BANDS, metadata=about("Dose against the published doses"))
    age_group = Choice(dict.fromkeys(AGE_GROUPS, "Completed years"), metadata=about("Age group, completed years"))
    participants = count("Participants")
    days = count("Days on the drug, first and last included", "d")
    patient_years = figure("The same in patient-years", "a")


class ExposureFigure(SafetyFigure):
    """Exposure in patient-years."""

    participants = count("Participants of the study that may be seen")
    exposed = count("Of those, participants who were given any drug")
    by_drug = rows(Exposed, "By drug, and of any drug: a day on two drugs counts once there")
    by_dose_band = rows(Exposed, "By drug and dose band")
    by_age_group = rows(Exposed, "By drug and age group")
    cells = rows(Exposed, "By all three together")


class IncidenceRate(Record):
    """Events of a group by time at risk; rates are per 100 patient-years, with exact 95 % intervals (Garwood)."""

    group = Choice(GROUP_WORDS, required=True, metadata=about("Group of events"))
    value = Text(250, metadata=about("Which of the group: a grade, a topic, a term; null for all and for the serious"))
    events = count("Events")
    participants = count("Participants with at least one")
    patient_years = figure("Time at risk", "a")
    rate = figure("Events per 100 patient-years", "/(100.a)")
    lower = figure("Lower limit", "/(100.a)")
    upper = figure("Upper limit", "/(100.a)")
    first_patient_years = figure("Time at risk up to each participant's first event", "a")
    first_rate = figure("First events per 100 patient-years", "/(100.a)")
    first_lower = figure("Lower limit", "/(100.a)")
    first_upper = figure("Upper limit", "/(100.a)")


class IncidenceFigure(SafetyFigure):
    """Incidence of adverse events at risk of a drug."""

    drug = Choice(EVERY_DRUG, required=True, metadata=about("Drug"))
    participants = count("Participants who were given it")
    patient_years = figure("Time at risk: on the drug and in the window after", "a")
    rows = rows(IncidenceRate, "By group of events")


# --- time ---------------------------------------------------------------------------------------------------------


class CurvePoint(Record):
    """What holds from a day on; the first day of the drug is day 1, and day 0 is before anything happened."""

    day = count("Day", "d")
    at_risk = count("At risk just before")
    events = count("First events on that day")
    event_free = figure("Without the event, where nothing else ended the time at risk (Kaplan-Meier)")
    event_free_lower = figure("Lower 95 % limit, log(-log)")
    event_free_upper = figure("Upper 95 % limit")
    cumulative_incidence = figure("Had the event first (Aalen-Johansen)")
    cumulative_incidence_lower = figure("Lower 95 % limit, log(-log)")
    cumulative_incidence_upper = figure("Upper 95 % limit")
    death = figure("Died first (Aalen-Johansen)")
    stopping = figure("Stopped the drug first, the window after included (Aalen-Johansen)")


class FirstEventsFigure(SafetyFigure):
    """Time to the first event of a kind, with death and stopping the drug as competing events."""

    drug = Choice(EVERY_DRUG, required=True, metadata=about("Drug"))
    event = Choice(EVENTS, required=True, metadata=about("Kind of event"))
    participants = count("Participants who were given the drug")
    events = count("Had the event first")
    deaths = count("Died first")
    stopped = count("Stopped first")
    censored = count("Were still followed")
    curve = rows(CurvePoint, "From day 0, on each day on which anything happened")


class StoppingReason(Record):
    """How often a drug was stopped for a reason."""

    reason = Choice({**DOSE_REASONS, "death": "Death"}, required=True, metadata=about("Reason"))
    episodes = count("Times on the drug that ended so")


class OnDrugPoint(Record):
    """Who was still on a drug, by days since its first day."""

    day = count("Day", "d")
    at_risk = count("On the drug just before")
    stopped = count("Stopped on that day")
    on_drug = figure("Still on the drug (Kaplan-Meier, each participant's first time on it)")
    lower = figure("Lower 95 % limit, log(-log)")
    upper = figure("Upper 95 % limit")


class TimeOnDrug(Record):
    """Times on a drug; gaps that are bridged do not end one."""

    drug = Choice(EVERY_DRUG, required=True, metadata=about("Drug"))
    participants = count("Participants who were given it")
    episodes = count("Times on it")
    ongoing = count("Of those, not ended when follow-up did")
    stopped = count("Ended")
    reasons = rows(StoppingReason, "Why they ended")
    median_days = count("Median time to stopping; null where it was not reached", "d")
    median_lower = count("Lower 95 % limit", "d")
    median_upper = count("Upper 95 % limit", "d")
    curve = rows(OnDrugPoint, "From day 0, on each day on which anybody stopped")


class TimeOnDrugFigure(SafetyFigure):
    """Time on each drug, with the reasons for stopping."""

    rows = rows(TimeOnDrug, "By drug")


# --- arms ---------------------------------------------------------------------------------------------------------


class ArmCounts(Record):
    """An arm as allocated, from the day of allocation on."""

    arm = Text(40, required=True, metadata=about("Code of the arm"))
    participants = count("Participants who were allocated to it")
    patient_years = figure("Time from allocation to the end of follow-up", "a")
    events = count("Adverse events in this time")
    serious_events = count("Serious adverse events in this time")
    deaths = count("Deaths, whatever had ended follow-up before")
    events_after_follow_up = count("Adverse events that began after the end of follow-up and count nowhere else here")


class ArmsCompared(Record):
    """A group of events in an arm against the reference."""

    group = Choice(GROUP_WORDS, required=True, metadata=about("Group of events"))
    value = Text(250, metadata=about("Which of the group; null for all and for the serious"))
    arm = Text(40, required=True, metadata=about("Arm"))
    reference = Text(40, required=True, metadata=about("Arm it is compared with: placebo or none, else the first"))
    arm_participants = count("Participants of the arm")
    arm_with = count("Of those, with at least one event")
    reference_participants = count("Participants of the reference")
    reference_with = count("Of those, with at least one event")
    risk_difference = figure("Risk in the arm less that in the reference")
    risk_lower = figure("Lower 95 % limit (Newcombe, hybrid score)")
    risk_upper = figure("Upper 95 % limit")
    rate_difference = figure("Events per 100 patient-years in the arm less those in the reference", "/(100.a)")
    rate_lower = figure("Lower 95 % limit (MOVER of exact limits)", "/(100.a)")
    rate_upper = figure("Upper 95 % limit", "/(100.a)")


class ArmsFigure(SafetyFigure):
    """Arms compared, as allocated."""

    comparable = YesNo(required=True, metadata=about("Whether there are arms to compare"))
    reason = Text(200, metadata=about("Why there are none"))
    arms = rows(ArmCounts, "The arms, in the order of the protocol")
    comparisons = rows(
        ArmsCompared, "By group of events, each arm against the reference; not adjusted for their number"
    )
