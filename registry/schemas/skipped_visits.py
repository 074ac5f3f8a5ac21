"""A visit that was skipped: which, and why."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.schedule import SKIP_REASONS
from registry.schemas.base import Kept
from registry.schemas.fields import Choice, Id, Text, YesNo, about
from registry.schemas.protocol_versions import PLANNED_EVENTS
from registry.schemas.queries import ParticipantRecordFilters
from registry.schemas.sentences import broken


class SkippedVisit(Kept):
    """An expected visit that will not take place, by decision: it is neither overdue nor missed."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    event = Choice(
        PLANNED_EVENTS, required=True, metadata=about("Event that is skipped", sdtm="SV.VISIT", example="week_12")
    )
    reason = Choice(SKIP_REASONS, required=True, metadata=about("Why", sdtm="SV.SVREASOC", example="illness"))
    comment = Text(1000, metadata=about("Why, in words; needed where the reason is `other`", free_text=True))
    entered_in_error = YesNo(empty=False, metadata=about("This record was entered in error and counts for nothing"))

    @validates_schema(skip_on_field_errors=True)
    def another_reason_is_said(self, skipped: dict[str, Any], **_: Any) -> None:
        """Another reason than those of the list is given in words."""
        if skipped["reason"] == "other" and skipped.get("comment") is None:
            raise broken("required", "Say in words why the visit is skipped.", "comment")


class SkippedVisitFilters(ParticipantRecordFilters):
    """Filter the skipped visits of a study."""

    event = Choice(PLANNED_EVENTS, metadata=about("Only visits of this event"))
