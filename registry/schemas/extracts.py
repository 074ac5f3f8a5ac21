"""An extract: what was ordered, for whom and why, how far it is, and the files that it is made of."""

from __future__ import annotations

import unicodedata
from typing import Any

from marshmallow import validates_schema

from registry.domain.consents import DEFAULT_SCOPES, EXTRACT_USES
from registry.domain.deidentification import PROFILES
from registry.domain.extract_kinds import KINDS
from registry.domain.extract_orders import FORMATS, USUAL_FORMATS
from registry.domain.extract_states import STATES
from registry.domain.recipients import LONGEST
from registry.schemas.audit import AnyValue
from registry.schemas.base import Kept, Record
from registry.schemas.data_cuts import CODE_FORM as CUT_FORM
from registry.schemas.data_cuts import CODE_SAYS as CUT_SAYS
from registry.schemas.fields import Choice, Id, ListOf, Moment, Part, Text, Whole, about
from registry.schemas.queries import Page
from registry.schemas.sentences import broken
from registry.schemas.studies import CODE_FORM, CODE_SAYS

MOST = 2**53
UNSEEN = ("Cc", "Cf", "Zl", "Zp")
PROFILE_WORDS = {profile.name: profile.words for profile in PROFILES.values()}


class Some(ListOf):
    """Some of a list of codes, each once; those that are usual where nothing is said."""

    def __init__(self, codes: dict[str, str], usual: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(Choice(codes), len(codes), distinct=True, **kwargs)
        self.empty = list(usual)


def in_one_line(name: str) -> None:
    """Refuse what cannot be seen in a name: two names that look the same are the same recipient."""
    if any(unicodedata.category(one) in UNSEEN for one in name):
        raise broken("unprintable", "A name must not contain line ends, control characters or format characters.")


class ExtractRequest(Record):
    """Order a de-identified extract; it covers the sites where you may pull one."""

    study = Text(
        20, pattern=CODE_FORM, says=CODE_SAYS, required=True, metadata=about("Code of the study", example="JAKI-JDM")
    )
    purpose = Text(
        300,
        required=True,
        metadata=about("What it is for", free_text=True, example="Interim analysis of the CMAS at week 24"),
    )
    uses = Some(
        dict(EXTRACT_USES),
        tuple(DEFAULT_SCOPES),
        metadata=about(
            "Uses of the data that it serves, the registry's where absent: it holds those who agree to each of them. "
            "Where a partner pulls it, or it leaves for another organisation, sharing with partners is among them",
            example=["registry"],
        ),
    )
    cut = Text(
        40,
        pattern=CUT_FORM,
        says=CUT_SAYS,
        metadata=about("Code of the data cut whose moment it is of", example="INTERIM-1"),
    )
    as_of = Moment(
        metadata=about("Past moment whose records it holds; the moment of asking where neither it nor a cut is named")
    )
    profile = Choice(
        PROFILE_WORDS,
        metadata=about("De-identification profile, among those of your role; your role's first one where absent"),
    )
    formats = Some(
        dict(FORMATS), USUAL_FORMATS, metadata=about("Formats; CSV where absent", example=["csv", "parquet"])
    )
    kinds = Some(dict(KINDS), (), metadata=about("Record kinds; every kind where absent", example=["visit"]))
    recipient = Text(
        LONGEST,
        also=in_one_line,
        metadata=about(
            "Who receives it, your organisation where absent: each recipient has pseudonyms of its own",
            example="University of Leeds",
        ),
    )

    @validates_schema(skip_on_field_errors=True)
    def uses_are_named(self, asked: dict[str, Any], **_: Any) -> None:
        """An extract is for something."""
        if asked.get("uses") == []:
            raise broken("required", "Name at least one use.", "uses")

    @validates_schema(skip_on_field_errors=True)
    def one_moment_is_named(self, asked: dict[str, Any], **_: Any) -> None:
        """A cut is a moment already."""
        if asked.get("cut") is not None and asked.get("as_of") is not None:
            raise broken("one_of_both", "Name a cut or a moment, not both.", "as_of")


class ExtractFile(Record):
    """A file of an extract."""

    name = Text(80, required=True, metadata=about("Name of the file", example="muscle_strength.csv"))
    rows = Whole(0, MOST, metadata=about("Rows, without the header; null of what is no table"))
    columns = Whole(0, MOST, metadata=about("Columns; null of what is no table"))
    bytes = Whole(0, MOST, required=True, metadata=about("Size", unit="By"))
    sha256 = Text(64, required=True, metadata=about("SHA-256 of the file, hexadecimal"))


class ExtractProgress(Record):
    """How far the writing of an extract is."""

    step = Text(80, required=True, metadata=about("What is done at the moment", example="laboratory_result"))
    done = Whole(0, MOST, required=True, metadata=about("How much of it is done"))
    total = Whole(0, MOST, required=True, metadata=about("How much of it there is; 0 where that is not known"))


class ExtractFailure(Record):
    """Why an extract has no files."""

    type = Text(120, required=True, metadata=about("Stable name of the problem", example="/problems/nobody-agrees"))
    title = Text(500, required=True, metadata=about("The problem in a sentence"))
    detail = Text(2000, allow_none=True, metadata=about("What more is to say"))


class Extract(Kept):
    """A de-identified extract, from its order on; its files never change."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    state = Choice(dict(STATES), dump_only=True, metadata=about("How far it is"))
    account_id = Id(dump_only=True, allow_none=True, metadata=about("Account that ordered it; null for a command"))
    ordered_by = Text(200, dump_only=True, allow_none=True, metadata=about("Command that ordered it"))
    role = Text(300, dump_only=True, metadata=about("Roles by which it was ordered, with commas"))
    purpose = Text(300, dump_only=True, metadata=about("What it is for", free_text=True))
    recipient = Text(LONGEST, dump_only=True, metadata=about("Who receives it"))
    sites = ListOf(
        Id(), 1000, allow_none=True, dump_only=True, metadata=about("Sites that it covers; null for every site")
    )
    uses = ListOf(
        Choice(EXTRACT_USES),
        len(EXTRACT_USES),
        dump_only=True,
        metadata=about("Uses of the data that everybody in it agrees to; empty where it was not asked"),
    )
    cut = Text(40, dump_only=True, allow_none=True, metadata=about("Code of the data cut that it is for"))
    cut_at = Moment(dump_only=True, metadata=about("Moment whose records it holds"))
    profile = Text(40, dump_only=True, metadata=about("De-identification profile", example="limited"))
    profile_version = Text(20, dump_only=True, metadata=about("Version of the profile"))
    key_version = Whole(1, 9999, dump_only=True, metadata=about("Version of the key of its pseudonyms"))
    formats = ListOf(Choice(dict(FORMATS)), len(FORMATS), dump_only=True, metadata=about("Formats"))
    kinds = ListOf(
        Text(80), 100, dump_only=True, metadata=about("Record kinds; empty where it was written before they were named")
    )
    progress = Part(ExtractProgress, dump_only=True, metadata=about("How far the writing is, until it ends"))
    software = Text(120, dump_only=True, allow_none=True, metadata=about("Program that wrote it, with its version"))
    files = ListOf(
        Part(ExtractFile, required=True), 2000, dump_only=True, allow_none=True, metadata=about("Files, once complete")
    )
    rows = AnyValue(dump_only=True, metadata=about("Rows by record kind, once complete"))
    participants = Whole(0, MOST, dump_only=True, allow_none=True, metadata=about("Participants in it, once complete"))
    risk = AnyValue(
        dump_only=True, metadata=about("Risk report, once it was measured; a list leaves it out: read the extract")
    )
    finished_at = Moment(
        dump_only=True, allow_none=True, metadata=about("When it was complete, or ended without files")
    )
    expires_at = Moment(dump_only=True, allow_none=True, metadata=about("Until when its files are kept"))
    failure = Part(ExtractFailure, dump_only=True, metadata=about("Why it has no files, where it was refused"))


class ExtractFilters(Page):
    """Filter the extracts."""

    participant_id = Id(metadata=about("Only extracts that hold this participant; a data manager sees everybody's"))
