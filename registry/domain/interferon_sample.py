"""The genes that an interferon score is made of: those of one sample, with the repeats of a gene averaged.

Source: domain reference 3 (S-IFN6: repeats averaged). A repeat that is censored leaves its gene without an average.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneExpression:
    """The expression of a gene, with the mean and standard deviation of the laboratory's healthy controls if known."""

    gene: str
    value: Decimal | None
    comparator: str | None = None
    reference_mean: Decimal | None = None
    reference_sd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The genes of one sample, repeats among them; the laboratory's threshold, and the score at baseline."""

    genes: Sequence[GeneExpression]
    threshold: Decimal | None = None
    baseline_score: Decimal | None = None
    result_number: int | None = None

    def of(self, panel: Iterable[str]) -> tuple[GeneExpression, ...]:
        """The genes of a panel that have a value, in its order, each once: repeats are averaged."""
        repeats = ([one for one in self.genes if one.gene == gene and one.value is not None] for gene in panel)
        return tuple(_averaged(alike) for alike in repeats if alike)

    def without_average(self, panel: Iterable[str]) -> tuple[str, ...]:
        """The genes of a panel that were repeated and have a censored repeat."""
        times = Counter(one.gene for one in self.genes if one.value is not None)
        censored = {one.gene for one in self.genes if one.value is not None and one.comparator}
        return tuple(gene for gene in panel if times[gene] > 1 and gene in censored)


def _averaged(repeats: Sequence[GeneExpression]) -> GeneExpression:
    """The mean of repeats; the healthy controls are those that all repeats name alike."""
    if len(repeats) == 1:
        return repeats[0]
    values = [one.value for one in repeats if one.value is not None]
    means, deviations = ({getattr(one, name) for one in repeats} for name in ("reference_mean", "reference_sd"))
    return GeneExpression(
        gene=repeats[0].gene,
        value=sum(values, Decimal(0)) / len(values),
        reference_mean=means.pop() if len(means) == 1 else None,
        reference_sd=deviations.pop() if len(deviations) == 1 else None,
    )
