"""Blinded study product as an interval with kit, product and dose: known to the pharmacist and the unblinded statistician."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.dosing import FORMULATIONS
from registry.domain.protocol import BLINDED_PRODUCTS
from registry.schemas.base import Kept
from registry.schemas.fields import Choice, Day, Exact, Id, NotInTheFuture, Text, Whole, YesNo, about
from registry.schemas.sentences import broken


class StudyProductDose(Kept):
    """Study product at one dose from its first to its last day; two intervals of a participant never overlap."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    kit = Text(40, required=True, metadata=about("Kit that was dispensed", sdtm="EX.EXLOT"))
    product = Choice(BLINDED_PRODUCTS, required=True, metadata=about("What it was", sdtm="EX.EXTRT"))
    formulation = Choice(FORMULATIONS, required=True, metadata=about("Formulation", sdtm="EX.EXDOSFRM"))
    mg_per_intake = Exact(
        0,
        1000,
        places=3,
        required=True,
        metadata=about("Dose of one intake; 0 for placebo", unit="mg", sdtm="EX.EXDOSE"),
    )
    intakes_per_day = Exact(
        "0.1", 12, places=2, required=True, metadata=about("Intakes a day", unit="/d", sdtm="EX.EXDOSFRQ")
    )
    other_product_reason = Text(
        500,
        metadata=about("Why it was another product than that of the arm, where it was", free_text=True),
    )
    units_dispensed = Whole(0, 10000, metadata=about("Tablets, or other units, that were handed out"))
    units_returned = Whole(0, 10000, metadata=about("Of those, units that came back"))
    started_on = Day(validate=NotInTheFuture(), required=True, metadata=about("First day", sdtm="EX.EXSTDTC"))
    ended_on = Day(validate=NotInTheFuture(), metadata=about("Last day; null while it goes on", sdtm="EX.EXENDTC"))
    entered_in_error = YesNo(empty=False, metadata=about("This record was entered in error and counts for nothing"))

    @validates_schema(skip_on_field_errors=True)
    def end_follows_start(self, dose: dict[str, Any], **_: Any) -> None:
        """The last day is not before the first."""
        if dose.get("ended_on") and dose["ended_on"] < dose["started_on"]:
            raise broken("end_before_start", "The last day must not be before the first.", "ended_on")

    @validates_schema(skip_on_field_errors=True)
    def placebo_has_no_dose(self, dose: dict[str, Any], **_: Any) -> None:
        """Placebo has the dose 0, and nothing else has."""
        if (dose["product"] == "placebo") != (dose["mg_per_intake"] == 0):
            raise broken("dose_of_placebo", "Placebo has the dose 0, and nothing else has.", "mg_per_intake")

    @validates_schema(skip_on_field_errors=True)
    def returned_of_dispensed(self, dose: dict[str, Any], **_: Any) -> None:
        """No more comes back than was handed out."""
        if (dose.get("units_returned") or 0) > (dose.get("units_dispensed") or 10000):
            raise broken("more_than_dispensed", "No more can come back than was handed out.", "units_returned")
