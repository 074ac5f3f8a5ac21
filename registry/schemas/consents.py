"""Consent and assent: what was agreed to, when, by whom, and until when."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.vocabulary import CONSENT_GIVERS, CONSENT_KINDS
from registry.schemas.base import Kept
from registry.schemas.fields import Choice, Day, Id, NotInTheFuture, Text, YesNo, about
from registry.schemas.sentences import broken


class Consent(Kept):
    """A consent or a child's assent to one version of a document; visits need a consent in force on their date."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    document_version = Text(40, required=True, metadata=about("Version of the consent document", example="2.1"))
    kind = Choice(
        CONSENT_KINDS,
        required=True,
        metadata=about("Consent, or assent of the child", sdtm="DS.DSDECOD", example="consent"),
    )
    given_by = Choice(CONSENT_GIVERS, required=True, metadata=about("Who gave it", example="parent"))
    given_on = Day(
        validate=NotInTheFuture(),
        required=True,
        metadata=about("When it was given", sdtm="DS.DSSTDTC", example="2026-01-12"),
    )
    withdrawn_on = Day(validate=NotInTheFuture(), metadata=about("When it was withdrawn"))
    entered_in_error = YesNo(empty=False, metadata=about("This record was entered in error and counts for nothing"))

    @validates_schema(skip_on_field_errors=True)
    def withdrawal_follows_consent(self, consent: dict[str, Any], **_: Any) -> None:
        """A consent is not withdrawn before it was given."""
        if consent.get("withdrawn_on") and consent["withdrawn_on"] < consent["given_on"]:
            raise broken("before_consent", "The withdrawal must not be before the consent.", "withdrawn_on")
