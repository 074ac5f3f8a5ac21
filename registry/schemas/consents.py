"""Consent and assent: what was agreed to, when, by whom, and until when."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.consents import DEFAULT_SCOPES
from registry.domain.deidentification import Action
from registry.domain.vocabulary import CONSENT_GIVERS, CONSENT_KINDS, CONSENT_SCOPES
from registry.schemas.base import Kept
from registry.schemas.fields import Choice, Day, Id, ListOf, NotInTheFuture, Text, YesNo, about
from registry.schemas.removals import IN_ERROR, OF_THE_FAMILY, UNLISTED
from registry.schemas.sentences import broken

LANGUAGE_FORM = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"
LANGUAGE_SAYS = "A language is a tag of BCP 47, such as de or pt-BR."


class Scopes(ListOf):
    """Uses that a consent agrees to; one that does not say agrees to the registry's own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Choice(CONSENT_SCOPES), len(CONSENT_SCOPES), distinct=True, **kwargs)
        self.empty = list(DEFAULT_SCOPES)

    def present(self, value: Any) -> Any:
        """Give the uses; those of a consent that was recorded before there were any to say."""
        return list(DEFAULT_SCOPES) if value is None else value


class Consent(Kept):
    """A consent or a child's assent to one version of a document; visits need a consent in force on their date."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version it was made under; null where there was none")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    document_version = Text(
        40, required=True, metadata=about("Version of the consent document", example="2.1", removed_because=UNLISTED)
    )
    kind = Choice(
        CONSENT_KINDS,
        required=True,
        metadata=about("Consent, or assent of the child", sdtm="DS.DSDECOD", example="consent", deidentify=Action.CODE),
    )
    language = Text(
        35,
        pattern=LANGUAGE_FORM,
        says=LANGUAGE_SAYS,
        metadata=about(
            "Language of the document; to be told where the study has it in several",
            example="de",
            removed_because=OF_THE_FAMILY,
        ),
    )
    scopes = Scopes(
        metadata=about(
            "Uses of the data that it agrees to; where absent, the registry's",
            example=["registry"],
            removed_because="everybody in an extract agrees to the uses that its manifest names",
        )
    )
    consent_document_id = Id(
        dump_only=True,
        allow_none=True,
        metadata=about("Document that it is to, found by the registry; null where the study had none"),
    )
    given_by = Choice(
        CONSENT_GIVERS, required=True, metadata=about("Who gave it", example="parent", removed_because=OF_THE_FAMILY)
    )
    given_on = Day(
        validate=NotInTheFuture(),
        required=True,
        metadata=about("When it was given", sdtm="DS.DSSTDTC", example="2026-01-12", deidentify=Action.DATE),
    )
    withdrawn_on = Day(validate=NotInTheFuture(), metadata=about("When it was withdrawn", deidentify=Action.DATE))
    entered_in_error = YesNo(
        empty=False, metadata=about("This record was entered in error and counts for nothing", removed_because=IN_ERROR)
    )

    @validates_schema(skip_on_field_errors=True)
    def withdrawal_follows_consent(self, consent: dict[str, Any], **_: Any) -> None:
        """A consent is not withdrawn before it was given."""
        if consent.get("withdrawn_on") and consent["withdrawn_on"] < consent["given_on"]:
            raise broken("before_consent", "The withdrawal must not be before the consent.", "withdrawn_on")
