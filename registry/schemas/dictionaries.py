"""Dictionaries of terms, which one a study codes with, and what a change of version changed."""

from __future__ import annotations

from registry.domain.coding import CHANGES, RECORD_KINDS
from registry.domain.deidentification import Action
from registry.schemas.base import Kept, Record
from registry.schemas.fields import Choice, Exact, Id, ListOf, Part, Text, Whole, YesNo, about
from registry.schemas.queries import LARGEST_PAGE, QueryWhole

NAME_FORM = r"[A-Za-z][A-Za-z0-9 ._-]{0,39}"
EDITION_FORM = r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,19}"
LONGEST_CODE, LONGEST_TERM = 120, 250


class Dictionary(Kept):
    """One version of a dictionary, as it was loaded; it never changes."""

    name = Text(40, pattern=NAME_FORM, dump_only=True, metadata=about("Name", example="CTCAE", deidentify=Action.KEEP))
    edition = Text(
        20,
        pattern=EDITION_FORM,
        dump_only=True,
        metadata=about("Version of the dictionary", example="5.0", deidentify=Action.KEEP),
    )
    kind = Choice(RECORD_KINDS, dump_only=True, metadata=about("Kind of record that it codes"))
    terms = Whole(1, 10000000, dump_only=True, metadata=about("Number of its terms"))
    content_sha256 = Text(64, dump_only=True, metadata=about("SHA-256 of its terms as they were loaded"))


class DictionaryTerm(Record):
    """A term of a dictionary with its primary path; a dictionary without codes has the term itself as code."""

    id = Id(dump_only=True, metadata=about("Identifier of the term, in this version"))
    dictionary_id = Id(dump_only=True, metadata=about("Dictionary"))
    code = Text(LONGEST_CODE, dump_only=True, metadata=about("Code"))
    term = Text(LONGEST_TERM, dump_only=True, metadata=about("Term (in MedDRA the lowest level term)"))
    preferred_code = Text(LONGEST_CODE, dump_only=True, allow_none=True, metadata=about("Code of the preferred term"))
    preferred_term = Text(LONGEST_TERM, dump_only=True, allow_none=True, metadata=about("Preferred term"))
    high_level_code = Text(LONGEST_CODE, dump_only=True, allow_none=True, metadata=about("Code of the high level term"))
    high_level_term = Text(LONGEST_TERM, dump_only=True, allow_none=True, metadata=about("High level term"))
    high_level_group_code = Text(
        LONGEST_CODE, dump_only=True, allow_none=True, metadata=about("Code of the high level group term")
    )
    high_level_group_term = Text(LONGEST_TERM, dump_only=True, allow_none=True, metadata=about("High level group term"))
    system_organ_class_code = Text(
        LONGEST_CODE, dump_only=True, allow_none=True, metadata=about("Code of the system organ class")
    )
    system_organ_class = Text(LONGEST_TERM, dump_only=True, allow_none=True, metadata=about("System organ class"))
    current = YesNo(dump_only=True, metadata=about("The term may be used for new codes"))


class SimilarTerm(DictionaryTerm):
    """A term with its similarity to what was looked for."""

    similarity = Exact(
        0,
        1,
        places=2,
        dump_only=True,
        metadata=about("Similarity of trigrams (pg_trgm), 1 where the words are the same"),
    )


class TermSearch(Record):
    """Look for terms."""

    search = Text(200, required=True, metadata=about("Words to look for: a part of the term, or words like it"))
    limit = QueryWhole(1, LARGEST_PAGE, metadata=about("Terms at most, 50 unless told"))


class StudyDictionaryRequest(Record):
    """Have a study code with a version of a dictionary."""

    dictionary_id = Id(required=True, metadata=about("Version to code with from now on"))


class CodingChange(Record):
    """What became of one record's code."""

    record_id = Id(dump_only=True, metadata=about("Record"))
    coding_id = Id(dump_only=True, metadata=about("Coding in the later version"))
    change = Choice(CHANGES, dump_only=True, metadata=about("What became of the code"))
    before = Part(DictionaryTerm, dump_only=True, metadata=about("Term in the earlier version; null where it had none"))
    after = Part(DictionaryTerm, dump_only=True, metadata=about("Term in the later version; null where it has none"))


class ChangeCount(Record):
    """How many codes a change concerns."""

    change = Choice(CHANGES, dump_only=True, metadata=about("What became of the code"))
    records = Whole(0, 2**31 - 1, dump_only=True, metadata=about("Number of records"))


class CodingChanges(Record):
    """Two versions of a dictionary side by side, over the records that may be seen."""

    from_dictionary_id = Id(dump_only=True, allow_none=True, metadata=about("Earlier version; null for the first one"))
    to_dictionary_id = Id(dump_only=True, metadata=about("Later version"))
    counts = ListOf(
        Part(ChangeCount, required=True), len(CHANGES), dump_only=True, metadata=about("Every kind of change")
    )
    changes = ListOf(
        Part(CodingChange, required=True),
        10_000_000,
        dump_only=True,
        metadata=about("Each record whose code is not the same as before, by record"),
    )


class CodingChangesAsked(Record):
    """Which two versions to compare."""

    from_dictionary_id = Id(metadata=about("Earlier version; without it, what had no code yet is compared with"))
    to_dictionary_id = Id(required=True, metadata=about("Later version"))


class StudyDictionary(Kept):
    """That a study codes with a version of a dictionary; the newest of a kind counts."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    kind = Choice(RECORD_KINDS, dump_only=True, metadata=about("Kind of record that is coded"))
    dictionary_id = Id(dump_only=True, metadata=about("Version of the dictionary"))
    previous_dictionary_id = Id(
        dump_only=True, allow_none=True, metadata=about("Version before; null for the first one")
    )


class DictionaryUsed(StudyDictionary):
    """A study's new version with what it changed."""

    report = Part(CodingChanges, dump_only=True, metadata=about("What the change of version changed, as it stands now"))
