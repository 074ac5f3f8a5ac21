"""The breaking of a code: who asked why, who confirmed, and that the safety officer knows; never the treatment."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.code_break import CATEGORIES, CODE_BREAK, EMERGENCIES
from registry.schemas.base import Kept, Record
from registry.schemas.fields import Choice, Id, Moment, Text, YesNo, about
from registry.schemas.queries import ParticipantRecordFilters, QueryYesNo
from registry.schemas.sentences import broken

DECISIONS = {"confirm": "Confirm: the treatment is opened", "decline": "Decline, or withdraw one's own request"}


class CodeBreak(Kept):
    """The opening of one participant's treatment, asked for by one person and confirmed by another."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    category = Choice(CATEGORIES, required=True, metadata=about("Kind of reason", example="medical_emergency"))
    reason = Text(
        500,
        required=True,
        metadata=about("Why the treatment must be known", free_text=True, example="Sepsis; immunosuppression unclear"),
    )
    emergency = YesNo(
        empty=False, metadata=about("It cannot wait for a second person: opened at once, and a deviation")
    )
    status = Choice(CODE_BREAK.words, dump_only=True, metadata=about("State"))
    requested_by = Id(dump_only=True, metadata=about("Account that asked"))
    decided_by = Id(dump_only=True, allow_none=True, metadata=about("Account that confirmed or declined"))
    opened_at = Moment(dump_only=True, allow_none=True, metadata=about("When the treatment was opened"))
    acknowledged = YesNo(dump_only=True, metadata=about("A safety officer has taken note"))
    acknowledged_by = Id(dump_only=True, allow_none=True, metadata=about("Safety officer who took note"))
    acknowledged_at = Moment(dump_only=True, allow_none=True, metadata=about("When the safety officer took note"))

    @validates_schema(skip_on_field_errors=True)
    def emergency_is_one(self, asked: dict[str, Any], **_: Any) -> None:
        """Only an emergency does without a second person."""
        if asked.get("emergency") and asked["category"] not in EMERGENCIES:
            raise broken("no_emergency", "This reason can wait for a second person.", "emergency")


class CodeBreakDecision(Record):
    """The second person's answer."""

    decision = Choice(DECISIONS, required=True, metadata=about("What is decided", example="confirm"))
    comment = Text(500, required=True, metadata=about("Why; kept as reason of the change", free_text=True))


class CodeBreakAcknowledgement(Record):
    """The safety officer's note."""

    comment = Text(500, required=True, metadata=about("What follows; kept as reason of the change", free_text=True))


class CodeBreakFilters(ParticipantRecordFilters):
    """Filter the code breaks of a study."""

    status = Choice(CODE_BREAK.words, metadata=about("Only code breaks in this state"))
    acknowledged = QueryYesNo(metadata=about("Only those that a safety officer has taken note of, or has not"))
