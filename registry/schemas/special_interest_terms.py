"""What a study adds to the rule set of special interest: words, or codes of a dictionary that the installation loaded."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.special_interest_words import plain
from registry.domain.vocabulary import SPECIAL_INTEREST
from registry.schemas.base import Kept
from registry.schemas.fields import Choice, Id, Text, YesNo, about
from registry.schemas.queries import Page, QueryYesNo
from registry.schemas.sentences import broken


class SpecialInterestTerm(Kept):
    """A word or a code by which a study finds events of special interest besides those of the rule set."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    topic = Choice(SPECIAL_INTEREST, required=True, metadata=about("Topic", example="herpes_zoster"))
    term = Text(
        200, metadata=about("Word or words that name it; with * at the end, the beginning of one", example="zoster*")
    )
    dictionary = Text(60, metadata=about("Name of the dictionary of the code", example="MedDRA"))
    code = Text(40, metadata=about("Code of a term of that dictionary"))
    retired = YesNo(empty=False, metadata=about("It finds nothing any more"))

    @validates_schema(skip_on_field_errors=True)
    def words_or_code(self, added: dict[str, Any], **_: Any) -> None:
        """Either words, or a code with the name of its dictionary."""
        if (added.get("term") is None) == (added.get("code") is None):
            raise broken("term_or_code", "Give either a term or a code.", "term")
        if (added.get("code") is None) != (added.get("dictionary") is None):
            raise broken("code_of_dictionary", "A code is given with its dictionary, and a term without.", "dictionary")
        if added.get("term") is not None and not plain(added["term"]):
            raise broken("no_words", "The term must hold a letter or a digit.", "term")


class SpecialInterestTermFilters(Page):
    """Filter what a study adds to the rule set."""

    topic = Choice(SPECIAL_INTEREST, metadata=about("Only of this topic"))
    retired = QueryYesNo(metadata=about("Only those that find nothing any more, or that find"))
