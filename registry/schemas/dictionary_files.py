"""Files that dictionaries are loaded from: a CSV of our own, and MedDRA's ASCII distribution; whole, or refused by line.

The CSV is UTF-8 with a header. `term` is needed; `code` is the term itself where there is none; the other columns of COLUMNS
may be left out or empty; `current` is Y or N, and Y where it is empty.

MedDRA's ASCII files are UTF-8, `$` between fields and at the end of a line, without a header. Relied on are, from 1:
llt.asc 1 code, 2 name, 3 code of the preferred term, 10 currency (Y or N); mdhier.asc 1 preferred term, 2 HLT, 3 HLGT and
4 SOC by their codes, 5 to 8 the same by their names, 12 Y on the primary path. The order of the fields was read in public
programs that load these files, not in the distribution itself, which is licensed: certainty 90 %. A file that is laid out
otherwise is refused, because each lowest level term must find a primary path. Only the primary path is kept.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from registry.schemas.dictionaries import LONGEST_CODE, LONGEST_TERM

COLUMNS = (
    "code", "term", "preferred_code", "preferred_term", "high_level_code", "high_level_term", "high_level_group_code",
    "high_level_group_term", "system_organ_class_code", "system_organ_class", "current",
)  # fmt: skip
FORMATS = {"csv": "CSV with a header", "meddra-ascii": "Folder with llt.asc and mdhier.asc as MedDRA distributes them"}
SHIPPED = "ctcae_5_0.csv"
SHIPPED_AS = {"name": "CTCAE", "edition": "5.0", "kind": "adverse_event"}
MOST_SAID = 20
UNPRINTABLE = re.compile("[\x00-\x1f\x7f]")
Term = dict[str, Any]
Row = tuple[int, list[str]]


class FileRefused(ValueError):
    """The file is not as it must be; each line of the message names a line of the file and the rule that it breaks."""


def read(path: Path, form: str) -> list[Term]:
    """Read the terms of a dictionary.

    Raises:
        FileRefused: naming each line that breaks a rule, up to MOST_SAID of them.
    """
    if form == "csv":
        return _checked(path.name, from_csv(path.name, _lines(path)))
    return _checked("llt.asc", _from_meddra(path))


def shipped() -> list[Term]:
    """Give the terms that are shipped: CTCAE 5.0, without codes."""
    text = resources.files("registry").joinpath("dictionaries", SHIPPED).read_text(encoding="utf-8")
    return _checked(SHIPPED, from_csv(SHIPPED, text.splitlines(keepends=True)))


def from_csv(name: str, lines: Iterable[str]) -> Iterator[tuple[int, Term]]:
    """Give each term of a CSV with the number of its line."""
    reader = csv.reader(lines, strict=True)
    try:
        header = next(reader, [])
        _check_header(name, header)
        for row in reader:
            if len(row) != len(header):
                raise FileRefused(
                    f"{name}, line {reader.line_num}: {len(row)} fields, where the header has {len(header)}."
                )
            term = {column: value.strip() or None for column, value in zip(header, row, strict=True)}
            yield (
                reader.line_num,
                {**term, "code": term.get("code") or term["term"] or "", "current": term.get("current") or "Y"},
            )
    except csv.Error as error:
        raise FileRefused(f"{name}, line {reader.line_num}: not CSV ({error}).") from None


def _check_header(name: str, header: list[str]) -> None:
    unknown = [column for column in header if column not in COLUMNS]
    if "term" not in header or unknown or len(set(header)) < len(header):
        said = f"unknown columns: {', '.join(unknown)}" if unknown else "term is needed, and no column may stand twice"
        raise FileRefused(f"{name}, line 1: {said}. Columns are {', '.join(COLUMNS)}.")


def _from_meddra(folder: Path) -> Iterator[tuple[int, Term]]:
    paths = {row[0]: row for _, row in _dollars(folder / "mdhier.asc", 12) if row[11] == "Y"}
    for number, row in _dollars(folder / "llt.asc", 10):
        path = paths.get(row[2])
        if path is None:
            raise FileRefused(f"llt.asc, line {number}: its preferred term has no primary path in mdhier.asc.")
        yield number, {
            "code": row[0], "term": row[1], "current": row[9],
            "preferred_code": row[2], "preferred_term": path[4], "high_level_code": path[1], "high_level_term": path[5],
            "high_level_group_code": path[2], "high_level_group_term": path[6],
            "system_organ_class_code": path[3], "system_organ_class": path[7],
        }  # fmt: skip


def _dollars(path: Path, least: int) -> Iterator[Row]:
    for number, line in enumerate(_lines(path), 1):
        row = [field.strip() for field in line.rstrip("\r\n").split("$")]
        if len(row) < least:
            raise FileRefused(f"{path.name}, line {number}: {len(row)} fields, where at least {least} are needed.")
        yield number, row


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except OSError:
        raise FileRefused(f"{path.name}: there is no such file, or it cannot be read.") from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise FileRefused(f"{path.name}, line {line}: not UTF-8.") from None


def _checked(name: str, terms: Iterable[tuple[int, Term]]) -> list[Term]:
    """Give the terms when every one keeps the rules; all that are broken are said at once."""
    kept: list[Term] = []
    broken: list[str] = []
    codes: dict[str, int] = {}
    for number, term in terms:
        rules = [*_rules_broken(term)]
        if (first := codes.setdefault(str(term["code"]), number)) != number:
            rules.append(f"the code stands in line {first} already")
        broken += [f"{name}, line {number}: {rule}." for rule in rules]
        kept.append({**term, "current": term["current"] == "Y"})
    if not kept and not broken:
        broken = [f"{name}: there are no terms."]
    if broken:
        more = [f"And {len(broken) - MOST_SAID} more."] if len(broken) > MOST_SAID else []
        raise FileRefused("\n".join([*broken[:MOST_SAID], *more]))
    return kept


def _rules_broken(term: Term) -> Iterator[str]:
    if not term["term"]:
        yield "term is empty"
    if term["current"] not in ("Y", "N"):
        yield "current is Y or N"
    for column in COLUMNS[:-1]:
        longest = LONGEST_CODE if column.endswith("code") else LONGEST_TERM
        value = term.get(column) or ""
        if len(value) > longest:
            yield f"{column} has more than {longest} characters"
        if UNPRINTABLE.search(value):
            yield f"{column} has a control character"
