"""Writes a report: reads the facts, makes the sections, renders one page and stamps it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from importlib import resources
from threading import Lock

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from registry.domain.vocabulary import STUDY_DESIGNS
from registry.publish.board_report import (
    by_arm,
    clocks,
    conduct,
    enrolment,
    events,
    exposure,
    laboratory,
    made_by,
    serious,
    stamp,
    watch,
)
from registry.publish.board_report.blocks import Section, Table, shown
from registry.publish.board_report.facts import AUDIENCES, CLOSED, OPEN, Facts

MOST_COLUMNS = 10
"""A table with more is printed on a page that lies on its side."""
LONGEST_WORD = 24
"""A longer one is broken where its cell ends; shorter ones keep the column wide enough to be read."""
MARKS = {OPEN: "OPEN REPORT", CLOSED: "CLOSED REPORT: CONFIDENTIAL, UNBLINDED"}
DRAWING = Lock()
"""One report at a time: matplotlib measures text in one place for the whole process."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the template is given."""

    title: str
    mark: str
    audience: str
    foot: str
    head: Sequence[tuple[str, str]]
    sections: Sequence[Section]


def written(facts: Facts) -> tuple[bytes, str]:
    """Write the report, and give it with its SHA-256."""
    with DRAWING:
        page = Page(
            title=f"{facts.cut.study}: report for the data and safety monitoring board",
            mark=MARKS[facts.audience],
            audience=facts.audience,
            foot=f"{facts.cut.study} {facts.cut.code} {facts.audience}",
            head=list(_head(facts)),
            sections=list(_sections(facts)),
        )
    return stamp.stamped(_rendered(page))


def _sections(facts: Facts) -> Iterator[Section]:
    yield enrolment.section(facts)
    yield exposure.section(facts)
    if facts.audience == CLOSED:
        yield by_arm.section(facts)
    yield events.section(facts)
    yield exposure.incidence(facts)
    yield serious.section(facts)
    yield clocks.section(facts)
    yield watch.special_interest(facts)
    yield laboratory.section(facts)
    yield exposure.time_on_drug(facts)
    yield conduct.deviations(facts)
    yield conduct.completeness(facts)
    yield made_by.section(facts)


def _head(facts: Facts) -> Iterator[tuple[str, str]]:
    yield "Study", f"{facts.study.get('code')}: {facts.study.get('title')}"
    yield "Design", STUDY_DESIGNS.get(facts.study.get("design", ""), "")
    yield "Data cut", f"{facts.cut.code}, {facts.cut.moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
    yield "Audience", AUDIENCES[facts.audience]
    yield "Sites", ", ".join(map(facts.site, facts.site_ids)) or "none with participants"
    yield "Participants", str(len(facts.of("participant")))


def _rendered(page: Page) -> str:
    """Fill in the template; whatever comes from a record is escaped, the pictures' text by matplotlib."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["shown"] = shown
    environment.tests["wide"] = _is_wide
    environment.tests["long"] = _is_long
    template = environment.from_string(_resource("report.html.jinja"))
    return template.render(report=page, style=_style(page), hole=stamp.HOLE)


def _style(page: Page) -> Markup:
    """Give the style sheet, with what stands at the foot of each printed page; codes hold no character that ends a text."""
    return Markup(_resource("report.css").replace("FOOT", page.foot))  # noqa: S704 (ours, and codes of letters and digits)


def _is_wide(section: Section) -> bool:
    return any(isinstance(block, Table) and len(block.columns) > MOST_COLUMNS for block in section.blocks)


def _is_long(value: object) -> bool:
    return any(len(word) > LONGEST_WORD for word in str(value).split())


def _resource(name: str) -> str:
    return (resources.files("registry.publish.board_report") / name).read_text(encoding="utf-8")
