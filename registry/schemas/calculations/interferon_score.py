"""Calculate an interferon score of 6 or of 28 genes."""

from collections import Counter
from typing import Any

from marshmallow import validates_schema

from registry.domain.analytes import GENES
from registry.domain.interferon import (
    INTERFERON_6,
    INTERFERON_28_GEOMEAN,
    INTERFERON_28_STANDARDISED,
    SCORES,
    SIX_GENES,
)
from registry.domain.interferon_sample import GeneExpression, Sample
from registry.domain.rules import Result, Rule
from registry.domain.vocabulary import COMPARATORS
from registry.schemas.base import Record
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.fields import Choice, Exact, ListOf, Part, Text, about
from registry.schemas.sentences import broken

PANELS = {
    "6_gene": "Median of the fold changes of 6 genes",
    "28_gene_standardised": "Sum of the standardised expressions of 28 genes",
    "28_gene_geomean": "Geometric mean of the expressions of 28 genes",
}
RULES = (INTERFERON_6, INTERFERON_28_STANDARDISED, INTERFERON_28_GEOMEAN)
MOST = 100
LARGEST = 1_000_000
"""Above any fold change, normalised count or score."""
SMALLEST = "0.001"


def _number(words: str, low: int | str = 0, *, places: int = 6, example: int | None = None) -> Exact:
    return Exact(low, LARGEST, places=places, metadata=about(words, example=example))


class InterferonGene(Record):
    """The expression of one gene."""

    gene = Text(
        20,
        pattern="[A-Z0-9]+",
        says="The gene must be a symbol of capital letters and digits, such as IFI44L.",
        required=True,
        metadata=about("Symbol of the gene (HGNC)", example="IFI27"),
    )
    value = _number("Fold change, or normalised count", example=3)
    comparator = Choice(COMPARATORS, metadata=about("The true value is below or above the value given (censored)"))
    reference_mean = _number("Mean of the laboratory's healthy controls, in the unit of the value", low=-LARGEST)
    reference_sd = _number("Standard deviation of the laboratory's healthy controls", low=SMALLEST)


class InterferonScoreInput(Taken):
    """The genes of a panel in one sample."""

    panel = Choice(PANELS, required=True, metadata=about("Which score", example="6_gene"))
    genes = ListOf(Part(InterferonGene), MOST, required=True, metadata=about("Genes of the panel, each once"))
    threshold = _number("The laboratory's own threshold, above which the score is positive", low=-LARGEST)
    baseline_score = _number("Score at baseline, made in the same way", low=-LARGEST, places=3)

    @validates_schema(skip_on_field_errors=True)
    def genes_are_of_the_panel_and_once(self, body: dict[str, Any], **_: Any) -> None:
        """Every gene is one of the panel, and none is given twice."""
        panel = SIX_GENES if body["panel"] == "6_gene" else GENES
        given = Counter(one["gene"] for one in body["genes"])
        foreign = [gene for gene in given if gene not in panel]
        if foreign:
            sentence = f"These genes are not of the {len(panel)}-gene panel: {', '.join(foreign)}."
            raise broken("foreign_gene", sentence, "genes")
        repeated = [gene for gene, times in given.items() if times > 1]
        if repeated:
            raise broken("repeated_gene", f"Each gene is given once; given twice: {', '.join(repeated)}.", "genes")


EXPRESSION = ("gene", "value", "comparator", "reference_mean", "reference_sd")


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    genes = [GeneExpression(**{name: one.get(name) for name in EXPRESSION}) for one in body["genes"]]
    sample = Sample(genes=genes, threshold=body.get("threshold"), baseline_score=body.get("baseline_score"))
    return SCORES[rule.id](sample, rule)


def _choose(body: Body) -> int:
    return tuple(PANELS).index(body["panel"])


_SIX = [{"gene": gene, "value": value} for value, gene in enumerate(SIX_GENES, 1)]
_COUNTS = [{"gene": gene, "value": 300, "reference_mean": 100, "reference_sd": 100} for gene in GENES]
_DEFINITION = "Domain reference 3, by definition"

CALCULATION = Calculation(
    "interferon-score",
    RULES,
    InterferonScoreInput,
    _calculate,
    (
        Example(_DEFINITION, {"panel": "6_gene", "genes": _SIX}, value="3.5", category="positive"),
        Example(_DEFINITION, {"panel": "28_gene_standardised", "genes": _COUNTS}, value="56"),
        Example(_DEFINITION, {"panel": "28_gene_geomean", "genes": _COUNTS}, value="300"),
    ),
    choose=_choose,
)
