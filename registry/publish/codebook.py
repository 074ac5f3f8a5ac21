"""The codebook of an extract: every column of every file, from the same declarations as the columns themselves."""

from __future__ import annotations

import csv
import io
from typing import Any

from registry.publish import derived
from registry.publish.columns import FILES, Column

NAME = "codebook.csv"
PROFILE = "study_days"
HEADINGS = ("file", "column", "words", "type", "unit", "codes", "minimum", "maximum", "higher", "sdtm", "loinc")

RULES = (
    "Participants stand under keyed pseudonyms, the same in every extract of the study, and give the order of rows.",
    "Sites, the sites' own codes, account names and identifiers of records are left out.",
    "Dates are study days: day 1 is the complete visit of week 0, or else the first complete visit; there is no day 0.",
    "A date known only to the month or year has no study day; its precision is given.",
    "Birth, first symptom and diagnosis are ages in whole years; 90 stands for 90 or more.",
    "Free text, and text that no closed list was checked against, is left out.",
    "Records entered in error, and drafts of visits, are left out.",
    "Participants are left out who, at the moment of the cut, do not agree to every use that the extract is for.",
    "Consents are given with their kind and study days only.",
    "Derived values are given with their rule, without the sentences that explain them.",
)
"""What the profile does, as the manifest says it."""


def lines() -> list[bytes]:
    """Write the codebook as lines of CSV; an empty cell means that there is no such thing to say."""
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\n")
    table.writerow(HEADINGS)
    for file in (*FILES, derived.FILE):
        table.writerows([f"{file.name}.csv", *_cells(column)] for column in file.columns)
    return written.getvalue().encode().splitlines(keepends=True)


def _cells(column: Column) -> list[Any]:
    codes = " | ".join(f"{code} = {words}" for code, words in column.codes.items()) if column.codes else None
    said = (column.name, column.words, column.type, column.unit, codes)
    return [*said, column.minimum, column.maximum, column.higher, column.sdtm, column.loinc]
