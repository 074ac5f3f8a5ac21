"""An adverse event: what happened, how severe, whether serious, what caused it, how it ended (CTCAE, ICH E2A, E2B)."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain import vocabulary as words
from registry.domain.medications import MEDICATIONS
from registry.schemas.base import Kept, Record
from registry.schemas.concomitant_medications import refuse_reversed
from registry.schemas.doses import DRUGS
from registry.schemas.fields import Choice, Id, ListOf, NotInTheFuture, Part, PartialDay, Text, Whole, YesNo, about
from registry.schemas.queries import ParticipantRecordFilters
from registry.schemas.sentences import broken

SUSPECTS = DRUGS | {code: medication.name for code, medication in MEDICATIONS.items()}


class DrugCausality(Record):
    """Whether one drug caused the event, and what was done with it."""

    drug = Choice(SUSPECTS, required=True, metadata=about("Drug", example="baricitinib"))
    causality = Choice(
        words.CAUSALITY_WHO_UMC,
        required=True,
        metadata=about("Causality (WHO-UMC)", sdtm="AE.AEREL", example="possible"),
    )
    action_taken = Choice(words.ACTIONS_TAKEN, metadata=about("Action taken with the drug (E2B)", sdtm="AE.AEACN"))


class AdverseEvent(Kept):
    """An adverse event, amended as it evolves; severity and seriousness are apart."""

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
    ctcae_term = Text(120, metadata=about("CTCAE term", sdtm="AE.AETOXTERM", example="Shingles"))
    ctcae_version = Choice(
        words.CTCAE_VERSIONS, metadata=about("CTCAE version of the term and the grade", example="5.0")
    )
    grade = Whole(
        1,
        5,
        required=True,
        metadata=about("Severity as CTCAE grade, 1 mild to 5 death", sdtm="AE.AETOXGR", unit="{grade}"),
    )
    special_interest = Choice(words.SPECIAL_INTEREST, metadata=about("Event of special interest of a JAK inhibitor"))
    started_on = PartialDay(
        validate=NotInTheFuture(),
        required=True,
        metadata=about("Onset, as far as it is known", sdtm="AE.AESTDTC", example="2026-05"),
    )
    ended_on = PartialDay(
        validate=NotInTheFuture(), metadata=about("Resolution, as far as it is known", sdtm="AE.AEENDTC")
    )
    serious = YesNo(required=True, metadata=about("Serious by at least one criterion", sdtm="AE.AESER"))
    seriousness_criteria = ListOf(
        Choice(words.SERIOUSNESS_CRITERIA),
        len(words.SERIOUSNESS_CRITERIA),
        distinct=True,
        metadata=about("Criteria of seriousness (ICH E2A)"),
    )
    causality = ListOf(Part(DrugCausality, required=True), 20, metadata=about("Causality for each drug"))
    expectedness = Choice(words.EXPECTEDNESS, metadata=about("Expected by the reference safety information"))
    outcome = Choice(
        words.OUTCOMES, required=True, metadata=about("Outcome (E2B)", sdtm="AE.AEOUT", example="recovering")
    )
    entered_in_error = YesNo(empty=False, metadata=about("This record was entered in error and counts for nothing"))

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
        said = {event["grade"] == 5, event["outcome"] == "fatal", "death" in (event.get("seriousness_criteria") or [])}
        if len(said) > 1:
            raise broken("death", "Grade 5, the outcome fatal and the criterion death go together.", "grade")

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
    def each_drug_once(self, event: dict[str, Any], **_: Any) -> None:
        """Causality is assessed once for each drug."""
        drugs = [assessed["drug"] for assessed in event.get("causality") or []]
        if len(set(drugs)) < len(drugs):
            raise broken("repeated", "Each drug is assessed once.", "causality")


class AdverseEventFilters(ParticipantRecordFilters):
    """Filter the adverse events of a study."""

    outcome = Choice(words.OUTCOMES, metadata=about("Only events with this outcome"))
