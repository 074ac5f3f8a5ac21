"""What is expected of a drug: the terms that one edition of a study's reference safety information lists."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.expectedness import normalised
from registry.schemas.base import Kept, Record
from registry.schemas.drug_causality import SUSPECTS
from registry.schemas.fields import Choice, Day, Id, ListOf, Part, Text, Whole, YesNo, about
from registry.schemas.queries import Page
from registry.schemas.sentences import broken

MOST_TERMS = 2000


class ExpectedTerm(Record):
    """A reaction that the document lists, and how severe it may be to count as expected."""

    term = Text(200, required=True, metadata=about("Term: coded, or of CTCAE", example="Upper respiratory infection"))
    highest_grade = Whole(
        1, 5, metadata=about("Highest grade that is expected; null where the document names none", unit="{grade}")
    )
    fatal_expected = YesNo(
        metadata=about("The document says that it may be fatal; without it a fatal one is unexpected")
    )


class ReferenceSafetyInformation(Kept):
    """The reference safety information of a drug in a study; never edited: a change is a new document."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    drug = Choice(SUSPECTS, required=True, metadata=about("Drug", example="baricitinib"))
    document = Text(
        200, required=True, metadata=about("Document with its edition", example="Investigator's brochure, edition 7")
    )
    effective_from = Day(
        required=True, metadata=about("First day on which it holds, until the next one does", example="2026-01-15")
    )
    terms = ListOf(
        Part(ExpectedTerm, required=True), MOST_TERMS, metadata=about("Reactions that are expected of the drug")
    )

    @validates_schema(skip_on_field_errors=True)
    def each_term_once(self, document: dict[str, Any], **_: Any) -> None:
        """A document lists each term once."""
        terms = [normalised(listed["term"]) for listed in document.get("terms") or []]
        if len(set(terms)) < len(terms):
            raise broken("repeated", "Each term is listed once.", "terms")


class ReferenceSafetyInformationFilters(Page):
    """Filter the reference safety information of a study."""

    drug = Choice(SUSPECTS, metadata=about("Only documents of this drug"))


class DrugExpectedness(Record):
    """What one suspected drug's document says of the event: a proposal, which nobody has made a judgement yet."""

    drug = Choice(SUSPECTS, required=True, metadata=about("Suspected drug"))
    reference_safety_information_id = Id(metadata=about("Document in force at the onset; null where there is none"))
    document = Text(200, metadata=about("Its name and edition"))
    effective_from = Day(metadata=about("First day on which it holds"))
    certainly_in_force = YesNo(
        required=True, metadata=about("Whether no other document may have been in force on a day of the onset")
    )
    listed_term = Text(200, metadata=about("Term of the document that the event matches; null where it lists none"))
    proposal = Text(20, required=True, metadata=about("Proposed: expected, unexpected, or unknown without a document"))
    reason = Text(300, required=True, metadata=about("Why that is proposed"))


class Expectedness(Record):
    """What the documents in force at the onset say of an event, drug by drug."""

    adverse_event_id = Id(required=True, metadata=about("Adverse event"))
    event_version = Whole(1, 2**31 - 1, required=True, metadata=about("Version of the event that was looked at"))
    terms = ListOf(Text(200), 10, required=True, metadata=about("Terms of the event that were looked for"))
    drugs = ListOf(Part(DrugExpectedness), 100, required=True, metadata=about("Each suspected drug"))
