"""The wide file of visits: one row a complete visit, with its scores, enzymes, interferon, doses, response and states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from registry.domain.analysis_followed import Followed
from registry.domain.analysis_measures import Measure, Value
from registry.domain.analysis_visit import MEASURES
from registry.publish.extracts.columns import PARTICIPANT, VISIT, Column, File
from registry.publish.extracts.declared import kept
from registry.publish.extracts.derived import place, plain
from registry.schemas.visits import FORMS


def column_of(measure: Measure[Any]) -> Column:
    """Give the column of a measure; one that is like a field of a form has its unit, limits, direction and names in standards."""
    column = _of(measure)
    if measure.like is None:
        return column
    form, name = measure.like
    field = kept(FORMS[form], name)
    said = {one: getattr(field, one) for one in ("unit", "minimum", "maximum", "higher", "sdtm", "loinc")}
    return replace(column, **said)


def _of(measure: Measure[Any]) -> Column:
    return Column(
        measure.name,
        measure.words,
        measure.type,
        measure.action,
        group=measure.group,
        inside=measure.inside,
        told_with=measure.told_with,
        unit=measure.unit,
        codes=measure.codes,
        minimum=measure.minimum,
        maximum=measure.maximum,
        higher=measure.higher,
        over_course=measure.over_course,
        source=measure.source,
    )


FILE = File(
    "wide_visit",
    "A complete visit for analysis: scores, enzymes, interferon, doses, response and states side by side.",
    (PARTICIPANT, *VISIT, *map(column_of, MEASURES)),
    ("visit_number",),
)


def of(who: Followed) -> Iterator[tuple[Any, ...]]:
    """Give the rows of one participant, in order of the visits."""
    for number, seen in enumerate(who.seen, start=1):
        yield (*place(who, seen, number), *(told(measure, measure.read(seen)) for measure in MEASURES))


def told(measure: Measure[Any], value: Value) -> str | int | None:
    """Give a value as a row holds it: a decimal as exact text, a whole number as int."""
    if isinstance(value, str) or value is None:
        return value
    return plain(value) if measure.type == "decimal" else int(value)
