"""A medication given beside the JAK inhibitor, from a closed vocabulary; glucocorticoid doses give the weaning curve."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain import dates
from registry.domain.deidentification import Action
from registry.domain.medications import ROUTES
from registry.domain.vocabulary import MEDICATION_END_REASONS
from registry.schemas.base import Kept
from registry.schemas.fields import Choice, Exact, Id, NotInTheFuture, PartialDay, Text, YesNo, about
from registry.schemas.participants import TREATMENTS
from registry.schemas.removals import IN_ERROR
from registry.schemas.sentences import broken

DOSE_UNITS = {
    "mg": "mg",
    "g": "g",
    "mg/kg": "mg/kg",
    "g/kg": "g/kg",
    "mg/m2": "mg/m2",
    "ug": "ug",
    "[IU]": "[IU]",
    "{application}": "Applications",
    "{dose}": "Doses",
}
FREQUENCIES = {
    "once": "Once",
    "daily": "Daily",
    "twice_daily": "Twice a day",
    "three_times_daily": "Three times a day",
    "alternate_days": "Every other day",
    "weekly": "Weekly",
    "twice_weekly": "Twice a week",
    "every_two_weeks": "Every two weeks",
    "every_four_weeks": "Every four weeks",
    "every_six_months": "Every six months",
    "as_needed": "As needed",
    "other": "Other",
}


BESIDE_THE_MEDICATION: dict[str, Any] = {"deidentify": Action.CODE, "told_with": ("medication",)}
"""What an extract does to a code that may tell a medication which is left blank."""


class ConcomitantMedication(Kept):
    """A concomitant medication with its dose and interval; it may still be going on."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    medication = Choice(
        TREATMENTS,
        required=True,
        metadata=about("Medication", sdtm="CM.CMTRT", example="prednisolone", deidentify=Action.CODE),
    )
    dose = Exact(
        0,
        1000000,
        places=4,
        metadata=about(
            "Dose each time",
            sdtm="CM.CMDOSE",
            example=10,
            deidentify=Action.NUMBER,
            group=("medication", "dose_unit"),
            told_with=("medication",),
        ),
    )
    dose_unit = Choice(
        DOSE_UNITS, metadata=about("Unit of the dose, UCUM", sdtm="CM.CMDOSU", example="mg", **BESIDE_THE_MEDICATION)
    )
    frequency = Choice(
        FREQUENCIES, metadata=about("How often", sdtm="CM.CMDOSFRQ", example="daily", **BESIDE_THE_MEDICATION)
    )
    route = Choice(ROUTES, metadata=about("Route", sdtm="CM.CMROUTE", example="oral", **BESIDE_THE_MEDICATION))
    indication = Text(200, metadata=about("Indication in the site's words", sdtm="CM.CMINDC", free_text=True))
    started_on = PartialDay(
        validate=NotInTheFuture(),
        metadata=about("Start, as far as it is known", sdtm="CM.CMSTDTC", example="2026-01", deidentify=Action.DATE),
    )
    ended_on = PartialDay(
        validate=NotInTheFuture(),
        metadata=about("Last day, as far as it is known", sdtm="CM.CMENDTC", deidentify=Action.DATE),
    )
    reason_for_end = Choice(
        MEDICATION_END_REASONS,
        metadata=about("Why it was stopped or changed", sdtm="CM.CMRSDISC", deidentify=Action.CODE),
    )
    entered_in_error = YesNo(
        empty=False, metadata=about("This record was entered in error and counts for nothing", removed_because=IN_ERROR)
    )

    @validates_schema(skip_on_field_errors=True)
    def dose_has_its_unit(self, medication: dict[str, Any], **_: Any) -> None:
        """A dose is a number with its unit."""
        if medication.get("dose") is not None and medication.get("dose_unit") is None:
            raise broken("required", "A dose needs its unit.", "dose_unit")

    @validates_schema(skip_on_field_errors=True)
    def end_follows_start(self, medication: dict[str, Any], **_: Any) -> None:
        """The end is not before the start."""
        refuse_reversed(medication)


def refuse_reversed(interval: dict[str, Any]) -> None:
    """Refuse an interval of partial dates whose end is certainly before its start."""
    start, end = interval.get("started_on"), interval.get("ended_on")
    if start and end and dates.PartialDate.parse(end).is_certainly_before(dates.PartialDate.parse(start)):
        raise broken("end_before_start", "The end must not be before the start.", "ended_on")
