"""The preliminary IMACS definition of improvement of 2004.

Source: domain reference 2.2 (exact text in S-ACTH): "Three of any of the 6 CSMs improved by >=20 %, with no more than 2
CSMs worsening by >=25 %; worsening measure could not include the MMT." Percent are of the baseline. The measures are those
of IMACS; strength is the tool of the participant, MMT unless it is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from registry.domain.core_set_enzymes import ENZYME_CHOICES, MOST_ABNORMAL
from registry.domain.core_sets import Assessment, compared
from registry.domain.relative_improvement import Bounds, RelativeChange, decide, relative_change, to_review, why
from registry.domain.rules import Result, Rule, constant, said

_SOURCE = "Domain reference 2.2: IMACS 2004, as quoted by Aggarwal 2018"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """What the definition asks."""

    improved_measures: int = constant("Measures that must improve", 3, source=_SOURCE, high=6)
    improvement: Decimal = constant("Percent by which they improve at least", Decimal(20), source=_SOURCE)
    worsened_measures: int = constant("Measures that may worsen", 2, source=_SOURCE, low=0, high=6)
    worsening: Decimal = constant("Percent from which a measure has worsened", Decimal(25), source=_SOURCE)
    enzyme: str = constant(
        "Enzyme that counts: most_abnormal, by multiples of its upper limit of normal at baseline, or the one named",
        MOST_ABNORMAL,
        source="Domain reference 2.1",
        certainty=85,
        one_of=ENZYME_CHOICES,
    )

    @property
    def bounds(self) -> Bounds:
        """What the definition asks of the six measures."""
        return Bounds(
            improved_measures=self.improved_measures,
            improvement=self.improvement,
            worsened_measures=self.worsened_measures,
            worsening=self.worsening,
            worsening_above=False,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The definition measure by measure."""

    measures: tuple[RelativeChange, ...] | None = said("The six core set measures")
    improved_measures: int | None = said("How many measures improved enough")
    worsened_measures: int | None = said("How many measures worsened enough to count")
    strength_measure: str | None = said("Tool of strength used, mmt8 or cmas")


CATEGORIES: Mapping[str, str] = MappingProxyType(
    {"met": "Improvement", "not_met": "No improvement", "indeterminate": "Cannot be decided with what is missing"}
)

DEFINITION_OF_IMPROVEMENT = Rule(
    id="definition-of-improvement",
    title="IMACS preliminary definition of improvement (2004)",
    version="1",
    source=_SOURCE,
    certainty=85,
    categories=CATEGORIES,
    details=Details,
    constants=Constants(),
)


def definition_of_improvement(
    baseline: Assessment,
    followup: Assessment,
    rule: Rule[Constants] = DEFINITION_OF_IMPROVEMENT,
    *,
    strength_measure: str = "mmt8",
) -> Result:
    """Say whether the definition is met; indeterminate where a missing measure could decide it."""
    constants = rule.constants
    pairs = compared(baseline, followup, "imacs", strength_measure, constants.enzyme)
    changes = tuple(map(relative_change, pairs))
    decision = decide(changes, constants.bounds)
    return Result(
        rule=rule,
        category=decision,
        missing=tuple(name for one in pairs for name in one.missing),
        final=decision != "indeterminate" and not to_review(changes),
        reason=why(changes) or None,
        details=Details(
            measures=changes,
            improved_measures=sum(one.improved(constants.improvement) is True for one in changes),
            worsened_measures=sum(one.worsened(constants.worsening, above=False) is True for one in changes),
            strength_measure=strength_measure,
        ),
    )
