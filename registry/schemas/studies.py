"""A study, as a registry of trials names it."""

from registry.domain.vocabulary import STUDY_DESIGNS
from registry.schemas.base import Kept, Record
from registry.schemas.fields import Choice, ListOf, Part, Text, about

CODE_FORM = r"[A-Z][A-Z0-9-]{1,19}"
CODE_SAYS = "A code is 2 to 20 capital letters, digits and hyphens, and begins with a letter."


class Registration(Record):
    """An entry of a study in a public register."""

    register = Text(40, required=True, metadata=about("Register", example="ClinicalTrials.gov"))
    identifier = Text(40, required=True, metadata=about("Identifier there", example="NCT05524311"))


class Study(Kept):
    """A study: its code, what it is, and the protocol version in force."""

    code = Text(
        20,
        pattern=CODE_FORM,
        says=CODE_SAYS,
        required=True,
        metadata=about("Code", sdtm="DM.STUDYID", example="JAKI-JDM"),
    )
    title = Text(
        300,
        required=True,
        metadata=about("Title", sdtm="TS.TITLE", example="JAK inhibitors in juvenile dermatomyositis"),
    )
    protocol_version = Text(40, required=True, metadata=about("Version of the protocol in force", example="1.0"))
    design = Choice(STUDY_DESIGNS, required=True, metadata=about("Design"))
    registrations = ListOf(Part(Registration, required=True), 10, metadata=about("Entries in public registers"))
