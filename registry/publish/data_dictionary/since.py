"""Since which version of the registry an entry is there: kept beside the declarations, and added to when one is new."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from importlib import resources
from importlib.metadata import version
from pathlib import Path

from registry.publish.data_dictionary import entries
from registry.publish.data_dictionary.entries import Key

HEADINGS = ("part", "record", "field", "since")


def of_entries() -> dict[Key, str]:
    """Give for each entry the version that had it first: as it was kept or, of one that is new, this version."""
    return _of_entries(_kept((resources.files(__package__) / "since.csv").read_text(encoding="utf-8")))


def write(path: Path) -> None:
    """Write the file, with this version for each entry that is new."""
    kept = _kept(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.write_text(_written(_of_entries(kept)), encoding="utf-8")


def is_current(path: Path) -> bool:
    """Tell whether the file has every entry and no other."""
    return path.exists() and _kept(path.read_text(encoding="utf-8")).keys() == _of_entries({}).keys()


def _of_entries(kept: Mapping[Key, str]) -> dict[Key, str]:
    present = version("jdm-jaki-registry")
    return {key: kept.get(key, present) for key, _ in entries.every()}


def _kept(text: str) -> dict[Key, str]:
    rows = csv.DictReader(io.StringIO(text))
    return {Key(row["part"], row["record"], row["field"]): row["since"] for row in rows}


def _written(known: Mapping[Key, str]) -> str:
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADINGS)
    table.writerows(sorted((key.part, key.record, key.field, first) for key, first in known.items()))
    return text.getvalue()
