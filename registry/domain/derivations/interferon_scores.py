"""The interferon scores that the transcripts of a visit make, and their ratio to the score at baseline.

The transcripts of one sample - specimen, assay, time and family of units alike - make a score. Fold changes of the six
genes alone make the 6-gene score; a sample with other genes, or with counts, makes the two 28-gene scores. The threshold
is the upper limit of normal of a score that the laboratory reported at the visit by the same assay, where there is one.
The score at baseline is of the last collected sample alike at the baseline visit, else at the last visit before it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from registry.domain import interferon, units
from registry.domain.analytes import CATALOGUE, TRANSCRIPT
from registry.domain.course import Course, Visit, exact
from registry.domain.derivations.laboratory import Reported, after_baseline, counting, numbered, pointer
from registry.domain.derived import Derived, used
from registry.domain.interferon import SIX_GENES
from registry.domain.interferon_course import INTERFERON_RATIO, Biomarker, interferon_ratio
from registry.domain.interferon_sample import GeneExpression, Sample
from registry.domain.rules import Result

REPORTED: Mapping[str, str] = MappingProxyType(
    {
        interferon.INTERFERON_6.id: "IFN6",
        interferon.INTERFERON_28_STANDARDISED.id: "IFN28Z",
        interferon.INTERFERON_28_GEOMEAN.id: "IFN28GEO",
    }
)
"""The analyte by which a laboratory reports each score itself."""
SUBJECT = "{}_SCORE"
"""What the ratio of a score made of transcripts is about: told apart from that of a score reported."""
_PANEL_28 = (interferon.INTERFERON_28_STANDARDISED.id, interferon.INTERFERON_28_GEOMEAN.id)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The transcripts of one sample at a visit, in the order submitted, each with its place in the visit."""

    specimen: str | None
    assay: str | None
    collected_at: str | None
    family: str
    results: tuple[tuple[int, Reported], ...]

    @property
    def number(self) -> int:
        """The place of its first result."""
        return self.results[0][0]

    @property
    def rules(self) -> tuple[str, ...]:
        """The scores that it makes."""
        genes = {_symbol(result) for _, result in self.results}
        six = self.family == units.FOLD.standard and genes <= set(SIX_GENES)
        return (interferon.INTERFERON_6.id,) if six else _PANEL_28

    @property
    def fields(self) -> tuple[str, ...]:
        """Where its results are found in the visit."""
        return tuple(pointer(result) for _, result in self.results)

    def alike(self, other: "Drawn") -> bool:
        """Whether two samples were drawn and measured alike."""
        mine, theirs = ((one.specimen, one.assay, one.family) for one in (self, other))
        return mine == theirs


def of_visit(course: Course, visit: Visit) -> Iterator[Derived]:
    """Derive the scores, and of each that has a value its ratio to baseline."""
    for drawn in samples(visit):
        for name in drawn.rules:
            score, limit = _score(course, visit, drawn, name)
            yield Derived(score, used(visit.used(*drawn.fields, *limit)))
            if score.value is not None:
                yield _ratio(course, visit, drawn, score)


def samples(visit: Visit) -> list[Drawn]:
    """The samples of a visit; a transcript whose unit is none of its analyte's is of none."""
    found: dict[tuple[str | None, str | None, str | None, str], list[tuple[int, Reported]]] = {}
    for number, result in numbered(visit):
        family = _family(result) if result["analyte"].startswith(TRANSCRIPT) else None
        if family is not None:
            key = (result.get("specimen"), result.get("assay"), result.get("collected_at"), family)
            found.setdefault(key, []).append((number, result))
    return [Drawn(*key, results=tuple(results)) for key, results in found.items()]


def _score(course: Course, visit: Visit, drawn: Drawn, name: str) -> tuple[Result, tuple[str, ...]]:
    """Give a score, and where the laboratory's own threshold was found."""
    stated = counting(visit, REPORTED[name], lambda one: _limits(one, drawn))
    sample = Sample(
        genes=[_gene(result) for _, result in drawn.results],
        threshold=None if stated is None else exact(stated["upper_limit"]),
        result_number=drawn.number,
    )
    return interferon.SCORES[name](sample, course.rules[name]), () if stated is None else (pointer(stated),)


def _limits(reported: Reported, drawn: Drawn) -> bool:
    return reported.get("assay") == drawn.assay and exact(reported.get("upper_limit")) is not None


def _ratio(course: Course, visit: Visit, drawn: Drawn, score: Result) -> Derived:
    at, earlier, before = _at_baseline(course, visit, drawn, score.rule.id) or (None, None, None)
    now = _biomarker(drawn, score)
    baseline = None if earlier is None or before is None else _biomarker(earlier, before)
    ratio = interferon_ratio(now, baseline, course.rules[INTERFERON_RATIO.id])
    inputs = used(visit.used(*drawn.fields), at.used(*earlier.fields) if at and earlier else None)
    return Derived(replace(ratio, subject=SUBJECT.format(now.analyte)), inputs)


def _at_baseline(course: Course, visit: Visit, drawn: Drawn, name: str) -> tuple[Visit, Drawn, Result] | None:
    """Find the last collected sample alike that has this score, at the baseline visit or the last one before it."""
    if course.baseline is None or not after_baseline(course, visit):
        return None
    for earlier in reversed(course.until(course.baseline)):
        alike = [one for one in samples(earlier) if one.alike(drawn) and name in one.rules]
        for one in sorted(alike, key=lambda sample: (sample.collected_at or "", sample.number), reverse=True):
            score, _ = _score(course, earlier, one, name)
            if score.value is not None:
                return earlier, one, score
    return None


def _biomarker(drawn: Drawn, score: Result) -> Biomarker:
    if score.value is None:
        raise ValueError("a score that is compared has a value")
    return Biomarker(
        analyte=REPORTED[score.rule.id],
        value=score.value,
        unit=score.rule.unit,
        assay=drawn.assay,
        specimen=drawn.specimen,
        result_number=drawn.number,
    )


def _family(result: Reported) -> str | None:
    """The standard unit of the family that the result is in; None where its unit is none of the analyte's."""
    try:
        return units.family_of(CATALOGUE[result["analyte"]], result.get("unit") or "").standard
    except units.UnknownUnit:
        return None


def _symbol(result: Reported) -> str:
    return str(result["analyte"]).removeprefix(TRANSCRIPT)


def _gene(result: Reported) -> GeneExpression:
    return GeneExpression(
        gene=_symbol(result),
        value=exact(result["value"]),
        comparator=result.get("comparator"),
        reference_mean=exact(result.get("reference_mean")),
        reference_sd=exact(result.get("reference_sd")),
    )
