"""What the analysis of one visit looks at in the laboratory: enzymes, inflammation, interferon proteins and scores.

Where a visit has several results of one analyte, the one that counts is the last collected (`course.Visit.counting`).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from registry.domain import units
from registry.domain.analysis_measures import Definition, Measure, Value, cited
from registry.domain.analysis_seen import Seen, words_of
from registry.domain.analytes import named
from registry.domain.core_set_enzymes import ENZYMES
from registry.domain.course import collected, exact
from registry.domain.deidentification import Action
from registry.domain.derivations.interferon_scores import REPORTED
from registry.domain.rulebook import RULEBOOK
from registry.domain.rules import Result
from registry.domain.vocabulary import COMPARATORS

INTERFERON_SCORE = Definition(
    id="interferon-score-of-visit",
    version="1",
    words="The score that the transcripts of the last collected sample make, else the one that the laboratory reported.",
    source="Rule of this registry",
    certainty=80,
)
SIGNS = {"positive": "Above the threshold", "negative": "Not above the threshold"}
SCORE_FROM = {"transcripts": "Made of the transcripts", "reported": "Reported by the laboratory"}
BIOMARKERS = ("CRP", "CXCL10", "SIGLEC1", "GALECTIN9", "IFNA")
"""Analytes that are told as they were measured, in their standard unit."""


def _times_limit(enzyme: str) -> Measure[Seen]:
    def read(seen: Seen) -> Value:
        place = seen.counting(enzyme)
        found = seen.of_result("enzyme-multiple", place) if place else None
        return found.value if found else None

    words = words_of("enzyme-multiple", f"{enzyme} in multiples of its upper limit of normal")
    name = f"{enzyme.lower()}_times_uln"
    return Measure(
        name=name,
        words=words,
        type="decimal",
        read=read,
        action=Action.NUMBER,
        unit="1",
        source=RULEBOOK["enzyme-multiple"].source,
    )


def _interferon(seen: Seen, rule: str) -> tuple[Decimal | None, str | None, str | None]:
    """Give the interferon score of a visit, its sign and where it is from."""

    def found() -> tuple[Decimal | None, str | None, str | None]:
        made = [one for one in seen.results(rule) if one.value is not None or one.category is not None]
        if made:
            last = max(made, key=lambda one: _sampled(seen, one))
            return last.value, last.category, "transcripts"
        place = seen.counting(REPORTED[rule])
        if place is None:
            return None, None, None
        reported, sign = seen.visit.results()[place - 1], seen.of_result("interferon-positivity", place)
        value = None if reported.get("comparator") else exact(reported.get("value"))
        return value, sign.category if sign else None, "reported"

    return seen.course.remembered(f"analysis of {rule}", seen.visit, found)


def _sampled(seen: Seen, result: Result) -> Any:
    place = result.details.result_number - 1
    return collected((place, seen.visit.results()[place]))


def _interferon_measures(rule: str) -> tuple[Measure[Seen], ...]:
    name, words = rule.replace("-", "_"), words_of(rule)
    value: Measure[Seen] = Measure(
        name=name,
        words=f"{words} {INTERFERON_SCORE.cited}",
        type="decimal",
        read=lambda seen: _interferon(seen, rule)[0],
        action=Action.NUMBER,
        unit=RULEBOOK[rule].unit,
        source=RULEBOOK[rule].source,
        group=(f"{name}_from",),
        told_with=(f"{name}_sign",),
    )
    sign: Measure[Seen] = Measure(
        name=f"{name}_sign",
        words=f"{RULEBOOK[rule].title}: whether it is above the threshold {cited(rule)}",
        type="code",
        read=lambda seen: _interferon(seen, rule)[1],
        action=Action.CODE,
        codes=SIGNS,
    )
    source: Measure[Seen] = Measure(
        name=f"{name}_from",
        words=f"{RULEBOOK[rule].title}: where it is from",
        type="code",
        read=lambda seen: _interferon(seen, rule)[2],
        action=Action.CODE,
        codes=SCORE_FROM,
    )
    return value, sign, source


def _standard(seen: Seen, analyte: str) -> tuple[units.Standardised | None, str | None]:
    """Give the result of an analyte that counts in its standard unit, and whether it is censored."""
    result = seen.visit.counting(analyte)
    if result is None:
        return None, None
    try:
        value = units.standardise(named(analyte), Decimal(result["value"]), str(result.get("unit")))
    except ValueError:
        return None, None
    return value, result.get("comparator")


def biomarker(analyte: str) -> Iterator[Measure[Seen]]:
    """Give the value of an analyte, which side of it the true one lies on, and its unit where it may be in several."""
    name, words, families = analyte.lower(), named(analyte).name, named(analyte).families
    has_units = len(families) > 1

    def value(seen: Seen) -> Value:
        found = _standard(seen, analyte)[0]
        return found.value if found else None

    def unit(seen: Seen) -> Value:
        found = _standard(seen, analyte)[0]
        return found.unit if found else None

    yield Measure(
        name=name,
        words=f"{words}, in the standard unit",
        type="decimal",
        read=value,
        action=Action.NUMBER,
        unit=None if has_units else families[0].standard,
        group=(f"{name}_unit",) if has_units else (),
    )
    yield Measure(
        name=f"{name}_comparator",
        words=f"{words}: the true value is below or above the value given (censored)",
        type="code",
        read=lambda seen: _standard(seen, analyte)[1],
        action=Action.CODE,
        codes=COMPARATORS,
    )
    if has_units:
        codes = {family.standard: family.standard for family in families}
        yield Measure(
            name=f"{name}_unit", words=f"{words}: unit", type="code", read=unit, action=Action.CODE, codes=codes
        )


LABORATORY: tuple[Measure[Seen], ...] = (
    *map(_times_limit, ENZYMES),
    *(one for analyte in BIOMARKERS for one in biomarker(analyte)),
    *(one for rule in REPORTED for one in _interferon_measures(rule)),
)
