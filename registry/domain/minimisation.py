"""Minimisation (Pocock and Simon, Biometrics 1975;31:103): the arm that keeps the margins of the new participant's levels even.

For each arm: were it given, how uneven would the arms be among those with the participant's level of each factor? The
unevenness of a factor is the range, or the variance, of the arms' counts divided by their shares in the ratio; it is added
up over the factors. The arms of least imbalance share the probability `p`, the others share the rest, each by its ratio;
where all arms are alike, chance decides by the ratio alone. The database chooses by the same rule when it allocates
(`minimised_arm`); this one, written apart from it, tells whether it chose as it should.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

DRAWS = 2**48
"""A draw is a whole number below this, each as likely as another."""

Levels = Mapping[str, str]
"""The level of each factor."""


def spread(counts: Sequence[Fraction]) -> Fraction:
    """Give the range."""
    return max(counts) - min(counts)


def variance(counts: Sequence[Fraction]) -> Fraction:
    """Give the variance."""
    mean = sum(counts, Fraction(0)) / len(counts)
    return sum(((count - mean) ** 2 for count in counts), Fraction(0)) / len(counts)


MEASURES: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = {"range": spread, "variance": variance}


@dataclass(frozen=True, slots=True)
class Minimisation:
    """How a study minimises: the arms with their shares, the probability of the arms of least imbalance, its measure."""

    ratio: Mapping[str, int]
    probability: Fraction
    measure: str = "range"

    def imbalances(self, levels: Levels, before: Sequence[tuple[Levels, str]]) -> dict[str, Fraction]:
        """Give for each arm the imbalance if it were given; without factors, that of all who were allocated."""
        margins = list(self._margins(levels, before))
        return {arm: sum((self._imbalance(counts, arm) for counts in margins), Fraction(0)) for arm in self.ratio}

    def chosen(self, levels: Levels, before: Sequence[tuple[Levels, str]], draw: int) -> str:
        """Give the arm that a draw below 2^48 leads to, after those who were allocated before, with their levels and arms."""
        imbalances = self.imbalances(levels, before)
        least = min(imbalances.values())
        best = [arm for arm, imbalance in imbalances.items() if imbalance == least]
        others = [arm for arm in self.ratio if arm not in best]
        bound = self.probability if others else Fraction(1)
        at = Fraction(draw, DRAWS)
        return self._shared(best, at / bound) if at < bound else self._shared(others, (at - bound) / (1 - bound))

    def _margins(self, levels: Levels, before: Sequence[tuple[Levels, str]]) -> Iterator[dict[str, int]]:
        for factor, level in levels.items() or [("", "")]:
            given = [arm for others, arm in before if not levels or others.get(factor) == level]
            yield {arm: given.count(arm) for arm in self.ratio}

    def _imbalance(self, counts: Mapping[str, int], tried: str) -> Fraction:
        return MEASURES[self.measure](
            [Fraction(counts[arm] + (arm == tried), share) for arm, share in self.ratio.items()]
        )

    def _shared(self, arms: Sequence[str], at: Fraction) -> str:
        """Give the arm at a place from 0 to below 1, where each arm has its share of the way."""
        whole, reach = sum(self.ratio[arm] for arm in arms), 0
        for arm in arms:
            reach += self.ratio[arm]
            if at * whole < reach:
                break
        return arm
