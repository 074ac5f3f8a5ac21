"""What the interferon biomarkers of a visit say: ratio to baseline, positivity, and the scores that transcripts make.

The transcripts of one sample - specimen, assay, time and family of units alike - make a score. Fold changes of the six
genes alone make the 6-gene score; a sample with other genes, or with counts, makes the two 28-gene scores.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from registry.domain import interferon, units
from registry.domain.analytes import CATALOGUE, TRANSCRIPT
from registry.domain.course import Course, Visit, exact
from registry.domain.derivations.laboratory import Reported, at_baseline, numbered, pointer
from registry.domain.derived import Derived, used
from registry.domain.interferon import SIX_GENES, GeneExpression, Sample
from registry.domain.interferon_course import (
    INTERFERON_POSITIVITY,
    INTERFERON_RATIO,
    Biomarker,
    interferon_positivity,
    interferon_ratio,
)

_PANEL_28 = (interferon.INTERFERON_28_STANDARDISED.id, interferon.INTERFERON_28_GEOMEAN.id)
_ONE_SAMPLE = ("specimen", "assay", "collected_at")


def of_visit(course: Course, visit: Visit) -> Iterator[Derived]:
    """Derive ratios, positivity and scores."""
    found = [one for one in numbered(visit) if CATALOGUE[one[1]["analyte"]].category == "interferon"]
    for number, result in found:
        yield from _biomarker(course, visit, result, number)
    for sample in _samples(found):
        yield from _scores(course, visit, sample)


def _biomarker(course: Course, visit: Visit, result: Reported, number: int) -> Iterator[Derived]:
    now = _of(result, number)
    alike = ((at, kept) for at, kept in at_baseline(course, now.analyte) if now.comparable(_of(kept)))
    at, kept = next(alike, (None, None))
    ratio = interferon_ratio(now, None if kept is None else _of(kept), course.rules[INTERFERON_RATIO.id])
    yield Derived(ratio, used(visit.used(pointer(result)), at.used(pointer(result)) if at else None))
    positivity = interferon_positivity(now, course.rules[INTERFERON_POSITIVITY.id])
    yield Derived(positivity, used(visit.used(pointer(result))))


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


def _samples(found: Sequence[tuple[int, Reported]]) -> list[list[tuple[int, Reported]]]:
    """The transcripts of each sample, in the order submitted."""
    samples: dict[tuple[Any, ...], list[tuple[int, Reported]]] = {}
    for number, result in found:
        if result["analyte"].startswith(TRANSCRIPT):
            key = (*(result.get(name) for name in _ONE_SAMPLE), _family(result))
            samples.setdefault(key, []).append((number, result))
    return list(samples.values())


def _family(result: Reported) -> str | None:
    """The standard unit of the family that the result is in; None where its unit is none of the analyte's."""
    try:
        return units.family_of(CATALOGUE[result["analyte"]], result.get("unit") or "").standard
    except units.UnknownUnit:
        return None


def _scores(course: Course, visit: Visit, sample: list[tuple[int, Reported]]) -> Iterator[Derived]:
    genes = [_gene(result) for _, result in sample]
    family = _family(sample[0][1])
    if family is None:
        return
    given = Sample(genes=genes, result_number=sample[0][0])
    six = family == units.FOLD.standard and {one.gene for one in genes} <= set(SIX_GENES)
    inputs = used(visit.used(*(pointer(result) for _, result in sample)))
    for rule in (interferon.INTERFERON_6.id,) if six else _PANEL_28:
        yield Derived(interferon.SCORES[rule](given, course.rules[rule]), inputs)


def _gene(result: Reported) -> GeneExpression:
    return GeneExpression(
        gene=result["analyte"].removeprefix(TRANSCRIPT),
        value=exact(result["value"]),
        comparator=result.get("comparator"),
        reference_mean=exact(result.get("reference_mean")),
        reference_sd=exact(result.get("reference_sd")),
    )
