"""What the data dictionary tells of a field, an analyte, a rule or a column of an extract."""

from __future__ import annotations

from registry.domain.deidentification import PROFILES
from registry.schemas.audit import AnyValue
from registry.schemas.base import Record
from registry.schemas.catalogue import ACTIONS
from registry.schemas.fields import Choice, ListOf, Text, Whole, about

PARTS = {
    "record": "Field of a record",
    "form": "Field of a form of a visit",
    "analyte": "Analyte of the catalogue",
    "rule": "Value that a rule derives",
    "extract": "Column of a file of an extract",
}
GIVEN = {
    "required": "Must be given",
    "optional": "May be given",
    "registry": "Set by the registry",
}
PROFILES_SAY = {name: profile.words for name, profile in PROFILES.items()}


class DataDictionaryEntry(Record):
    """A field of a record or a form, an analyte, a rule, or a column of an extract."""

    part = Choice(PARTS, required=True, metadata=about("What kind of thing it is"))
    record = Text(
        64, required=True, metadata=about("Record, form, kind of analyte, or file of the extract that it is of")
    )
    field = Text(64, required=True, metadata=about("Name, as it stands in requests, answers and files"))
    words = Text(1000, required=True, metadata=about("What it means"))
    type = Text(40, required=True, metadata=about("Type of its values"))
    unit = Text(40, allow_none=True, metadata=about("Unit, UCUM"))
    minimum = AnyValue(metadata=about("Smallest value"))
    maximum = AnyValue(metadata=about("Largest value"))
    decimals = Whole(0, 20, metadata=about("Most decimal places"))
    codes = AnyValue(metadata=about("Codes with their words"))
    given = Choice(GIVEN, metadata=about("Who gives it; null for what is not submitted"))
    higher = Text(6, metadata=about("What a higher number means: better or worse; null where it has no direction"))
    source = Text(500, metadata=about("Where its scale, limits or rule are from"))
    definition_version = Text(20, metadata=about("Version of the rule, or of the catalogue of analytes"))
    sdtm = Text(20, metadata=about("SDTM name"))
    loinc = Text(10, metadata=about("LOINC code"))
    deidentify = Choice(ACTIONS, metadata=about("What an extract does to it; null where it is of no extract"))
    removed_because = Text(200, metadata=about("Why it is in no extract"))
    profiles = ListOf(
        Choice(PROFILES_SAY),
        20,
        metadata=about("Profiles by which the column leaves; empty for what is not a column"),
    )
    since = Text(20, required=True, metadata=about("Version of the registry that had it first"))
