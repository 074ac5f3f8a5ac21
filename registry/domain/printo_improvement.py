"""The PRINTO definition of improvement at 20, 50, 70 and 90 percent.

Source: domain reference 2.2: at least 20 % in three or more of the six PRINTO core set measures, with no more than one of
the remaining worsened by more than 30 %, which cannot be muscle strength [MEM 90%]; 50, 70 and 90 are analogous
[MEM 85%]. Percent are of the baseline. The result is the highest level that is certain; it is not final while a higher
one could still be reached.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from registry.domain.core_sets import Assessment, compared
from registry.domain.relative_improvement import Bounds, RelativeChange, decide, relative_change, to_review, why
from registry.domain.rules import Result, Rule, ascending, constant, said

_SOURCE = "Domain reference 2.2"
LEVELS = ("printo_20", "printo_50", "printo_70", "printo_90")


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """What the definition asks at each level."""

    improved_measures: int = constant("Measures that must improve", 3, source=_SOURCE, certainty=90, high=6)
    printo_20: Decimal = constant(
        "Percent of improvement of PRINTO 20", Decimal(20), source=_SOURCE, certainty=90, high=100
    )
    printo_50: Decimal = constant(
        "Percent of improvement of PRINTO 50", Decimal(50), source=_SOURCE, certainty=85, high=100
    )
    printo_70: Decimal = constant(
        "Percent of improvement of PRINTO 70", Decimal(70), source=_SOURCE, certainty=85, high=100
    )
    printo_90: Decimal = constant(
        "Percent of improvement of PRINTO 90", Decimal(90), source=_SOURCE, certainty=85, high=100
    )
    worsened_measures: int = constant(
        "Remaining measures that may worsen", 1, source=_SOURCE, certainty=90, low=0, high=6
    )
    worsening: Decimal = constant(
        "Percent above which a measure has worsened", Decimal(30), source=_SOURCE, certainty=90
    )

    def __post_init__(self) -> None:
        """Refuse levels that do not ask for more, the higher they are."""
        ascending(self, "printo_20", "printo_50", "printo_70", "printo_90")

    def bounds(self, level: str) -> Bounds:
        """What a level asks of the six measures."""
        return Bounds(
            improved_measures=self.improved_measures,
            improvement=getattr(self, level),
            worsened_measures=self.worsened_measures,
            worsening=self.worsening,
            worsening_above=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of the definition."""

    level: str | None = said("Level: printo_20, printo_50, printo_70 or printo_90")
    decision: str | None = said("Decision: met, not_met or indeterminate")
    improved_measures: int | None = said("How many measures improved enough for the level")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The definition level by level and measure by measure."""

    levels: tuple[Level, ...] | None = said("Each level")
    measures: tuple[RelativeChange, ...] | None = said("The six core set measures")
    worsened_measures: int | None = said("How many measures worsened enough to count")
    strength_measure: str | None = said("Tool of strength used, mmt8 or cmas")


CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "printo_90": "PRINTO 90 improvement",
        "printo_70": "PRINTO 70 improvement",
        "printo_50": "PRINTO 50 improvement",
        "printo_20": "PRINTO 20 improvement",
        "not_met": "No PRINTO improvement",
        "indeterminate": "Cannot be decided with what is missing",
    }
)

PRINTO_IMPROVEMENT = Rule(
    id="printo-improvement",
    title="PRINTO definition of improvement, 20 to 90 percent",
    version="1",
    source=_SOURCE,
    certainty=85,
    categories=CATEGORIES,
    details=Details,
    constants=Constants(),
)


def printo_improvement(
    baseline: Assessment,
    followup: Assessment,
    rule: Rule[Constants] = PRINTO_IMPROVEMENT,
    *,
    strength_measure: str = "mmt8",
) -> Result:
    """Give the highest level that is reached; indeterminate where a missing measure decides whether any is."""
    constants = rule.constants
    pairs = compared(baseline, followup, "printo", strength_measure)
    changes = tuple(map(relative_change, pairs))
    levels = tuple(_level(name, changes, constants) for name in LEVELS)
    return Result(
        rule=rule,
        category=_highest(levels),
        missing=tuple(name for one in pairs for name in one.missing),
        final=all(level.decision != "indeterminate" for level in levels) and not to_review(changes),
        reason=why(changes) or None,
        details=Details(
            levels=levels,
            measures=changes,
            worsened_measures=sum(one.worsened(constants.worsening, above=True) is True for one in changes),
            strength_measure=strength_measure,
        ),
    )


def _level(name: str, changes: Sequence[RelativeChange], constants: Constants) -> Level:
    bounds = constants.bounds(name)
    improved = sum(one.improved(bounds.improvement) is True for one in changes)
    return Level(level=name, decision=decide(changes, bounds), improved_measures=improved)


def _highest(levels: Sequence[Level]) -> str:
    met = [str(level.level) for level in levels if level.decision == "met"]
    if met:
        return met[-1]
    return "not_met" if all(level.decision == "not_met" for level in levels) else "indeterminate"
