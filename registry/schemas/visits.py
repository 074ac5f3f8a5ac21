"""A visit: header, forms and laboratory results, submitted and amended as a whole."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from registry.domain.deidentification import Action
from registry.domain.vocabulary import VISIT_EVENTS, VISIT_MODES, VISIT_STATUSES
from registry.schemas.base import Form, Kept, Record
from registry.schemas.damage import Damage
from registry.schemas.derived import ListWithDerived, derived_values
from registry.schemas.disease_activity import DiseaseActivity
from registry.schemas.fields import Choice, Day, Id, ListOf, Part, Text, YesNo, about
from registry.schemas.functioning import Functioning
from registry.schemas.laboratory_results import LaboratoryResult
from registry.schemas.muscle_strength import MuscleStrength
from registry.schemas.organ_involvement import OrganInvolvement
from registry.schemas.queries import AsOf, ParticipantRecordFilters
from registry.schemas.removals import CONFIRMED, IN_ERROR
from registry.schemas.sentences import Sentence, broken
from registry.schemas.signatures import signatures_of_record
from registry.schemas.skin_disease import SkinDisease
from registry.schemas.vital_signs import VitalSigns

FORMS: dict[str, type[Form]] = {
    "vital_signs": VitalSigns,
    "disease_activity": DiseaseActivity,
    "muscle_strength": MuscleStrength,
    "skin_disease": SkinDisease,
    "functioning": Functioning,
    "organ_involvement": OrganInvolvement,
    "damage": Damage,
}
MOST_RESULTS = 200


class Forms(Record):
    """The forms of a visit; one that was not filled in is null."""

    vital_signs = Part(VitalSigns, metadata=about("Vital signs and growth"))
    disease_activity = Part(DiseaseActivity, metadata=about("Global assessments and MDAAT organ scales"))
    muscle_strength = Part(MuscleStrength, metadata=about("MMT8, MMT26 and CMAS"))
    skin_disease = Part(SkinDisease, metadata=about("CDASI, DAS, abbreviated CAT, nailfold capillaries"))
    functioning = Part(Functioning, metadata=about("CHAQ, CHQ and PROMIS"))
    organ_involvement = Part(
        OrganInvolvement, metadata=about("Calcinosis, lung, swallowing, gut, heart, joints, ulcers")
    )
    damage = Part(Damage, metadata=about("Myositis Damage Index"))


class Confirmation(Record):
    """That an unusual value is right: the rule that asked, and why the value stands."""

    rule = Text(
        60,
        pattern=r"[a-z][a-z0-9_]+",
        required=True,
        metadata=about("Rule as the problem named it in `code`", example="ck_above_50_uln"),
    )
    comment = Text(
        300,
        required=True,
        metadata=about("Why the value stands", free_text=True, example="Repeated, confirmed by the laboratory"),
    )


class Visit(Kept):
    """A visit of a participant. A draft may be incomplete; a complete visit passes every rule."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    event = Choice(
        VISIT_EVENTS,
        required=True,
        metadata=about(
            "Planned event, or unscheduled",
            sdtm="SV.VISIT",
            example="week_0",
            removed_because="stands in every row of a visit",
        ),
    )
    visited_on = Day(
        metadata=about(
            "Date of the visit at the site; a complete visit has one",
            sdtm="SV.SVSTDTC",
            example="2026-02-10",
            removed_because="stands in every row of a visit, by the day of the study",
        )
    )
    mode = Choice(
        VISIT_MODES,
        metadata=about("In person or remote; a complete visit says which", example="in_person", deidentify=Action.CODE),
    )
    status = Choice(
        VISIT_STATUSES,
        required=True,
        metadata=about("Draft or complete", example="complete", removed_because="only complete visits are given"),
    )
    forms = Part(Forms, metadata=about("The forms", removed_because="given in files of their own"))
    laboratory_results = ListOf(
        Part(LaboratoryResult, required=True),
        MOST_RESULTS,
        metadata=about("Laboratory results", removed_because="given in a file of their own"),
    )
    confirmations = ListOf(
        Part(Confirmation, required=True),
        50,
        metadata=about("Unusual values that were confirmed", removed_because=CONFIRMED),
    )
    entered_in_error = YesNo(
        empty=False, metadata=about("This visit was entered in error and counts for nothing", removed_because=IN_ERROR)
    )

    derived = derived_values("What the rules make of the visit; null where it was not asked for")
    signatures = signatures_of_record()

    @validates_schema(skip_on_field_errors=True)
    def complete_has_date_and_mode(self, visit: dict[str, Any], **_: Any) -> None:
        """A complete visit says when and how it took place."""
        absent = [name for name in ("visited_on", "mode") if visit.get(name) is None]
        if visit["status"] == "complete" and absent:
            raise ValidationError(
                {name: [Sentence("required", "A complete visit needs this value.")] for name in absent}
            )

    @validates_schema(skip_on_field_errors=True)
    def each_result_once(self, visit: dict[str, Any], **_: Any) -> None:
        """A result is told apart by analyte, specimen, assay and time of collection."""
        seen: set[tuple[Any, ...]] = set()
        for index, result in enumerate(visit.get("laboratory_results") or []):
            key = tuple(result.get(name) for name in RESULT_KEY)
            if key in seen:
                raise broken(
                    "repeated",
                    f"Result {index} repeats another: same analyte, specimen, assay and time.",
                    "laboratory_results",
                )
            seen.add(key)


RESULT_KEY = ("analyte", "specimen", "assay", "collected_at")
"""What tells one result of a visit from another."""


class VisitFilters(ParticipantRecordFilters, AsOf, ListWithDerived):
    """Filter the visits of a study."""

    status = Choice(VISIT_STATUSES, metadata=about("Only drafts, or only complete visits"))
    event = Choice(VISIT_EVENTS, metadata=about("Only visits of this planned event"))
    from_date = Day(metadata=about("Only visits on or after this day"))
    to_date = Day(metadata=about("Only visits on or before this day"))
