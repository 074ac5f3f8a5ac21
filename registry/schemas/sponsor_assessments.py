"""The sponsor's assessment of an adverse event: a record of its own, which overwrites nothing of the investigator's."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from registry.domain.vocabulary import CAUSALITY_E2A, CAUSALITY_WHO_UMC, EXPECTEDNESS, SERIOUSNESS_CRITERIA
from registry.schemas.base import Kept, Record
from registry.schemas.drug_causality import SUSPECTS
from registry.schemas.fields import Choice, Id, ListOf, Moment, Part, Text, YesNo, about
from registry.schemas.queries import ParticipantRecordFilters
from registry.schemas.sentences import Sentence, broken

MOST_DRUGS = 20
BY_DOCUMENT = Sentence("required", "Name the reference safety information that lists what is expected.")


class SponsorDrug(Record):
    """What the sponsor holds of one drug: whether it may have caused the event, and whether the event was expected."""

    drug = Choice(SUSPECTS, required=True, metadata=about("Drug", example="baricitinib"))
    causality = Choice(
        CAUSALITY_E2A, metadata=about("Causality by the sponsor (ICH E2A)", example="reasonable_possibility")
    )
    expectedness = Choice(EXPECTEDNESS, metadata=about("Expected by the reference safety information"))
    reference_safety_information_id = Id(
        metadata=about("Document in force at the onset that expectedness was judged by; expected needs one")
    )
    disagreement = Text(
        1000,
        metadata=about("Why the sponsor's causality is lower than the investigator's; then required", free_text=True),
    )


class ComparedCausality(Record):
    """What the investigator and the sponsor say of one drug, side by side."""

    drug = Choice(SUSPECTS, required=True, metadata=about("Drug"))
    investigator = Choice(CAUSALITY_WHO_UMC, metadata=about("Causality by the investigator (WHO-UMC)"))
    sponsor = Choice(CAUSALITY_E2A, metadata=about("Causality by the sponsor (ICH E2A)"))
    sponsor_is_lower = YesNo(
        required=True, metadata=about("Whether the sponsor excludes what the investigator holds possible")
    )
    disagreement = Text(1000, metadata=about("The sponsor's reason", free_text=True))


class ReportingClassification(Record):
    """What the event is for reporting: the higher of what the investigator and the sponsor say."""

    serious = YesNo(required=True, metadata=about("Serious by the investigator or the sponsor"))
    serious_by = ListOf(
        Choice({"investigator": "Investigator", "sponsor": "Sponsor"}), 2, metadata=about("Who holds it to be serious")
    )
    fatal_or_life_threatening = YesNo(required=True, metadata=about("By a criterion of either of them"))
    related = YesNo(required=True, metadata=about("A drug may have caused it, or nobody has excluded it"))
    related_by = ListOf(
        Choice({"investigator": "Investigator", "sponsor": "Sponsor"}), 2, metadata=about("Who holds it to be related")
    )
    unexpected = YesNo(required=True, metadata=about("Not expected of a drug that may have caused it, or not assessed"))
    susar = YesNo(required=True, metadata=about("Suspected unexpected serious adverse reaction"))
    provisional = YesNo(required=True, metadata=about("Rests on something that nobody has assessed yet"))


class SponsorAssessment(Kept):
    """The sponsor's assessment of one adverse event; it can raise what the investigator says, and lowers nothing."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    adverse_event_id = Id(dump_only=True, metadata=about("Adverse event"))
    sponsor_aware_at = Moment(
        required=True,
        metadata=about("When the sponsor first had the minimum criteria of a report", example="2026-05-07T09:30:00Z"),
    )
    seriousness_criteria = ListOf(
        Choice(SERIOUSNESS_CRITERIA),
        len(SERIOUSNESS_CRITERIA),
        distinct=True,
        metadata=about("Criteria of seriousness that the sponsor holds to be met (ICH E2A)"),
    )
    drugs = ListOf(Part(SponsorDrug, required=True), MOST_DRUGS, metadata=about("The sponsor's view, drug by drug"))
    comment = Text(2000, metadata=about("Comment of the sponsor", free_text=True))
    compared = ListOf(
        Part(ComparedCausality), 2 * MOST_DRUGS, dump_only=True, metadata=about("Both views of each drug, side by side")
    )
    classification = Part(
        ReportingClassification, dump_only=True, metadata=about("What the event is for reporting, as it stands now")
    )

    @validates_schema(skip_on_field_errors=True)
    def expected_by_a_document(self, assessment: dict[str, Any], **_: Any) -> None:
        """What is expected is listed in the reference safety information, which is named."""
        bare = {
            place: {"reference_safety_information_id": [BY_DOCUMENT]}
            for place, drug in enumerate(assessment.get("drugs") or [])
            if drug.get("expectedness") == "expected" and not drug.get("reference_safety_information_id")
        }
        if bare:
            raise ValidationError({"drugs": bare})

    @validates_schema(skip_on_field_errors=True)
    def each_drug_once(self, assessment: dict[str, Any], **_: Any) -> None:
        """The sponsor assesses each drug once."""
        drugs = [assessed["drug"] for assessed in assessment.get("drugs") or []]
        if len(set(drugs)) < len(drugs):
            raise broken("repeated", "Each drug is assessed once.", "drugs")


class KeptSponsorAssessment(SponsorAssessment):
    """The sponsor's assessment as it is kept: in a list, and as an earlier version."""

    class Meta:
        """What is computed from the event as it stands is told with one assessment only."""

        exclude = ("compared", "classification")


class SponsorAssessmentFilters(ParticipantRecordFilters):
    """Filter the sponsor's assessments of a study."""

    adverse_event_id = Id(metadata=about("Only the assessment of this event"))
