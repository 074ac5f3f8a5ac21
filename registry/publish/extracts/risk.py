"""The risk report of an extract as files: JSON for programs, Markdown for people; the same report gives the same bytes.

Risks and shares are decimal texts with four places, rounded up, so that none is told lower than it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Any

import simplejson

from registry.domain.disclosure_risk import Risk

PLACES = Decimal("0.0001")
FIGURES = {
    "classes": "Classes of participants who look alike",
    "k": "k, the size of the smallest class",
    "uniques": "Participants who are alone in their class",
    "prosecutor_max": "Prosecutor, greatest risk",
    "prosecutor_average": "Prosecutor, average risk",
    "journalist_max": "Journalist, greatest risk",
    "journalist_average": "Journalist, average risk",
    "marketer": "Marketer, share found",
    "records_above_threshold": "Participants above the threshold",
}
"""The figures of an adversary, in words."""
QUASI = {
    "first_visit_year": "Year of the first visit",
    "country": "Country",
    "sex": "Sex",
    "age": "Age at the first visit",
}
VISITS = {
    "complete": "Complete visits",
    "unscheduled_left_out": "Unscheduled visits left out",
    "planned_left_out": "Planned visits left out",
    "participants_without_visits": "Participants of whom no visit leaves",
}


def rounded_up(share: Fraction) -> str:
    """Write a share as a decimal of four places, rounded up."""
    places = PLACES.as_tuple().exponent
    whole = -(-share.numerator * 10 ** -int(places) // share.denominator)
    return str((Decimal(whole) * PLACES).quantize(PLACES, ROUND_CEILING))


def figures(risk: Risk) -> dict[str, Any]:
    """Give the figures of one adversary as JSON has them."""
    return {
        "classes": risk.classes,
        "k": risk.k,
        "uniques": risk.uniques,
        "prosecutor_max": rounded_up(risk.prosecutor_max),
        "prosecutor_average": rounded_up(risk.prosecutor_average),
        "journalist_max": rounded_up(risk.journalist_max),
        "journalist_average": rounded_up(risk.journalist_average),
        "marketer": rounded_up(risk.marketer),
        "records_above_threshold": risk.above,
        "l_diversity": dict(risk.diversity),
        "t_closeness": {name: rounded_up(apart) for name, apart in risk.closeness.items()},
    }


def summary(report: Mapping[str, Any], blanked: Mapping[str, int], coded: Mapping[str, int]) -> dict[str, Any]:
    """Join the report with the values left blank and the numbers given as a limit, counted by `file.column`."""
    some = {name: count for name, count in sorted(blanked.items()) if count}
    limited = {name: count for name, count in sorted(coded.items()) if count}
    return {**report, "values_left_blank": some, "numbers_given_as_a_limit": limited}


def as_json(summary: Mapping[str, Any]) -> bytes:
    """Write the report as JSON with sorted keys."""
    return (simplejson.dumps(summary, indent=2, sort_keys=True) + "\n").encode()


def as_markdown(summary: Mapping[str, Any]) -> bytes:
    """Write the report as a page to read."""
    return "\n".join([*_head(summary), *_adversaries(summary), *_cost(summary), ""]).encode()


def _head(summary: Mapping[str, Any]) -> Iterator[str]:
    profile = summary["profile"]
    yield "# Risk of this extract"
    yield ""
    yield f"Profile {profile['name']}, version {profile['version']}. Participants: {summary['participants']}."
    yield f"The journalist looks among {summary['population']} of the study."
    yield from _done(summary)
    yield "Risks are rounded up."


def _done(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say what the profile does: one that stays inside the study does nothing."""
    if summary["k"] > 1:
        yield f"Values are left out until {summary['k']} participants share them."
    else:
        yield "No value is left out for being rare."
    if any(one["governed"] for one in summary["adversaries"].values()):
        yield f"A risk above {summary['threshold']} is refused where a threshold governs."
    else:
        yield "No risk is refused: it is told only."


def _adversaries(summary: Mapping[str, Any]) -> Iterator[str]:
    for name, one in summary["adversaries"].items():
        governed = "governed by the threshold" if one["governed"] else "told, not governed by the threshold"
        yield from ("", f"## {name}", "", f"Knows {one['knows']}; {governed}.", "", *_row("", "before", "after"))
        yield from _row("---", "---", "---")
        before, after = one["before"], one["after"]
        for figure, words in FIGURES.items():
            yield from _row(words, before[figure], after[figure])
        for measure, words in (("l_diversity", "l-diversity"), ("t_closeness", "t-closeness")):
            for attribute in after[measure]:
                yield from _row(f"{words} of {attribute}", before[measure][attribute], after[measure][attribute])


def _cost(summary: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## What it cost", "", f"Information lost: {summary['information_loss']} of 1.", "")
    yield from _row("quasi-identifier", "told as", "cells left blank")
    yield from _row("---", "---", "---")
    for name, step in summary["generalised"].items():
        yield from _row(QUASI[name], step, summary["cells_suppressed"][name])
    yield ""
    yield f"- Participants with a cell left blank: {summary['participants_with_cells_suppressed']}"
    yield from (f"- {words}: {summary['visits'][name]}" for name, words in VISITS.items())
    yield from _counted("Values left blank", summary["values_left_blank"])
    yield from _counted("Numbers given as a limit", summary["numbers_given_as_a_limit"])


def _counted(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    if counts:
        yield from ("", f"## {title}", "", *_row("column", "values"), *_row("---", "---"))
        yield from (line for name, count in counts.items() for line in _row(name, count))


def _row(*cells: object) -> Iterator[str]:
    yield "| " + " | ".join(map(str, cells)) + " |"
