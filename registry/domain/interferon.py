"""Interferon scores of 6 and of 28 genes from the expression of each gene.

Source: domain reference 3. The 6-gene score (S-IFN6) is the median of six fold changes; it is positive above the
laboratory's threshold or, where the laboratory gives none, above 2.466 [MEM 90%]. The 28-gene score (S-IFN28) is offered
in two forms: standardised, the sum of (value - mean) / standard deviation of the laboratory's healthy controls [MEM 88%];
and the geometric mean of the 28 expressions. Whether the paper takes that mean of the expressions or of their ratios to
healthy controls is not sourced: here it is of what is given, [MEM 88%] like the list of genes. A 28-gene score is
positive or negative only where the laboratory gives a threshold. A study leaves genes of the 28 out by its constants.

Repeats of a gene in one sample are averaged (S-IFN6); one that is censored has no average, and then there is no score.
Decided here: a score needs every gene of its panel. A censored gene gives no 28-gene score; a 6-gene score has one only
if the median is the same wherever the censored values lie, but may be positive or negative without a value.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from types import MappingProxyType
from typing import Any

from registry.domain.analytes import GENES
from registry.domain.interferon_sample import GeneExpression, Sample
from registry.domain.rules import ConstantRefused, Result, Rule, constant, said, undecided
from registry.domain.units import LARGEST, SIGNIFICANT_DIGITS, TOO_LARGE

SIX_GENES = ("IFI27", "IFI44L", "IFIT1", "ISG15", "RSAD2", "SIGLEC1")
"""S-IFN6."""

TWELVE_DIGITS = Context(prec=SIGNIFICANT_DIGITS)
PRECISION = 40
"""Digits that logarithms are computed with before a score is rounded to twelve."""
INFINITE = Decimal("Infinity")

SIGNS: Mapping[str, str] = MappingProxyType({"positive": "Above the threshold", "negative": "Not above the threshold"})


@dataclass(frozen=True, slots=True, kw_only=True)
class InterferonScoreDetails:
    """What a score was made from and compared with."""

    genes: int | None = said("Number of genes given")
    threshold: Decimal | None = said("Threshold above which the score is positive")
    threshold_of: str | None = said("Who gives the threshold: the laboratory, or the rule")
    ratio_to_baseline: Decimal | None = said("Ratio of the score to the score at baseline", unit="1")
    at_least: Decimal | None = said("The lowest that the score can be where genes are censored")
    at_most: Decimal | None = said("The highest that the score can be where genes are censored; null without a bound")
    result_number: int | None = said("Place of the first result of the sample in its visit, from 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class SixGeneConstants:
    """The threshold of the 6-gene score."""

    threshold: Decimal = constant(
        "Score above which it is positive where the laboratory gives no threshold: mean + 2 SD of 29 healthy controls",
        Decimal("2.466"),
        source="Domain reference 3 (S-IFN6)",
        certainty=90,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelConstants:
    """The genes of the 28-gene scores."""

    genes: Mapping[str, int] = constant(
        "Genes of the panel: 1 counts, 0 is left out",
        dict.fromkeys(GENES, 1),
        source="Domain reference 3 (S-IFN28)",
        certainty=88,
        low=0,
        high=1,
    )

    def __post_init__(self) -> None:
        """Refuse a panel without genes."""
        if not any(self.genes.values()):
            raise ConstantRefused("genes", "At least one of the genes must count.")

    @property
    def panel(self) -> tuple[str, ...]:
        """The genes that count."""
        return tuple(gene for gene, counts in self.genes.items() if counts)


INTERFERON_6 = Rule(
    id="interferon-score-6",
    title="Interferon score of 6 genes: the median of their fold changes",
    version="1",
    source="Domain reference 3 (S-IFN6)",
    certainty=90,
    unit="1",
    constants=SixGeneConstants(),
    categories=SIGNS,
    details=InterferonScoreDetails,
)
INTERFERON_28_STANDARDISED = Rule(
    id="interferon-score-28-standardised",
    title="Interferon score of 28 genes: the sum of their standardised expressions",
    version="1",
    source="Domain reference 3 (S-IFN28)",
    certainty=88,
    unit="{score}",
    constants=PanelConstants(),
    categories=SIGNS,
    details=InterferonScoreDetails,
)
INTERFERON_28_GEOMEAN = Rule(
    id="interferon-score-28-geomean",
    title="Interferon score of 28 genes: the geometric mean of their expressions",
    version="1",
    source="Domain reference 3 (S-IFN28)",
    certainty=88,
    unit="{score}",
    constants=PanelConstants(),
    categories=SIGNS,
    details=InterferonScoreDetails,
)


def score_6(sample: Sample, rule: Rule[SixGeneConstants] = INTERFERON_6) -> Result:
    """Give the median of the six fold changes, and whether it is above the threshold."""
    genes = sample.of(SIX_GENES)
    refused = _refused(sample, SIX_GENES, rule)
    if refused is not None:
        return refused
    lowest, highest = _median(map(_lowest, genes)), _median(map(_highest, genes))
    own = sample.threshold is None
    threshold = rule.constants.threshold if sample.threshold is None else sample.threshold
    details: dict[str, Any] = {
        "genes": len(genes),
        "threshold": threshold,
        "threshold_of": "rule" if own else "laboratory",
    }
    if lowest == highest:
        return _scored(lowest, sample, rule, details)
    return Result(
        rule=rule,
        category="positive" if lowest > threshold else "negative" if highest <= threshold else None,
        final=False,
        reason="The 6-gene score has no value: genes are censored and the median depends on where they lie.",
        details=InterferonScoreDetails(
            **details,
            at_least=lowest,
            at_most=None if highest == INFINITE else highest,
            result_number=sample.result_number,
        ),
    )


def score_28_standardised(sample: Sample, rule: Rule[PanelConstants] = INTERFERON_28_STANDARDISED) -> Result:
    """Give the sum of the standardised expressions, to 12 significant digits."""
    controls = ("reference_mean", "reference_sd")
    panel = rule.constants.panel
    unknown = [
        f"genes/{one.gene}/{name}" for one in sample.of(panel) for name in controls if getattr(one, name) is None
    ]
    if unknown and _refused(sample, panel, rule) is None:
        reason = "The standardised score needs the mean and standard deviation of the laboratory's healthy controls."
        return undecided(rule, reason, *unknown, details=_known(sample, panel))
    return _score_28(sample, rule, _sum_of_z)


def score_28_geomean(sample: Sample, rule: Rule[PanelConstants] = INTERFERON_28_GEOMEAN) -> Result:
    """Give the geometric mean of the expressions, to 12 significant digits."""
    panel = rule.constants.panel
    if any(one.value is not None and one.value <= 0 for one in sample.of(panel)):
        return undecided(rule, "A geometric mean needs expressions above zero.", details=_known(sample, panel))
    return _score_28(sample, rule, _geometric_mean)


SCORES: Mapping[str, Callable[[Sample, Rule[Any]], Result]] = MappingProxyType(
    {
        INTERFERON_6.id: score_6,
        INTERFERON_28_STANDARDISED.id: score_28_standardised,
        INTERFERON_28_GEOMEAN.id: score_28_geomean,
    }
)


def _score_28(
    sample: Sample, rule: Rule[PanelConstants], made: Callable[[Sequence[GeneExpression]], Decimal]
) -> Result:
    panel = rule.constants.panel
    refused = _refused(sample, panel, rule)
    if refused is not None:
        return refused
    genes = sample.of(panel)
    if any(one.comparator for one in genes):
        return undecided(rule, "A 28-gene score has no value where a gene is censored.", details=_known(sample, panel))
    laboratory = None if sample.threshold is None else "laboratory"
    details = {"genes": len(genes), "threshold": sample.threshold, "threshold_of": laboratory}
    return _scored(made(genes), sample, rule, details)


def _refused(sample: Sample, panel: Sequence[str], rule: Rule[Any]) -> Result | None:
    """Say why a sample makes no score: a gene is missing, or one that was repeated has no average."""
    given = {one.gene for one in sample.of(panel)}
    missing = [f"genes/{gene}" for gene in panel if gene not in given]
    if missing:
        reason = f"The {len(panel)}-gene interferon score needs every gene of its panel."
        return undecided(rule, reason, *missing, details=_known(sample, panel))
    repeated = sample.without_average(panel)
    if repeated:
        reason = f"Repeats of a gene are averaged, and a censored one has no average: {', '.join(repeated)}."
        return undecided(rule, reason, details=_known(sample, panel))
    return None


def _known(sample: Sample, panel: Sequence[str]) -> InterferonScoreDetails:
    return InterferonScoreDetails(genes=len(sample.of(panel)), result_number=sample.result_number)


def _scored(score: Decimal, sample: Sample, rule: Rule[Any], details: Mapping[str, Any]) -> Result:
    threshold, baseline = details["threshold"], sample.baseline_score
    ratio = None if baseline is None or baseline <= 0 or score < 0 else TWELVE_DIGITS.divide(score, baseline)
    known = InterferonScoreDetails(**details, ratio_to_baseline=ratio, result_number=sample.result_number)
    sign = None if threshold is None else "positive" if score > threshold else "negative"
    if abs(score) >= LARGEST:
        return undecided(rule, TOO_LARGE, details=known)
    return Result(rule=rule, value=TWELVE_DIGITS.plus(score), category=sign, details=known)


def _lowest(one: GeneExpression) -> Decimal:
    return Decimal(0) if one.value is None or one.comparator == "<" else one.value


def _highest(one: GeneExpression) -> Decimal:
    return INFINITE if one.value is None or one.comparator == ">" else one.value


def _median(values: Iterable[Decimal]) -> Decimal:
    """The mean of the two in the middle of an even number."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return (ordered[middle - 1] + ordered[middle]) / 2


def _sum_of_z(genes: Sequence[GeneExpression]) -> Decimal:
    with localcontext(prec=PRECISION):
        scores = [
            (one.value - one.reference_mean) / one.reference_sd
            for one in genes
            if one.value is not None and one.reference_mean is not None and one.reference_sd is not None
        ]
        total = sum(scores, Decimal(0))
    return TWELVE_DIGITS.plus(total)


def _geometric_mean(genes: Sequence[GeneExpression]) -> Decimal:
    with localcontext(prec=PRECISION):
        logarithms = [one.value.ln() for one in genes if one.value is not None]
        mean = (sum(logarithms, Decimal(0)) / len(logarithms)).exp()
    return TWELVE_DIGITS.plus(mean)
