"""The data dictionary as one page for people: it needs no script, is searched by the browser, and can be printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.metadata import version
from itertools import groupby
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from registry.domain.deidentification import PROFILES
from registry.publish.dictionary import MOST_CODES_IN_A_CELL, number
from registry.schemas.catalogue import ACTIONS

TITLES = {
    "record": "Records",
    "form": "Forms of a visit",
    "analyte": "Analytes",
    "rule": "Derived values",
    "extract": "Columns of extracts",
}
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """The entries of one record, form, kind of analyte or file."""

    id: str
    title: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes that is too long for a cell, and the fields that take it."""

    id: str
    codes: dict[str, str]
    fields: list[str]


def rendered(rows: list[Entry]) -> str:
    """Render the page."""
    lists = _long_lists(rows)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(limits=_limits, broken=_broken)
    template = environment.from_string(_resource("page.html.jinja"))
    return template.render(
        parts=[(part, TITLES[part], list(_sections(part, every))) for part, every in groupby(rows, _part)],
        lists=list(lists.values()),
        list_of=lambda codes: lists.get(_named(codes)),
        profiles=PROFILES.values(),
        actions=ACTIONS,
        version=version("jdm-jaki-registry"),
        style=Markup(_resource("page.css")),  # noqa: S704 (ours)
    )


def _part(entry: Entry) -> str:
    return str(entry["part"])


def _sections(part: str, rows: Iterable[Entry]) -> Iterator[Section]:
    for record, entries in groupby(rows, lambda row: str(row["record"])):
        yield Section(f"{part}-{record}", record.replace("_", " ").capitalize(), list(entries))


def _long_lists(rows: Iterable[Entry]) -> dict[tuple[str, ...], CodeList]:
    """Give each long list of codes once, with the fields that take it."""
    found: dict[tuple[str, ...], CodeList] = {}
    for row in rows:
        if row["codes"] and len(row["codes"]) > MOST_CODES_IN_A_CELL:
            one = found.setdefault(_named(row["codes"]), CodeList(f"codes-{len(found) + 1}", row["codes"], []))
            one.fields.append(f"{row['record']}.{row['field']}")
    return found


def _named(codes: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"{code} {words}" for code, words in codes.items())


def _limits(entry: Entry) -> str:
    """Say from where to where a number goes, and how exactly it is given."""
    low, high, places = entry["minimum"], entry["maximum"], entry["decimals"]
    if low is None and high is None:
        return ""
    said = f"from {number(low)}" if high is None else f"to {number(high)}" if low is None else ""
    said = said or f"{number(low)} to {number(high)}"
    return said + (f", {places} decimal place{'s' if places != 1 else ''}" if places else "")


def _broken(name: str) -> Markup:
    """Let a long name break at its underscores."""
    return Markup("_<wbr>").join(name.split("_"))


def _resource(name: str) -> str:
    return (resources.files(__package__) / name).read_text(encoding="utf-8")
