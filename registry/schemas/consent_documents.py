"""A version of a document of consent or assent, in one language: where and when it is signed, and what it asks about."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.vocabulary import CONSENT_KINDS, CONSENT_SCOPES
from registry.schemas.base import Kept
from registry.schemas.consents import LANGUAGE_FORM, LANGUAGE_SAYS
from registry.schemas.fields import Choice, Day, Id, ListOf, Text, YesNo, about
from registry.schemas.queries import Page
from registry.schemas.sentences import broken


class ConsentDocument(Kept):
    """A version of a document of consent or assent; where a study has any, its consents are to one that was valid."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(metadata=about("Site where it is used; every site where it is null"))
    document_version = Text(40, required=True, metadata=about("Version of the document", example="2.1"))
    kind = Choice(CONSENT_KINDS, required=True, metadata=about("Consent, or assent of the child", example="consent"))
    language = Text(
        35, pattern=LANGUAGE_FORM, says=LANGUAGE_SAYS, required=True, metadata=about("Language", example="de")
    )
    valid_from = Day(required=True, metadata=about("First day on which it may be signed", example="2025-01-01"))
    valid_until = Day(metadata=about("Last day on which it may be signed; null while it is in use"))
    reconsent_by = Day(
        metadata=about(
            "Last day on which agreement to an earlier version counts; null where earlier agreements go on counting"
        )
    )
    scopes = ListOf(
        Choice(CONSENT_SCOPES),
        len(CONSENT_SCOPES),
        distinct=True,
        required=True,
        metadata=about("Uses of the data that it asks about", example=["registry", "partner_sharing"]),
    )
    entered_in_error = YesNo(empty=False, metadata=about("This record was entered in error and counts for nothing"))

    @validates_schema(skip_on_field_errors=True)
    def days_are_in_order(self, document: dict[str, Any], **_: Any) -> None:
        """A document ends, and calls for consent again, not before it is valid."""
        for name in ("valid_until", "reconsent_by"):
            if document.get(name) and document[name] < document["valid_from"]:
                raise broken("before_validity", "This day must not be before the first day of validity.", name)


class ConsentDocumentFilters(Page):
    """Filter the documents of a study."""

    site_id = Id(metadata=about("Only documents of this site alone"))
    kind = Choice(CONSENT_KINDS, metadata=about("Only documents of this kind"))
    language = Text(35, pattern=LANGUAGE_FORM, says=LANGUAGE_SAYS, metadata=about("Only documents in this language"))
