"""Codings: which term of a dictionary the words of a record are, and who decided that."""

from __future__ import annotations

from registry.domain.coding import CODING, RECORD_KINDS
from registry.domain.deidentification import Action
from registry.schemas.base import Kept, Record
from registry.schemas.dictionaries import LONGEST_CODE, LONGEST_TERM
from registry.schemas.fields import Choice, Id, Text, about
from registry.schemas.queries import ParticipantRecordFilters, QueryWhole


class Coding(Kept):
    """The code of a record in one version of a dictionary."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    record_kind = Choice(RECORD_KINDS, dump_only=True, metadata=about("Kind of record"))
    record_id = Id(dump_only=True, metadata=about("Record"))
    verbatim = Text(200, dump_only=True, metadata=about("Words that are coded, as they were recorded", free_text=True))
    dictionary_id = Id(dump_only=True, metadata=about("Version of the dictionary"))
    dictionary_term_id = Id(dump_only=True, allow_none=True, metadata=about("Term; null where there is none"))
    status = Choice(CODING.words, dump_only=True, metadata=about("State"))
    code = Text(LONGEST_CODE, dump_only=True, allow_none=True, metadata=about("Code of the term"))
    term = Text(LONGEST_TERM, dump_only=True, allow_none=True, metadata=about("Term"))
    preferred_term = Text(
        LONGEST_TERM,
        dump_only=True,
        allow_none=True,
        metadata=about("Preferred term", deidentify=Action.CODE, told_with=("special_interest", "system_organ_class")),
    )
    system_organ_class = Text(
        LONGEST_TERM, dump_only=True, allow_none=True, metadata=about("System organ class", deidentify=Action.CODE)
    )


class CodingDecision(Record):
    """The term that a person chose, or none where a wrong code is taken back."""

    dictionary_term_id = Id(
        required=True,
        allow_none=True,
        metadata=about(
            "Current term of the coding's version of the dictionary; null puts the record back on the work list"
        ),
    )


class CodingFilters(ParticipantRecordFilters):
    """Filter the codings of a study; the work list is those in the state to_code."""

    status = Choice(CODING.words, metadata=about("Only codings in this state"))
    record_kind = Choice(RECORD_KINDS, metadata=about("Only codings of this kind of record"))
    dictionary_id = Id(metadata=about("Only codings in this version"))


class SuggestionLimit(Record):
    """How many terms to suggest."""

    limit = QueryWhole(1, 50, metadata=about("Terms at most, 10 unless told"))
