"""A participant under a site-issued code: no field for a name, an address, a hospital number or a full birth date exists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import validates_schema

from registry.domain import dates
from registry.domain.analyte import FINDINGS
from registry.domain.autoantibodies import AUTOANTIBODIES, METHODS
from registry.domain.deidentification import Action
from registry.domain.diagnostic_items import DIAGNOSTIC_ITEMS
from registry.domain.medications import MEDICATIONS
from registry.domain.vocabulary import (
    ACCESS_BARRIERS,
    ANCESTRY,
    CORE_SETS,
    DISEASE_COURSES,
    INDICATIONS,
    SEX_AT_BIRTH,
    STRENGTH_MEASURES,
)
from registry.schemas.base import Kept, Record
from registry.schemas.derived import ListWithDerived, derived_values
from registry.schemas.fields import Choice, Id, ListOf, NotInTheFuture, Part, PartialDay, Text, Whole, about
from registry.schemas.instruments import fields_of
from registry.schemas.queries import AsOf, RecordFilters
from registry.schemas.removals import IDENTIFIER
from registry.schemas.sentences import broken
from registry.schemas.signatures import signatures_of_record

ANTIBODIES = {code: antibody.name for code, antibody in AUTOANTIBODIES.items()}
TREATMENTS = {code: medication.name for code, medication in MEDICATIONS.items()}
CODE_FORM = r"[A-Z0-9][A-Z0-9-]{2,19}"
CODE_SAYS = "A participant's code is 3 to 20 capital letters, digits and hyphens, made up by the site: no name, no hospital number."


class AutoantibodyTest(Record):
    """One test of a myositis-specific or myositis-associated autoantibody."""

    antibody = Choice(
        ANTIBODIES,
        required=True,
        metadata=about("Autoantibody", sdtm="IS.ISBDAGNT", example="tif1_gamma", deidentify=Action.CODE),
    )
    finding = Choice(
        FINDINGS,
        required=True,
        metadata=about("Finding", sdtm="IS.ISORRES", example="positive", deidentify=Action.CODE),
    )
    method = Choice(
        METHODS,
        required=True,
        metadata=about(
            "Method", sdtm="IS.ISMETHOD", removed_because="each autoantibody is given as one finding over its tests"
        ),
    )
    tested_on = PartialDay(
        validate=NotInTheFuture(),
        metadata=about(
            "When the sample was taken",
            sdtm="IS.ISDTC",
            removed_because="each autoantibody is given as one finding over its tests",
        ),
    )


class Participant(Kept):
    """A child or young person in a study, described only as far as the science needs.

    The variant of the response criteria, `core_set` and `strength_measure`, is fixed for a participant: it holds for every
    visit. To change it is an amendment with a reason, as any other.
    """

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(required=True, metadata=about("Site that treats the participant", deidentify=Action.RECODE))
    code = Text(
        20,
        pattern=CODE_FORM,
        says=CODE_SAYS,
        required=True,
        metadata=about("Code issued by the site", sdtm="DM.SUBJID", example="BER-0007", removed_because=IDENTIFIER),
    )
    birth_year = Whole(
        1990, 2100, required=True, metadata=about("Year of birth", unit="a", example=2014, deidentify=Action.AGE)
    )
    birth_month = Whole(
        1, 12, required=True, metadata=about("Month of birth", unit="mo", example=5, deidentify=Action.AGE)
    )
    sex_at_birth = Choice(
        SEX_AT_BIRTH,
        required=True,
        metadata=about("Sex at birth", sdtm="DM.SEX", example="female", deidentify=Action.CODE, quasi=True),
    )
    ancestry = ListOf(
        Choice(ANCESTRY),
        5,
        distinct=True,
        # Who knows the child knows it too, and it would single out where sex, age and country do not.
        metadata=about("Ancestry as the family describes it", sdtm="DM.RACE", deidentify=Action.CODE, inside=True),
    )
    symptom_onset = PartialDay(
        validate=NotInTheFuture(),
        metadata=about("First symptom of the disease", example="2021-03", deidentify=Action.AGE),
    )
    diagnosed_on = PartialDay(
        validate=NotInTheFuture(),
        metadata=about("Diagnosis", sdtm="MH.MHSTDTC", example="2021-06-14", deidentify=Action.AGE),
    )
    disease_course = Choice(DISEASE_COURSES, metadata=about("Course of the disease", deidentify=Action.CODE))
    autoantibodies = ListOf(
        Part(AutoantibodyTest, required=True),
        40,
        metadata=about(
            "Tests of myositis autoantibodies", removed_because="given as one finding for each autoantibody"
        ),
    )
    indications = ListOf(
        Choice(INDICATIONS),
        len(INDICATIONS),
        distinct=True,
        metadata=about("Why a JAK inhibitor is given", deidentify=Action.CODE),
    )
    prior_treatments = ListOf(
        Choice(TREATMENTS),
        len(TREATMENTS),
        distinct=True,
        metadata=about("Treatments before the JAK inhibitor", sdtm="CM.CMTRT", deidentify=Action.CODE),
    )
    access_barriers = ListOf(
        Choice(ACCESS_BARRIERS),
        len(ACCESS_BARRIERS),
        distinct=True,
        metadata=about("What stood in the way of a JAK inhibitor", deidentify=Action.CODE),
    )
    core_set = Choice(
        CORE_SETS,
        metadata=about(
            "Core set of the response criteria, the same for every visit; the study's where it is not given",
            deidentify=Action.CODE,
        ),
    )
    strength_measure = Choice(
        STRENGTH_MEASURES,
        metadata=about(
            "Measure of muscle strength in the core set, the same for every visit; the study's where it is not given",
            deidentify=Action.CODE,
        ),
    )

    class Meta(Kept.Meta):
        """What was found at diagnosis."""

        include = fields_of(DIAGNOSTIC_ITEMS)

    derived = derived_values("What the rules make of the participant; null where it was not asked for")
    signatures = signatures_of_record()

    @validates_schema(skip_on_field_errors=True)
    def dates_are_in_order(self, participant: dict[str, Any], **_: Any) -> None:
        """Birth is not after the first symptom, and the first symptom not after the diagnosis."""
        birth = dates.PartialDate(participant["birth_year"], participant["birth_month"])
        if birth.earliest > datetime.now(UTC).date():
            raise broken("in_the_future", "The month of birth must not be in the future.", "birth_year")
        onset, diagnosis = (_day(participant.get(name)) for name in ("symptom_onset", "diagnosed_on"))
        for name, day in (("symptom_onset", onset), ("diagnosed_on", diagnosis)):
            if day and day.is_certainly_before(birth):
                raise broken("before_birth", "The date must not be before the month of birth.", name)
        if onset and diagnosis and diagnosis.is_certainly_before(onset):
            raise broken("before_onset", "The diagnosis must not be before the first symptom.", "diagnosed_on")


def _day(text: str | None) -> dates.PartialDate | None:
    return dates.PartialDate.parse(text) if text else None


class ParticipantFilters(RecordFilters, AsOf, ListWithDerived):
    """Filter the participants of a study."""

    code = Text(20, metadata=about("Only the participant with this code"))
