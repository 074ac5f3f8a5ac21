"""The release that tells most while k participants share whatever could single one of them out.

Each combination of steps of the ladders is tried, the least loss first; then single cells go blank, and visits are left out
where their pattern is told: the cells first and then the visits of those who are alike, or the visits first, in wider or
narrower circles, and then the cells of those whose visits are alike. What loses least in all is taken: steps, cells and
visits on one scale.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from registry.domain import visit_patterns
from registry.domain.generalisation import Ladder, Steps, lattice
from registry.domain.suppression import Key, suppressed
from registry.domain.visit_patterns import Pattern

VISITS_WORTH = 20
"""What all the visits are worth: twice the four ladders together, whose worths are 1 to 4."""
CIRCLES = (1, 2, 4, 8)
"""How many times k participants share a pattern at least, where the visits go first: more leave room for the cells."""

Record = tuple[Key, Pattern]
"""The quasi-identifiers of a participant in full detail, and the planned events of the visits."""
Leaving = Mapping[Record, Record]


@dataclass(frozen=True, slots=True)
class Release:
    """How each record leaves: the steps that all stand on, and what each keeps of its values and of its visits."""

    steps: Steps
    leaving: Leaving
    loss: Fraction
    """From 0, when all leaves in full detail, to the worth of all."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: so many participants a record, the ladders, k, and whether patterns of visits are told."""

    records: Mapping[Record, int]
    ladders: Sequence[Ladder]
    k: int
    patterns: bool

    def least_loss(self, lowest: Steps) -> Release:
        """Give the release that loses least; the lowest steps are those below which nothing is given.

        No other way is taken to lose fewer visits than where they go first, and k participants share each pattern.
        """
        ways = self._ways()
        fewest = min((gone for _, gone in ways), default=Fraction(0))
        best: Release | None = None
        for loss, steps in lattice(self.ladders, lowest):
            if best and loss + fewest >= best.loss:
                break
            told = self._told(steps)
            for patterns, gone in ways:
                if best is None or loss + gone < best.loss:
                    best = _better(best, self._visits_first(steps, loss + gone, told, patterns))
            if self.patterns:
                best = _better(best, self._cells_first(steps, loss, told, fewest, best))
        if best is None:
            raise ValueError("a ladder has no step from the lowest on")
        return best

    def _ways(self) -> list[tuple[Mapping[Pattern, Pattern], Fraction]]:
        """Give how patterns may leave whatever the values are, a way for each circle that is small enough, and what is lost."""
        if not self.patterns:
            return [({}, Fraction(0))]
        counts: Counter[Pattern] = Counter()
        for (_, pattern), size in self.records.items():
            counts[pattern] += size
        circles = [circle * self.k for circle in CIRCLES if circle * self.k <= counts.total()]
        merged = [visit_patterns.kept(counts, size) for size in circles]
        return [(way, self._visits_lost({record: way[record[1]] for record in self.records})) for way in merged]

    def _visits_first(
        self, steps: Steps, loss: Fraction, told: Mapping[Key, Key], patterns: Mapping[Pattern, Pattern]
    ) -> Release:
        """Leave cells blank among those whose visits are alike; without patterns, among all."""
        cells = self._cells(told, patterns)
        leaving = {record: (key, patterns.get(record[1], record[1])) for record, key in cells.items()}
        return Release(self._reached(steps, leaving), leaving, loss + self._cells_lost(steps, cells))

    def _cells_first(
        self, steps: Steps, loss: Fraction, told: Mapping[Key, Key], fewest: Fraction, best: Release | None
    ) -> Release | None:
        """Leave cells blank among all, and then visits out of those who are alike; None where that cannot be better."""
        cells = self._cells(told, {})
        loss += self._cells_lost(steps, cells)
        if best and loss + fewest >= best.loss:
            return None
        alike: defaultdict[Key, Counter[Pattern]] = defaultdict(Counter)
        for record, size in self.records.items():
            alike[cells[record]][record[1]] += size
        kept = {key: visit_patterns.kept(patterns, self.k) for key, patterns in alike.items()}
        leaving = {record: (key, kept[key][record[1]]) for record, key in cells.items()}
        gone = self._visits_lost({record: pattern for record, (_, pattern) in leaving.items()})
        return Release(self._reached(steps, leaving), leaving, loss + gone)

    def _told(self, steps: Steps) -> dict[Key, Key]:
        on_steps = list(zip(self.ladders, steps, strict=True))
        return {
            key: tuple(ladder.told(value, step) for (ladder, step), value in zip(on_steps, key, strict=True))
            for key in {key for key, _ in self.records}
        }

    def _cells(self, told: Mapping[Key, Key], circles: Mapping[Pattern, Pattern]) -> dict[Record, Key]:
        """Give what is left of the values of each record, in each circle of patterns by itself."""
        classes: defaultdict[Pattern | None, Counter[Key]] = defaultdict(Counter)
        for (key, pattern), size in self.records.items():
            classes[circles.get(pattern)][told[key]] += size
        worths = [ladder.worth for ladder in self.ladders]
        left = {circle: suppressed(held, self.k, worths) for circle, held in classes.items()}
        return {(key, pattern): left[circles.get(pattern)][told[key]] for key, pattern in self.records}

    def _cells_lost(self, steps: Steps, cells: Mapping[Record, Key]) -> Fraction:
        """Give what the blank cells lose beyond their step, of all cells of a ladder."""
        blank = [0] * len(steps)
        for record, size in self.records.items():
            for place, value in enumerate(cells[record]):
                if value is None and record[0][place] is not None:
                    blank[place] += size
        everybody = max(1, sum(self.records.values()))
        weighed = zip(self.ladders, steps, blank, strict=True)
        lost = sum((ladder.worth * (1 - ladder.loss(step)) * count for ladder, step, count in weighed), Fraction(0))
        return lost / everybody

    def _visits_lost(self, kept: Mapping[Record, Pattern]) -> Fraction:
        visits = sum(size * len(record[1]) for record, size in self.records.items())
        gone = visits - sum(size * len(kept[record]) for record, size in self.records.items())
        return Fraction(VISITS_WORTH * gone, max(1, visits))

    def _reached(self, steps: Steps, leaving: Leaving) -> Steps:
        """Give the steps, the last one for a ladder of which every cell is blank."""
        told = [any(key[place] is not None for key, _ in leaving.values()) for place in range(len(steps))]
        ends = [len(ladder.steps) - 1 for ladder in self.ladders]
        return tuple(step if some else end for step, some, end in zip(steps, told, ends, strict=True))


def _better(best: Release | None, other: Release | None) -> Release | None:
    """Give the release that loses less, the first of two that lose the same."""
    return other if best is None or (other and other.loss < best.loss) else best
