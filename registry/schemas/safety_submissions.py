"""Submissions of adverse events: to whom, when, under which reference, and which clocks they stopped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import validates_schema

from registry.domain.reporting_clocks import RECIPIENTS
from registry.schemas.base import Kept
from registry.schemas.fields import Choice, Id, ListOf, Moment, Text, about
from registry.schemas.queries import Page
from registry.schemas.sentences import broken

MOST_CLOCKS = 20


class SafetySubmission(Kept):
    """What was sent of an adverse event; never edited, for a correction is another submission."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    adverse_event_id = Id(dump_only=True, metadata=about("Adverse event"))
    clock_ids = ListOf(
        Id(required=True), MOST_CLOCKS, distinct=True, metadata=about("Running clocks of this event that it stops")
    )
    recipient = Choice(RECIPIENTS, required=True, metadata=about("Kind of recipient", example="authority"))
    recipient_name = Text(200, required=True, metadata=about("Who received it", example="BfArM"))
    submitted_at = Moment(required=True, metadata=about("When it was sent", example="2026-05-04T08:30:00Z"))
    reference = Text(
        100, required=True, metadata=about("Reference under which it is found again", example="EV-2026-000123")
    )
    comment = Text(2000, metadata=about("What else is to be known", free_text=True))

    @validates_schema(skip_on_field_errors=True)
    def was_sent(self, submission: dict[str, Any], **_: Any) -> None:
        """What is recorded was sent; what will be is not recorded yet."""
        if submission["submitted_at"] > datetime.now(UTC):
            raise broken("in_the_future", "The moment must not be in the future.", "submitted_at")


class SafetySubmissionFilters(Page):
    """Page through the submissions of an event."""
