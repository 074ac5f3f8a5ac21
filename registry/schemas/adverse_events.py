"""An adverse event: what happened, how severe, whether serious, what caused it, how it ended (CTCAE, ICH E2A, E2B)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import ValidationError, validates_schema

from registry.domain import vocabulary as words
from registry.domain.dates import PartialDate
from registry.domain.deidentification import Action
from registry.schemas.base import Kept, Record
from registry.schemas.concomitant_medications import refuse_reversed
from registry.schemas.drug_causality import DrugCausality
from registry.schemas.fields import (
    Choice,
    Id,
    ListOf,
    Moment,
    NotInTheFuture,
    Part,
    PartialDay,
    Text,
    Whole,
    YesNo,
    about,
)
from registry.schemas.laboratory_results import ANALYTES
from registry.schemas.queries import ParticipantRecordFilters
from registry.schemas.removals import CONFIRMED, IDENTIFIER, IN_ERROR, REAL_MOMENT, UNLISTED
from registry.schemas.sentences import Sentence, broken
from registry.schemas.severity_changes import SeverityChange, refuse_impossible_course
from registry.schemas.visits import Confirmation

NARRATIVE = 20000
FURTHEST_ZONE = timedelta(hours=14)
"""How far a site's day may be ahead of UTC; a client's clock may be `CLOCKS_APART` ahead of ours."""
CLOCKS_APART = timedelta(minutes=5)
DEATH = {
    "grade": "A fatal outcome and the criterion death go with grade 5.",
    "outcome": "Grade 5 and the criterion death go with the outcome fatal.",
    "seriousness_criteria": "Grade 5 and a fatal outcome go with the criterion death.",
}
"""What is said where one of the three that tell a death does not tell it."""
LATER_LISTS = (
    "severity_changes", "special_situations", "visit_ids", "concomitant_medication_ids", "laboratory_results", "confirmations",
)  # fmt: skip
"""Lists that were added to the record later; its earlier versions do not have them."""


class LinkedResult(Record):
    """A laboratory result that belongs to the event, by its visit and analyte."""

    visit_id = Id(required=True, metadata=about("Visit"))
    analyte = Choice(ANALYTES, required=True, metadata=about("Analyte", example="CK"))


class AdverseEvent(Kept):
    """An adverse event: its versions are the initial report and the follow-ups; severity and seriousness are apart."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    term = Text(
        200,
        required=True,
        metadata=about("The event in the reporter's words", sdtm="AE.AETERM", free_text=True, example="Shingles"),
    )
    ctcae_term = Text(
        120, metadata=about("CTCAE term", sdtm="AE.AETOXTERM", example="Shingles", removed_because=UNLISTED)
    )
    ctcae_version = Choice(
        words.CTCAE_VERSIONS,
        metadata=about("CTCAE version of the term and the grade", example="5.0", deidentify=Action.KEEP),
    )
    grade = Whole(
        1,
        5,
        required=True,
        metadata=about(
            "Highest severity as CTCAE grade, 1 mild to 5 death",
            sdtm="AE.AETOXGR",
            unit="{grade}",
            deidentify=Action.CODE,
        ),
    )
    severity_changes = ListOf(
        Part(SeverityChange, required=True),
        50,
        metadata=about(
            "Grades by date, where the severity changed", removed_because="given in a file of its own, one row a change"
        ),
    )
    special_interest = Choice(
        words.SPECIAL_INTEREST, metadata=about("Event of special interest of a JAK inhibitor", deidentify=Action.CODE)
    )
    started_on = PartialDay(
        validate=NotInTheFuture(),
        required=True,
        metadata=about("Onset, as far as it is known", sdtm="AE.AESTDTC", example="2026-05", deidentify=Action.DATE),
    )
    ended_on = PartialDay(
        validate=NotInTheFuture(),
        metadata=about("Resolution, as far as it is known", sdtm="AE.AEENDTC", deidentify=Action.DATE),
    )
    died_on = PartialDay(
        validate=NotInTheFuture(),
        metadata=about("Death, as far as its day is known; only of a fatal event", deidentify=Action.DATE, inside=True),
    )
    serious = YesNo(
        required=True, metadata=about("Serious by at least one criterion", sdtm="AE.AESER", deidentify=Action.CODE)
    )
    seriousness_criteria = ListOf(
        Choice(words.SERIOUSNESS_CRITERIA),
        len(words.SERIOUSNESS_CRITERIA),
        distinct=True,
        metadata=about("Criteria of seriousness (ICH E2A)", deidentify=Action.CODE),
    )
    special_situations = ListOf(
        Choice(words.SPECIAL_SITUATIONS),
        len(words.SPECIAL_SITUATIONS),
        distinct=True,
        metadata=about("Special situations of the event (E2B)", deidentify=Action.CODE),
    )
    causality = ListOf(
        Part(DrugCausality, required=True),
        20,
        metadata=about("Causality for each drug", removed_because="given in a file of its own, one row a drug"),
    )
    expectedness = Choice(
        words.EXPECTEDNESS,
        metadata=about(
            "Expected, as the investigator judges; the sponsor's counts for reporting", deidentify=Action.TREATMENT
        ),
    )
    outcome = Choice(
        words.OUTCOMES,
        required=True,
        metadata=about("Outcome (E2B)", sdtm="AE.AEOUT", example="recovering", deidentify=Action.CODE),
    )
    site_aware_at = Moment(
        metadata=about(
            "When the site learned what this version tells; where null, the moment it was kept counts",
            removed_because=REAL_MOMENT,
        )
    )
    visit_ids = ListOf(
        Id(),
        50,
        distinct=True,
        metadata=about("Visits at which the event was seen or followed", removed_because=IDENTIFIER),
    )
    concomitant_medication_ids = ListOf(
        Id(),
        50,
        distinct=True,
        metadata=about("Concomitant medications that belong to the event", removed_because=IDENTIFIER),
    )
    laboratory_results = ListOf(
        Part(LinkedResult, required=True),
        100,
        metadata=about("Laboratory results that belong to the event", removed_because=IDENTIFIER),
    )
    narrative = Text(
        NARRATIVE,
        metadata=about(
            "The case in words; told with this one event only, never in a list or an extract", free_text=True
        ),
    )
    confirmations = ListOf(
        Part(Confirmation, required=True), 10, metadata=about("What was asked and confirmed", removed_because=CONFIRMED)
    )
    entered_in_error = YesNo(
        empty=False, metadata=about("This record was entered in error and counts for nothing", removed_because=IN_ERROR)
    )

    def present(self, image: Mapping[str, Any]) -> dict[str, Any]:
        """Give an image as the answer shows it; an early version has no list that was added later, and is told as empty."""
        return super().present({name: [] for name in LATER_LISTS} | dict(image))

    @validates_schema(skip_on_field_errors=True)
    def serious_has_a_criterion(self, event: dict[str, Any], **_: Any) -> None:
        """A serious event names its criteria, and only a serious one does."""
        if event["serious"] != bool(event.get("seriousness_criteria")):
            raise broken(
                "seriousness",
                "A serious event names at least one criterion; another names none.",
                "seriousness_criteria",
            )

    @validates_schema(skip_on_field_errors=True)
    def death_is_said_everywhere(self, event: dict[str, Any], **_: Any) -> None:
        """Grade 5, a fatal outcome and death as a criterion go together."""
        tells = {
            "grade": event["grade"] == 5,
            "outcome": event["outcome"] == "fatal",
            "seriousness_criteria": "death" in (event.get("seriousness_criteria") or []),
        }
        if any(tells.values()) and not all(tells.values()):
            silent = [name for name, death in tells.items() if not death]
            raise ValidationError({name: [Sentence("death", DEATH[name])] for name in silent})

    @validates_schema(skip_on_field_errors=True)
    def day_of_death_is_possible(self, event: dict[str, Any], **_: Any) -> None:
        """Only a fatal event has a day of death, which is not before the onset."""
        if not event.get("died_on"):
            return
        if event["outcome"] != "fatal":
            raise broken("not_fatal", "Only an event with the outcome fatal has a day of death.", "died_on")
        died = PartialDate.parse(event["died_on"])
        if died.is_certainly_before(PartialDate.parse(event["started_on"])):
            raise broken("death_before_start", "The death must not be before the onset.", "died_on")
        if event.get("ended_on") and died.is_certainly_before(PartialDate.parse(event["ended_on"])):
            raise broken("end_after_death", "The resolution must not be after the death.", "ended_on")

    @validates_schema(skip_on_field_errors=True)
    def severity_is_a_course(self, event: dict[str, Any], **_: Any) -> None:
        """The grades by date are in order, within the event, and the highest is the grade."""
        refuse_impossible_course(event)

    @validates_schema(skip_on_field_errors=True)
    def site_learned_of_the_past(self, event: dict[str, Any], **_: Any) -> None:
        """The site became aware not before the onset, as far as that is known, and not in the future."""
        aware = event.get("site_aware_at")
        if aware is None:
            return
        if aware > datetime.now(UTC) + CLOCKS_APART:
            raise broken("in_the_future", "The moment must not be in the future.", "site_aware_at")
        if (aware + FURTHEST_ZONE).date() < PartialDate.parse(event["started_on"]).earliest:
            raise broken("before_onset", "The site cannot be aware of an event before its onset.", "site_aware_at")

    @validates_schema(skip_on_field_errors=True)
    def term_has_its_version(self, event: dict[str, Any], **_: Any) -> None:
        """A CTCAE term belongs to a version."""
        if event.get("ctcae_term") and not event.get("ctcae_version"):
            raise broken("required", "A CTCAE term needs its version.", "ctcae_version")

    @validates_schema(skip_on_field_errors=True)
    def end_follows_start(self, event: dict[str, Any], **_: Any) -> None:
        """The resolution is not before the onset."""
        refuse_reversed(event)

    @validates_schema(skip_on_field_errors=True)
    def what_goes_on_has_no_end(self, event: dict[str, Any], **_: Any) -> None:
        """An event that has not resolved has no day of resolution."""
        if event["outcome"] == "not_recovered" and event.get("ended_on"):
            raise broken("not_resolved", "An event that has not resolved has no day of resolution.", "ended_on")

    @validates_schema(skip_on_field_errors=True)
    def each_drug_once(self, event: dict[str, Any], **_: Any) -> None:
        """Causality is assessed once for each drug."""
        drugs = [assessed["drug"] for assessed in event.get("causality") or []]
        if len(set(drugs)) < len(drugs):
            raise broken("repeated", "Each drug is assessed once.", "causality")


class ListedAdverseEvent(AdverseEvent):
    """An adverse event as a list tells it: without its narrative."""

    class Meta:
        """The narrative is told with one event only."""

        exclude = ("narrative",)


class AdverseEventFilters(ParticipantRecordFilters):
    """Filter the adverse events of a study."""

    outcome = Choice(words.OUTCOMES, metadata=about("Only events with this outcome"))
