"""What the interferon biomarkers of a visit say: ratio to baseline, positivity, and the scores that transcripts make."""

from collections.abc import Iterator

from registry.domain.analytes import CATALOGUE
from registry.domain.course import Course, Visit, exact
from registry.domain.derivations import interferon_scores
from registry.domain.derivations.laboratory import Reported, at_baseline, numbered, pointer
from registry.domain.derived import Derived, used
from registry.domain.interferon_course import (
    INTERFERON_POSITIVITY,
    INTERFERON_RATIO,
    Biomarker,
    interferon_positivity,
    interferon_ratio,
)


def of_visit(course: Course, visit: Visit) -> Iterator[Derived]:
    """Derive ratios, positivity and scores."""
    for number, result in numbered(visit):
        if CATALOGUE[result["analyte"]].category == "interferon":
            yield from _biomarker(course, visit, result, number)
    yield from interferon_scores.of_visit(course, visit)


def _biomarker(course: Course, visit: Visit, result: Reported, number: int) -> Iterator[Derived]:
    now = _of(result, number)
    found = at_baseline(course, visit, now.analyte, lambda kept: _comparable(now, kept))
    at, kept = found or (None, None)
    ratio = interferon_ratio(now, None if kept is None else _of(kept), course.rules[INTERFERON_RATIO.id])
    yield Derived(ratio, used(visit.used(pointer(result)), at.used(pointer(result)) if at else None))
    positivity = interferon_positivity(now, course.rules[INTERFERON_POSITIVITY.id])
    yield Derived(positivity, used(visit.used(pointer(result))))


def _comparable(now: Biomarker, kept: Reported) -> bool:
    return exact(kept.get("value")) is not None and now.comparable(_of(kept))


def _of(result: Reported, number: int | None = None) -> Biomarker:
    value = exact(result["value"])
    if value is None:
        raise ValueError("a biomarker has a value")
    return Biomarker(
        analyte=result["analyte"],
        value=value,
        unit=result.get("unit"),
        comparator=result.get("comparator"),
        upper_limit=exact(result.get("upper_limit")),
        assay=result.get("assay"),
        specimen=result.get("specimen"),
        result_number=number,
    )
