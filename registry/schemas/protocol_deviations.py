"""Departures from the protocol: noted by the registry, reported by a site or found by monitoring; somebody classifies each."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from registry.domain.protocol_deviations import (
    ACTIONS,
    CATEGORIES,
    ORIGINS,
    PROTOCOL_DEVIATION,
    SEVERITIES,
    WITH_SEVERITY,
)
from registry.domain.vocabulary import VISIT_EVENTS
from registry.schemas.base import Kept
from registry.schemas.fields import Choice, Day, Id, NotInTheFuture, Text, about
from registry.schemas.queries import ParticipantRecordFilters
from registry.schemas.sentences import Sentence, broken

NEEDED = Sentence("classification_needed", "A deviation that is classified or closed has a severity and an action.")
TOO_EARLY = Sentence("not_classified", "Severity and action are given when the deviation is classified.")


class ProtocolDeviation(Kept):
    """A departure from the protocol, and how it was judged."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version in force then; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    visit_id = Id(metadata=about("Visit that it is about"))
    event = Choice(VISIT_EVENTS, metadata=about("Planned event that it is about", sdtm="DV.VISIT", example="week_12"))
    occurred_on = Day(
        validate=NotInTheFuture(),
        required=True,
        metadata=about("When it happened", sdtm="DV.DVSTDTC", example="2026-03-02"),
    )
    category = Choice(CATEGORIES, required=True, metadata=about("Category", sdtm="DV.DVCAT", example="dosing"))
    description = Text(
        2000, metadata=about("What happened; null where the registry noted it", sdtm="DV.DVTERM", free_text=True)
    )
    status = Choice(
        PROTOCOL_DEVIATION.words, empty=PROTOCOL_DEVIATION.first, metadata=about("State", example="to_classify")
    )
    severity = Choice(SEVERITIES, metadata=about("Severity; null until it is classified"))
    action = Choice(ACTIONS, metadata=about("What was done; null until it is classified"))
    assessment = Text(
        2000, metadata=about("Assessment, and why it is no deviation where it is dismissed", free_text=True)
    )
    origin = Choice(ORIGINS, dump_only=True, metadata=about("Who noted it"))

    @validates_schema(skip_on_field_errors=True)
    def is_classified_with_severity_and_action(self, deviation: dict[str, Any], **_: Any) -> None:
        """Severity and action are there where it is classified or closed, and only there."""
        wanted = deviation.get("status") in WITH_SEVERITY
        said = NEEDED if wanted else TOO_EARLY
        wrong = {name: [said] for name in ("severity", "action") if (deviation.get(name) is not None) != wanted}
        if wrong:
            raise ValidationError(wrong)

    @validates_schema(skip_on_field_errors=True)
    def is_dismissed_in_words(self, deviation: dict[str, Any], **_: Any) -> None:
        """What is dismissed says why."""
        if deviation.get("status") == "dismissed" and not deviation.get("assessment"):
            raise broken("assessment_needed", "The assessment tells why it is no deviation.", "assessment")


class ProtocolDeviationFilters(ParticipantRecordFilters):
    """Filter the protocol deviations of a study; those to be classified are a work list."""

    visit_id = Id(metadata=about("Only deviations about this visit"))
    status = Choice(PROTOCOL_DEVIATION.words, metadata=about("Only deviations in this state"))
    category = Choice(CATEGORIES, metadata=about("Only this category"))
    severity = Choice(SEVERITIES, metadata=about("Only this severity"))
    origin = Choice(ORIGINS, metadata=about("Only deviations of this origin"))
