"""Blinded study product as the site sees it: that it was taken, when and how well, whatever it was."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.vocabulary import ADHERENCE, DOSE_REASONS
from registry.schemas.base import Kept
from registry.schemas.fields import Choice, Day, Id, NotInTheFuture, YesNo, about
from registry.schemas.sentences import broken


class StudyProductIntake(Kept):
    """Study product taken from a first to a last day, without kit, product or dose: the same for every arm."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    started_on = Day(
        validate=NotInTheFuture(), required=True, metadata=about("First day", sdtm="EC.ECSTDTC", example="2026-02-10")
    )
    ended_on = Day(validate=NotInTheFuture(), metadata=about("Last day; null while it goes on", sdtm="EC.ECENDTC"))
    adherence = Choice(ADHERENCE, required=True, metadata=about("Adherence in this interval", example="full"))
    reason_for_end = Choice(DOSE_REASONS, metadata=about("Why it was interrupted or stopped"))
    entered_in_error = YesNo(empty=False, metadata=about("This record was entered in error and counts for nothing"))

    @validates_schema(skip_on_field_errors=True)
    def end_follows_start(self, intake: dict[str, Any], **_: Any) -> None:
        """The last day is not before the first."""
        if intake.get("ended_on") and intake["ended_on"] < intake["started_on"]:
            raise broken("end_before_start", "The last day must not be before the first.", "ended_on")
