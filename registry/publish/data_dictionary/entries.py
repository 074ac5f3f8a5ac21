"""Every entry of the data dictionary, from the declarations: records, forms, analytes, rules and columns of extracts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from marshmallow.fields import Field

from registry.domain.analyte import Analyte
from registry.domain.analytes import CATALOGUE, CATALOGUE_VERSION
from registry.domain.deidentification import PROFILES, Action
from registry.domain.instrument_sources import source_of
from registry.domain.rulebook import RULEBOOK
from registry.domain.rules import Rule
from registry.publish.data_dictionary import records
from registry.publish.extracts.columns import Column, File
from registry.publish.extracts.released import EVERY_FILE, columns_of, files_of
from registry.schemas.base import Form, Record
from registry.schemas.catalogue import removed_because, told_field
from registry.schemas.fields import ListOf
from registry.schemas.visits import FORMS

Entry = dict[str, Any]
SAID = ("unit", "minimum", "maximum", "decimals", "codes", "higher", "sdtm", "loinc")
OUR_LIMITS = "Limits of the registry: what is plausible"
ANALYTES_FROM = {"interferon": "Domain reference 3; SDTM CT 2025-03-28"}
OTHER_ANALYTES_FROM = "Domain reference 4.1; SDTM CT 2025-03-28"


@dataclass(frozen=True, slots=True)
class Key:
    """What an entry is of; no two entries have the same."""

    part: str
    record: str
    field: str


@cache
def every() -> tuple[tuple[Key, Entry], ...]:
    """Give each entry but for the version that had it first, in the order in which the dictionary is read."""
    return tuple(_every())


def _every() -> Iterator[tuple[Key, Entry]]:
    for name, record in records.every().items():
        yield from _fields("record", name, record)
    for name, form in FORMS.items():
        yield from _fields("form", name, form)
    for analyte in CATALOGUE.values():
        yield Key("analyte", analyte.category, analyte.code), _analyte(analyte)
    for rule in RULEBOOK.values():
        yield Key("rule", "rules", rule.id), _rule(rule)
    for file in EVERY_FILE:
        for column, profiles in leaving(file):
            yield Key("extract", file.name, column.name), _column(column, profiles)


def _fields(part: str, name: str, record: type[Record]) -> Iterator[tuple[Key, Entry]]:
    skipped = "missing" if issubclass(record, Form) else "derived"
    for field_name, field in record().fields.items():
        if field_name != skipped:
            yield Key(part, name, field_name), _field(field_name, field)


def _field(name: str, field: Field[Any]) -> Entry:
    inner = field.inner if isinstance(field, ListOf) else field
    said, each = told_field(name, field), told_field(name, inner)
    return {
        "words": said["words"] or name,
        "type": f"list of {each['type']}" if isinstance(field, ListOf) else said["type"],
        "given": "registry" if field.dump_only else "required" if field.required else "optional",
        "source": source_of(name) or (OUR_LIMITS if said["minimum"] is not None else None),
        "deidentify": said["deidentify"],
        "removed_because": removed_because(field) if said["deidentify"] is Action.REMOVE else None,
        **{one: said[one] for one in SAID},
    }


def _analyte(analyte: Analyte) -> Entry:
    return {
        "words": analyte.name,
        "type": {"quantity": "decimal", "qualitative": "code"}.get(analyte.kind, "decimal or code"),
        "unit": analyte.standard_unit,
        "minimum": analyte.minimum if analyte.kind != "qualitative" else None,
        "codes": {code: code.capitalize() for code in analyte.findings} or None,
        "source": ANALYTES_FROM.get(analyte.category, OTHER_ANALYTES_FROM),
        "definition_version": CATALOGUE_VERSION,
        "sdtm": f"{analyte.sdtm_domain}.{analyte.sdtm_code}",
        "loinc": analyte.loinc,
    }


def _rule(rule: Rule[Any]) -> Entry:
    return {
        "words": rule.title,
        "type": "code" if rule.categories and not rule.unit else "decimal or code" if rule.categories else "decimal",
        "unit": rule.unit,
        "codes": dict(rule.categories) or None,
        "source": rule.source,
        "definition_version": rule.version,
    }


def leaving(file: File) -> list[tuple[Column, list[str]]]:
    """Give the columns that leave in a file by any profile, with the profiles by which each does."""
    found: dict[str, tuple[Column, list[str]]] = {}
    for profile in PROFILES.values():
        for column in columns_of(file, profile) if file in files_of(profile, unblinded=True) else ():
            found.setdefault(column.name, (column, []))[1].append(profile.name)
    return list(found.values())


def _column(column: Column, profiles: list[str]) -> Entry:
    said = {one: getattr(column, one) for one in SAID if one != "decimals"}
    return {
        **said,
        "words": column.words,
        "type": column.type,
        "source": column.source or source_of(column.name),
        "deidentify": column.action,
        "profiles": profiles,
    }
