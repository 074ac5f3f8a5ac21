"""Exposure to a JAK inhibitor as an interval with one dose; two intervals of a participant never overlap."""

from __future__ import annotations

from typing import Any

from marshmallow import post_load, validates_schema

from registry.domain.deidentification import Action
from registry.domain.dosing import FORMULATIONS, JAK_INHIBITORS, UnknownDrug, resolve
from registry.domain.vocabulary import ADHERENCE, DOSE_REASONS
from registry.schemas.base import Kept
from registry.schemas.fields import Choice, Day, Exact, Id, ListOf, NotInTheFuture, Part, Text, YesNo, about
from registry.schemas.queries import ParticipantRecordFilters
from registry.schemas.removals import CONFIRMED, IN_ERROR
from registry.schemas.sentences import broken
from registry.schemas.visits import Confirmation

DRUGS = {code: drug.name for code, drug in JAK_INHIBITORS.items()}


class Dose(Kept):
    """A JAK inhibitor at one dose from its first to its last day; a change of dose ends one interval and starts the next."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    drug = Choice(
        DRUGS,
        required=True,
        metadata=about("JAK inhibitor", sdtm="EC.ECTRT", example="baricitinib", deidentify=Action.TREATMENT),
    )
    atc = Text(
        8,
        pattern=r"[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}",
        metadata=about(
            "ATC code, current or before the 2024 regrouping", example="L04AF02", deidentify=Action.TREATMENT
        ),
    )
    formulation = Choice(
        FORMULATIONS,
        required=True,
        metadata=about("Formulation", sdtm="EC.ECDOSFRM", example="tablet", deidentify=Action.TREATMENT),
    )
    mg_per_intake = Exact(
        "0.01",
        1000,
        places=3,
        required=True,
        metadata=about(
            "Dose of one intake", unit="mg", sdtm="EC.ECDOSE", example=2, deidentify=Action.TREATMENT, group=("drug",)
        ),
    )
    intakes_per_day = Exact(
        "0.1",
        12,
        places=2,
        required=True,
        metadata=about(
            "Intakes a day", unit="/d", sdtm="EC.ECDOSFRQ", example=2, deidentify=Action.TREATMENT, group=("drug",)
        ),
    )
    weight_used = Exact(
        1,
        250,
        places=2,
        metadata=about("Body weight that the dose was chosen for", unit="kg", example=31.5, deidentify=Action.NUMBER),
    )
    egfr_used = Exact(
        1,
        400,
        places=1,
        metadata=about(
            "Estimated glomerular filtration rate that the dose was chosen for",
            unit="mL/min/{1.73_m2}",
            deidentify=Action.NUMBER,
            inside=True,
        ),
    )
    started_on = Day(
        validate=NotInTheFuture(),
        required=True,
        metadata=about("First day at this dose", sdtm="EC.ECSTDTC", example="2026-02-10", deidentify=Action.DATE),
    )
    ended_on = Day(
        validate=NotInTheFuture(),
        metadata=about("Last day at this dose; null while it goes on", sdtm="EC.ECENDTC", deidentify=Action.DATE),
    )
    reason_for_start = Choice(DOSE_REASONS, metadata=about("Why this dose was started", deidentify=Action.TREATMENT))
    reason_for_end = Choice(
        DOSE_REASONS, metadata=about("Why this dose was changed or stopped", deidentify=Action.TREATMENT)
    )
    adherence = Choice(ADHERENCE, metadata=about("Adherence in this interval", deidentify=Action.TREATMENT))
    mg_per_day = Exact(
        0,
        12000,
        places=5,
        dump_only=True,
        metadata=about("Dose a day", unit="mg/d", deidentify=Action.TREATMENT, group=("drug",)),
    )
    mg_per_kg_per_day = Exact(
        0,
        12000,
        places=6,
        dump_only=True,
        allow_none=True,
        metadata=about(
            "Dose a day for each kilogram of the weight used",
            unit="mg/kg/d",
            deidentify=Action.TREATMENT,
            group=("drug",),
            inside=True,
        ),
    )
    confirmations = ListOf(
        Part(Confirmation, required=True),
        10,
        metadata=about("Unusual values that were confirmed", removed_because=CONFIRMED),
    )
    entered_in_error = YesNo(
        empty=False, metadata=about("This record was entered in error and counts for nothing", removed_because=IN_ERROR)
    )

    @validates_schema(skip_on_field_errors=True)
    def end_follows_start(self, dose: dict[str, Any], **_: Any) -> None:
        """The last day is not before the first."""
        if dose.get("ended_on") and dose["ended_on"] < dose["started_on"]:
            raise broken("end_before_start", "The last day must not be before the first.", "ended_on")

    @validates_schema(skip_on_field_errors=True)
    def code_belongs_to_drug(self, dose: dict[str, Any], **_: Any) -> None:
        """The ATC code, current or old, is one of the drug's."""
        if dose.get("atc") and not _is_of(dose["atc"], dose["drug"]):
            raise broken("atc_of_other_drug", "The ATC code is not one of this drug, current or old.", "atc")

    @post_load
    def current_code(self, dose: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Fill in the current ATC code where none was given; one that was given is kept as it was."""
        return dose if dose.get("atc") else {**dose, "atc": JAK_INHIBITORS[dose["drug"]].atc}


def _is_of(atc: str, drug: str) -> bool:
    try:
        return resolve(atc).code == drug
    except UnknownDrug:
        return False


class DoseFilters(ParticipantRecordFilters):
    """Filter the doses of a study."""

    drug = Choice(DRUGS, metadata=about("Only doses of this drug"))
