"""An extract that was pulled: of which study, for what, at which moment, and the files it is made of."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.consents import DEFAULT_SCOPES, EXTRACT_USES
from registry.schemas.base import Kept, Record
from registry.schemas.data_cuts import CODE_FORM as CUT_FORM
from registry.schemas.data_cuts import CODE_SAYS as CUT_SAYS
from registry.schemas.fields import Choice, Id, ListOf, Moment, Part, Text, Whole, about
from registry.schemas.queries import Page
from registry.schemas.sentences import broken
from registry.schemas.studies import CODE_FORM, CODE_SAYS

MOST = 2**53


class Uses(ListOf):
    """What an extract is for; one that does not say is for the registry's own use."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Choice(EXTRACT_USES), len(EXTRACT_USES), distinct=True, **kwargs)
        self.empty = list(DEFAULT_SCOPES)


class ExtractRequest(Record):
    """Ask for a de-identified extract; it covers the sites where you may pull one."""

    study = Text(
        20, pattern=CODE_FORM, says=CODE_SAYS, required=True, metadata=about("Code of the study", example="JAKI-JDM")
    )
    purpose = Text(
        300,
        required=True,
        metadata=about("What it is for", free_text=True, example="Interim analysis of the CMAS at week 24"),
    )
    uses = Uses(
        metadata=about(
            "Uses of the data that it serves, the registry's where absent: it holds those who agree to each of them. "
            "Where a partner pulls it, sharing with partners is among them",
            example=["registry"],
        )
    )

    cut = Text(
        40,
        pattern=CUT_FORM,
        says=CUT_SAYS,
        metadata=about(
            "Code of the data cut that it is for: nothing may have been recorded since", example="INTERIM-1"
        ),
    )

    @validates_schema(skip_on_field_errors=True)
    def uses_are_named(self, asked: dict[str, Any], **_: Any) -> None:
        """An extract is for something."""
        if asked.get("uses") == []:
            raise broken("required", "Name at least one use.", "uses")


class ExtractFile(Record):
    """A file of an extract."""

    name = Text(80, required=True, metadata=about("Name of the file", example="muscle_strength.csv"))
    rows = Whole(0, MOST, required=True, metadata=about("Rows, without the header"))
    columns = Whole(0, MOST, required=True, metadata=about("Columns"))
    bytes = Whole(0, MOST, required=True, metadata=about("Size", unit="By"))
    sha256 = Text(64, required=True, metadata=about("SHA-256 of the file, hexadecimal"))


class Extract(Kept):
    """A de-identified extract, as it was pulled; its files never change."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    account_id = Id(dump_only=True, metadata=about("Account that pulled it"))
    purpose = Text(300, dump_only=True, metadata=about("What it is for", free_text=True))
    sites = ListOf(
        Id(), 1000, allow_none=True, dump_only=True, metadata=about("Sites that it covers; null for every site")
    )
    uses = ListOf(
        Choice(EXTRACT_USES),
        len(EXTRACT_USES),
        dump_only=True,
        metadata=about("Uses of the data that everybody in it agrees to, at that moment; empty where it was not asked"),
    )
    cut = Text(40, dump_only=True, allow_none=True, metadata=about("Code of the data cut that it is for"))
    cut_at = Moment(dump_only=True, metadata=about("Moment of the snapshot that was read"))
    software = Text(120, dump_only=True, metadata=about("Program that wrote it, with its version"))
    profile = Text(40, dump_only=True, metadata=about("De-identification profile", example="study_days"))
    files = ListOf(Part(ExtractFile, required=True), 100, dump_only=True, metadata=about("Files"))


class ExtractFilters(Page):
    """Page through the extracts."""
