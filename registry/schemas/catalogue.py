"""What the dictionary tells of analytes, forms, their fields and edit checks, read from the declarations."""

from __future__ import annotations

from typing import Any

from marshmallow import fields as plain

from registry.domain.analyte import Analyte
from registry.domain.deidentification import Action
from registry.domain.edit_check_rules import Rule
from registry.schemas import fields
from registry.schemas.audit import AnyValue
from registry.schemas.base import Record
from registry.schemas.fields import Choice, ListOf, Part, Text, YesNo, about
from registry.schemas.removals import IDENTIFIER
from registry.schemas.visits import FORMS

ACTIONS = {
    Action.KEEP.value: "Kept as it is",
    Action.REMOVE.value: "In no extract",
    Action.RECODE.value: "A keyed pseudonym in its place",
    Action.DATE.value: "A study day, a shifted date or a quarter of a year, as the profile says",
    Action.AGE.value: "An age in whole years, or a band of years",
    Action.CODE.value: "Blank where too few participants have this value",
    Action.NUMBER.value: "Beyond the value that enough participants reach, that value",
    Action.TREATMENT.value: "Removed where the reader stays blinded; otherwise as a code or a number",
    Action.ARM.value: "Only for those who know the treatment, inside the study",
}
"""What an extract does to a field, in words; a profile says how many participants are enough."""


class AnalyteEntry(Record):
    """An analyte of the catalogue."""

    code = Text(20, required=True, metadata=about("Code to submit results with"))
    name = Text(120, required=True, metadata=about("Name"))
    category = Text(40, required=True, metadata=about("Muscle enzyme, interferon biomarker, or kind of safety test"))
    kind = Text(20, required=True, metadata=about("Quantity, qualitative, or both"))
    units = ListOf(
        Text(30), 50, metadata=about("Units that are accepted, UCUM; the first of each family is its standard")
    )
    standard_units = ListOf(
        Text(30), 10, metadata=about("Standard units; units of different families are never converted")
    )
    specimens = ListOf(Text(40), 20, metadata=about("Specimens"))
    loinc = Text(10, metadata=about("LOINC code"))
    sdtm_domain = Text(2, metadata=about("SDTM domain"))
    sdtm_test = Text(8, metadata=about("SDTM test code"))


class FieldEntry(Record):
    """A field of a form."""

    name = Text(64, required=True, metadata=about("Name"))
    words = Text(300, required=True, metadata=about("What it is"))
    type = Text(20, required=True, metadata=about("Type"))
    unit = Text(40, metadata=about("Unit, UCUM"))
    minimum = AnyValue(metadata=about("Smallest value"))
    maximum = AnyValue(metadata=about("Largest value"))
    decimals = AnyValue(metadata=about("Decimal places"))
    codes = AnyValue(metadata=about("Codes with their words"))
    required = YesNo(required=True, metadata=about("Whether it must be given"))
    higher = Text(6, metadata=about("What a higher number means: better or worse; null where it has no direction"))
    sdtm = Text(20, metadata=about("SDTM name"))
    loinc = Text(10, metadata=about("LOINC code"))
    deidentify = Choice(ACTIONS, metadata=about("What an extract does to it; null where it is of no extract"))


class FormEntry(Record):
    """A form of a visit."""

    name = Text(40, required=True, metadata=about("Name, as in `forms` of a visit"))
    words = Text(300, required=True, metadata=about("What it is for"))
    columns = ListOf(Part(FieldEntry), 500, metadata=about("Its fields"))


class RuleEntry(Record):
    """An edit check."""

    rule = Text(60, required=True, metadata=about("Code, as in `errors` and in confirmations"))
    kind = Text(10, required=True, metadata=about("Hard or soft"))
    sentence = Text(300, required=True, metadata=about("What it says"))
    source = Text(200, required=True, metadata=about("Where it is from"))
    version = Text(10, required=True, metadata=about("Version of the rule"))
    for_drafts = YesNo(required=True, metadata=about("Whether it holds for a draft too"))


def told_analyte(analyte: Analyte) -> dict[str, Any]:
    """Give an analyte as the dictionary shows it."""
    named = {
        name: getattr(analyte, name)
        for name in ("code", "name", "category", "kind", "loinc", "sdtm_domain", "sdtm_test")
    }
    units = [unit for family in analyte.families for unit in family.units]
    standards = [family.standard for family in analyte.families]
    return {**named, "units": units, "standard_units": standards, "specimens": list(analyte.specimens)}


def told_rule(rule: Rule) -> dict[str, Any]:
    """Give an edit check as the dictionary shows it."""
    return {"rule": rule.id} | {
        name: getattr(rule, name) for name in ("kind", "sentence", "source", "version", "for_drafts")
    }


def told_forms() -> list[dict[str, Any]]:
    """Give every form with its fields as the dictionary shows them."""
    return [
        {
            "name": name,
            "words": " ".join((form.__doc__ or "").split()),
            "columns": [told_field(n, f) for n, f in form().fields.items()],
        }
        for name, form in FORMS.items()
    ]


KINDS: tuple[tuple[type[Any], str], ...] = (
    (fields.YesNo, "boolean"),
    (fields.Whole, "integer"),
    (fields.OneOfNumbers, "integer"),
    (fields.Exact, "decimal"),
    (fields.Day, "date"),
    (fields.PartialDay, "partial date"),
    (fields.Moment, "moment"),
    (fields.Id, "uuid"),
    (fields.Choice, "code"),
    (fields.ListOf, "list"),
    (fields.Part, "record"),
)


def kind_of(field: plain.Field[Any]) -> str:
    """Name the kind of a field."""
    return next((word for kind, word in KINDS if isinstance(field, kind)), "text")


def action_of(field: plain.Field[Any]) -> Action | None:
    """Give what an extract does to a field, as it is declared beside it; an identifier is removed unless it says otherwise."""
    said = field.metadata.get("x-deidentify") or (Action.REMOVE if isinstance(field, fields.Id) else None)
    return None if said is None else Action(said)


def removed_because(field: plain.Field[Any]) -> str:
    """Give why a field that is removed is in no extract."""
    return str(field.metadata.get("removed_because", IDENTIFIER))


def told_field(name: str, field: plain.Field[Any]) -> dict[str, Any]:
    """Give a field as the dictionary shows it: words, unit, limits, codes."""
    said = field.metadata
    inner = field.inner if isinstance(field, ListOf) else field
    limits: Any = next((validator for validator in inner.validators if isinstance(validator, fields.Within)), None)
    return {
        "name": name,
        "words": said.get("description"),
        "type": kind_of(field),
        "unit": said.get("x-unit"),
        "minimum": limits.min if limits else None,
        "maximum": limits.max if limits else None,
        "decimals": inner.decimal_places if isinstance(inner, fields.Exact) else None,
        "codes": dict(inner.codes) if isinstance(inner, fields.Choice) else None,
        "required": field.required,
        "higher": said.get("x-higher"),
        "sdtm": said.get("x-sdtm"),
        "loinc": said.get("x-loinc"),
        "deidentify": action_of(field),
    }
