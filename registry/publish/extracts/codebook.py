"""The codebook of an extract: every column that leaves, from the same declarations as the columns themselves."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from registry.domain.deidentification import Profile
from registry.publish.extracts.columns import Column, File
from registry.publish.extracts.names import short_names
from registry.publish.extracts.released import columns_of, files_of

NAME = "codebook.csv"
HEADINGS = (
    "file", "column", "words", "type", "unit", "codes", "minimum", "maximum", "higher", "sdtm", "loinc", "action", "short_name",
)  # fmt: skip


def lines(profile: Profile, files: Sequence[File] | None = None) -> list[bytes]:
    """Write the codebook as lines of CSV; an empty cell means that there is no such thing to say.

    `files` are those of the extract; every file that the profile may give unless told. `short_name` is the column's where a format
    bears short names only.
    """
    written = io.StringIO(newline="")
    table = csv.writer(written, lineterminator="\n")
    table.writerow(HEADINGS)
    for file in files_of(profile) if files is None else files:
        columns = columns_of(file, profile)
        short = short_names(columns)
        table.writerows([file.name, *_cells(column), short[column.name]] for column in columns)
    return written.getvalue().encode().splitlines(keepends=True)


def _cells(column: Column) -> list[Any]:
    codes = " | ".join(f"{code} = {words}" for code, words in column.codes.items()) if column.codes else None
    said = (column.name, column.words, column.type, column.unit, codes)
    return [*said, column.minimum, column.maximum, column.higher, column.sdtm, column.loinc, column.action]
