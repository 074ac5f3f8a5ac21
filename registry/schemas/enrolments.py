"""Where a participant stands in the study."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.enrolment import ENROLMENT, ENROLMENT_REASONS, LEAVES_WITH_A_REASON
from registry.schemas.base import Kept
from registry.schemas.fields import Choice, Day, Id, NotInTheFuture, Text, about
from registry.schemas.queries import RecordFilters
from registry.schemas.sentences import broken


class Enrolment(Kept):
    """Where a participant stands in the study: one record each, made with the participant, amended from state to state."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    status = Choice(
        ENROLMENT.words, required=True, metadata=about("State in the study", sdtm="DS.DSDECOD", example="enrolled")
    )
    status_on = Day(
        validate=NotInTheFuture(),
        required=True,
        metadata=about("First day in this state", sdtm="DS.DSSTDTC", example="2026-02-03"),
    )
    enrolled_on = Day(dump_only=True, allow_none=True, metadata=about("Day of enrolment; null before it"))
    reason = Choice(
        ENROLMENT_REASONS, metadata=about("Why; needed after a failed screening and at a withdrawal", sdtm="DS.DSTERM")
    )
    comment = Text(1000, metadata=about("Comment", free_text=True))

    @validates_schema(skip_on_field_errors=True)
    def who_leaves_has_a_reason(self, enrolment: dict[str, Any], **_: Any) -> None:
        """A failed screening and a withdrawal have a reason."""
        if enrolment["status"] in LEAVES_WITH_A_REASON and not enrolment.get("reason"):
            raise broken("reason_needed", "This state needs a reason.", "reason")


class EnrolmentFilters(RecordFilters):
    """Filter the enrolments of a study."""

    status = Choice(ENROLMENT.words, metadata=about("Only participants in this state"))
