"""The formats in which tables are written: one module each, whose writer takes a folder and a table.

`r` writes no table of its own: it is CSV, and a script that loads all tables, which `r.script(tables)` gives.
"""

from __future__ import annotations

from pathlib import Path
from pkgutil import resolve_name

from registry.publish.extracts.formats import parquet, parts
from registry.publish.extracts.tables import Table, Writer

WRITERS = {
    "csv": "csv:Csv",
    "parquet": "parquet:Parquet",
    "xpt": "xpt:Xpt",
    "stata": "stata:Stata",
    "spss": "spss:Spss",
    "dataset_json": "dataset_json:DatasetJson",
}
"""The module and the class of each format; a module is imported when its format is asked for, for what it needs is large."""
MADE_OF = {"r": "csv"}
"""Formats that load the files of another, which is written with them."""


def opened(format: str, folder: Path, table: Table) -> Writer:
    """Give a writer of a table in a format, into a folder; it takes batches of the table's schema."""
    writer: Writer = resolve_name(f"{__name__}.{WRITERS[format]}")(folder, table)
    return writer


def writers_of(formats: tuple[str, ...]) -> tuple[str, ...]:
    """Give the formats that are written for these, each once, in the order of their declaration."""
    asked = {MADE_OF.get(one, one) for one in formats}
    return tuple(one for one in WRITERS if one in asked)


def rows_of_parts(format: str, rows: int, count: int) -> list[int]:
    """Give how many rows each of the files of a table has, of which all but the last are full."""
    full = parquet.PART_ROWS if format == "parquet" else parts.PART_ROWS
    return [*([full] * (count - 1)), rows - full * (count - 1)]
