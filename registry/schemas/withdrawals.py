"""A withdrawal: of the treatment, of follow-up, or of the use of data; since when, by whom, and why."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.consents import NOT_THEIRS, WITHDRAWAL_DECIDERS, WITHDRAWAL_KINDS, WITHDRAWAL_REASONS
from registry.schemas.base import Kept
from registry.schemas.fields import Choice, Day, Id, NotInTheFuture, Text, YesNo, about
from registry.schemas.queries import ParticipantRecordFilters
from registry.schemas.sentences import broken


class Withdrawal(Kept):
    """A withdrawal: visits go on after one of treatment; one of follow-up or data use ends every consent given before."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    kind = Choice(WITHDRAWAL_KINDS, required=True, metadata=about("What was withdrawn", example="treatment"))
    withdrawn_on = Day(
        validate=NotInTheFuture(),
        required=True,
        metadata=about("Last day that it leaves as it was", sdtm="DS.DSSTDTC", example="2026-03-01"),
    )
    decided_by = Choice(WITHDRAWAL_DECIDERS, required=True, metadata=about("Who decided it", example="parent"))
    reason = Choice(
        WITHDRAWAL_REASONS, required=True, metadata=about("Why, as far as it was told", example="changed_mind")
    )
    comment = Text(1000, metadata=about("What was told besides", free_text=True))
    entered_in_error = YesNo(empty=False, metadata=about("This record was entered in error and counts for nothing"))

    @validates_schema(skip_on_field_errors=True)
    def use_of_data_is_theirs(self, withdrawal: dict[str, Any], **_: Any) -> None:
        """The use of data is withdrawn by the participant or who stands for it."""
        if withdrawal["kind"] == "data_use" and withdrawal["decided_by"] in NOT_THEIRS:
            raise broken(
                "not_theirs", "The use of data is the participant's or the family's to withdraw.", "decided_by"
            )

    @validates_schema(skip_on_field_errors=True)
    def other_reasons_are_told(self, withdrawal: dict[str, Any], **_: Any) -> None:
        """A reason that the list does not have is told in words."""
        if withdrawal["reason"] == "other" and not withdrawal.get("comment"):
            raise broken("required", "Another reason needs a comment.", "comment")


class WithdrawalFilters(ParticipantRecordFilters):
    """Filter the withdrawals of a study."""

    kind = Choice(WITHDRAWAL_KINDS, metadata=about("Only withdrawals of this kind"))
