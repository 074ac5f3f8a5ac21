"""Laboratory shifts, the liver scatter and the line listings of a study as of a moment."""

from __future__ import annotations

from registry.domain.liver_scatter import QUADRANTS, TRANSAMINASES
from registry.domain.vocabulary import (
    ACTIONS_TAKEN,
    CAUSALITY_E2A,
    CAUSALITY_WHO_UMC,
    CTCAE_VERSIONS,
    EXPECTEDNESS,
    OUTCOMES,
    SERIOUSNESS_CRITERIA,
    SEX_AT_BIRTH,
    SPECIAL_INTEREST,
)
from registry.schemas.base import Record
from registry.schemas.drug_causality import SUSPECTS
from registry.schemas.fields import Choice, Id, ListOf, Moment, Part, PartialDay, Text, Whole, YesNo, about
from registry.schemas.signals import SafetyAsked, SafetyFigure, count, figure, rows

LISTINGS = {"sae": "Serious adverse events", "susar": "Suspected unexpected serious adverse reactions"}
WAYS = {"decrease": "A fall is graded", "increase": "A rise is graded"}
ANSWERS = {"yes": "Yes", "provisional": "Yes, as long as nobody has assessed it", "no": "No"}
LONGEST_LIST = 100


class ShiftsAsked(SafetyAsked):
    """Read the shifts by a version of the CTCAE."""

    ctcae_version = Choice(CTCAE_VERSIONS, metadata=about("Version of the CTCAE; 5.0 unless told"))


class ListingAsked(SafetyAsked):
    """Read a line listing."""

    kind = Choice(LISTINGS, required=True, metadata=about("What is listed", example="sae"))


class ShiftCell(Record):
    """How many participants went from a grade at baseline to a worst grade after it."""

    analyte = Text(40, required=True, metadata=about("Analyte", example="NEUT"))
    direction = Choice(WAYS, required=True, metadata=about("Whether a fall or a rise is graded"))
    baseline_grade = Whole(0, 4, allow_none=True, metadata=about("Grade at baseline; null where none can be given"))
    worst_grade = Whole(
        0, 4, allow_none=True, metadata=about("Worst grade after baseline; null where none can be given")
    )
    participants = count("Participants")


class ShiftsFigure(SafetyFigure):
    """Shifts of laboratory results from baseline."""

    ctcae_version = Choice(CTCAE_VERSIONS, required=True, metadata=about("Version of the CTCAE"))
    participants = count("Participants of the study that may be seen")
    without_baseline = count("Of those, with results and no baseline visit: they are in no cell")
    cells = rows(ShiftCell, "By analyte, direction, and both grades")


class LiverPoint(Record):
    """A participant's peaks while at risk; the answer tells not whose."""

    transaminase = Choice(
        dict.fromkeys(TRANSAMINASES, "Transaminase"), required=True, metadata=about("Which of the two was higher")
    )
    transaminase_multiple = figure("Peak as a multiple of the upper limit of normal")
    bilirubin_multiple = figure("Peak of total bilirubin as a multiple of the upper limit of normal")
    quadrant = Choice(QUADRANTS, required=True, metadata=about("Field of the plot, decided before rounding"))
    censored = YesNo(required=True, metadata=about("Whether a peak was reported below or above a limit"))


class QuadrantCounts(Record):
    """Participants by field of the plot."""

    normal_or_near = count(QUADRANTS["normal_or_near"])
    hyperbilirubinaemia = count(QUADRANTS["hyperbilirubinaemia"])
    temple_corollary = count(QUADRANTS["temple_corollary"])
    hys_law_range = count(QUADRANTS["hys_law_range"])


class NotPlaced(Record):
    """Participants who have results of the liver, and not both peaks."""

    no_transaminase = count("Without a multiple of ALT or AST")
    no_bilirubin = count("Without a multiple of total bilirubin")


class LiverFigure(SafetyFigure):
    """Peaks of transaminases against peaks of bilirubin, a point a participant."""

    points = rows(LiverPoint, "In the order of their height")
    quadrants = Part(QuadrantCounts, required=True, metadata=about("Participants by field"))
    not_placed = Part(NotPlaced, required=True, metadata=about("Who has no point"))
    without_limit = count("Participants with a result that has no upper limit of normal, which was left out")
    transaminase_cut_off = figure("A peak above this multiple is high")
    bilirubin_cut_off = figure("A peak above this multiple is high")


# --- line listings ------------------------------------------------------------------------------------------------


class ListedDrug(Record):
    """A drug that was assessed, or in force at the onset."""

    drug = Choice(SUSPECTS, required=True, metadata=about("Drug"))
    mg_per_day = figure("Dose in force at the onset; null where none was, or it is blinded", "mg/d")
    days_from_start = count("Days from the first day of the drug, which is day 1, to the onset", "d")
    investigator_causality = Choice(CAUSALITY_WHO_UMC, metadata=about("Causality by the investigator (WHO-UMC)"))
    sponsor_causality = Choice(CAUSALITY_E2A, metadata=about("Causality by the sponsor (ICH E2A)"))
    expectedness = Choice(EXPECTEDNESS, metadata=about("Expected by the reference safety information"))
    action_taken = Choice(ACTIONS_TAKEN, metadata=about("Action taken with the drug (E2B)"))


class ListedClock(Record):
    """A reporting clock of the event as it stood."""

    kind = Text(40, required=True, metadata=about("Kind of clock"))
    status = Text(40, required=True, metadata=about("State"))
    due_at = Moment(required=True, metadata=about("When it runs out"))
    provisional = YesNo(required=True, metadata=about("Whether it rests on what nobody has assessed"))
    overdue = YesNo(required=True, metadata=about("Whether it ran out before it was closed"))


class ListedEvent(Record):
    """One event of a line listing, without its narrative."""

    participant_code = Text(20, required=True, metadata=about("Code of the participant"))
    participant_id = Id(required=True, metadata=about("Participant"))
    site_id = Id(required=True, metadata=about("Site"))
    adverse_event_id = Id(required=True, metadata=about("Adverse event"))
    age_at_onset = Whole(0, 120, metadata=about("Age at onset in completed years, of a birth on the 15th", unit="a"))
    sex = Choice(SEX_AT_BIRTH, metadata=about("Sex at birth"))
    term = Text(200, required=True, metadata=about("The event in the reporter's words", free_text=True))
    ctcae_term = Text(120, metadata=about("CTCAE term"))
    coded_term = Text(250, metadata=about("Preferred term of the study's dictionary; null while it is to be coded"))
    system_organ_class = Text(250, metadata=about("System organ class of that term"))
    grade = Whole(1, 5, required=True, metadata=about("Severity as CTCAE grade"))
    seriousness_criteria = ListOf(
        Choice(SERIOUSNESS_CRITERIA),
        10,
        required=True,
        metadata=about("Criteria that investigator or sponsor hold to be met"),
    )
    special_interest = ListOf(
        Choice(SPECIAL_INTEREST), LONGEST_LIST, required=True, metadata=about("Topics of special interest")
    )
    started_on = PartialDay(required=True, metadata=about("Onset, as far as it is known"))
    ended_on = PartialDay(metadata=about("Resolution, as far as it is known"))
    outcome = Choice(OUTCOMES, required=True, metadata=about("Outcome"))
    susar = Choice(
        ANSWERS, required=True, metadata=about("Whether it is a suspected unexpected serious adverse reaction")
    )
    drugs = ListOf(Part(ListedDrug), LONGEST_LIST, required=True, metadata=about("Drugs"))
    clocks = ListOf(Part(ListedClock), LONGEST_LIST, required=True, metadata=about("Reporting clocks"))


class LineListing(SafetyFigure):
    """A line listing of a study."""

    kind = Choice(LISTINGS, required=True, metadata=about("What is listed"))
    lines = rows(ListedEvent, "By participant and onset")
