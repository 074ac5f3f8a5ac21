"""The risk that somebody is found in a release, by what an adversary knows, and what would be learned of them.

A class are those who look alike to an adversary; a blank is a value of its own. The prosecutor knows that the child is in the
release: one in the size of the class. The journalist does not, and looks for anybody: one in the number of those in the
population who could be the record; a sample of a rare disease is close to its population, so the population here are all the
participants of the study, not the children of their countries. The marketer wants as many right as possible, on average.

A risk above the threshold is refused. 0.09 means classes of 12 or more: 1/11 is 0.0909, which is above it. 0.2 means 5 or more.

Sources: El Emam, Guide to the De-Identification of Personal Health Information, 2013, doi 10.1201/b14764 (prosecutor,
journalist, marketer) [MEM 90%]; EMA Policy 0070 (0.09); Machanavajjhala et al., TKDD 2007;1:3 (distinct l-diversity); Li et al.,
ICDE 2007:106 (t-closeness, equal distance) [MEM 90%]. Everything is exact.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from registry.domain.suppression import Key
from registry.domain.visit_patterns import Pattern

Known = tuple[Key, Pattern | tuple[int, ...]]
"""What an adversary can compare: the values told, and the planned events that leave or the exact days of the visits."""


@dataclass(frozen=True, slots=True)
class Risk:
    """The figures of one adversary; risks are from 0 to 1. With nobody in the release they are 0."""

    participants: int
    classes: int
    k: int
    uniques: int
    prosecutor_max: Fraction
    prosecutor_average: Fraction
    journalist_max: Fraction
    journalist_average: Fraction
    marketer: Fraction
    above: int
    """Participants whose risk, to the prosecutor, is above the threshold."""
    diversity: Mapping[str, int]
    """The fewest different values that a class has, by sensitive attribute."""
    closeness: Mapping[str, Fraction]
    """The furthest that the values of a class are from those of all, by sensitive attribute."""


def measured(
    keys: Sequence[Known],
    in_population: Mapping[Known, int],
    sensitive: Sequence[Mapping[str, str]],
    threshold: Decimal,
) -> Risk:
    """Measure a release from each participant's class and sensitive values, and each class's number in the population."""
    sizes = Counter(keys)
    reach = {key: max(in_population.get(key, 0), size) for key, size in sizes.items()}
    everybody = max(1, len(keys))
    marketer = _marketer(sizes, reach) / everybody
    least, least_reached = min(sizes.values(), default=0), min(reach.values(), default=0)
    attributes = sorted(sensitive[0]) if sensitive else []
    values = {name: _by_class(keys, [one[name] for one in sensitive]) for name in attributes}
    return Risk(
        participants=len(keys),
        classes=len(sizes),
        k=least,
        uniques=sum(size == 1 for size in sizes.values()),
        prosecutor_max=one_in(least),
        prosecutor_average=Fraction(len(sizes), everybody),
        journalist_max=one_in(least_reached),
        journalist_average=max(Fraction(len(sizes), max(1, sum(reach.values()))), marketer),
        marketer=marketer,
        above=sum(size for size in sizes.values() if one_in(size) > Fraction(threshold)),
        diversity={name: min(len(held) for held in found.values()) for name, found in values.items()},
        closeness={name: closeness(list(found.values())) for name, found in values.items()},
    )


def _marketer(sizes: Mapping[Known, int], reach: Mapping[Known, int]) -> Fraction:
    by_reach: Counter[int] = Counter()
    for key, size in sizes.items():
        by_reach[reach[key]] += size
    return sum((Fraction(size, reached) for reached, size in by_reach.items()), Fraction(0))


def one_in(size: int) -> Fraction:
    """Give the risk in a class of this size."""
    return Fraction(1, size) if size else Fraction(0)


def _by_class(keys: Sequence[Hashable], values: Iterable[str]) -> dict[Hashable, Counter[str]]:
    found: defaultdict[Hashable, Counter[str]] = defaultdict(Counter)
    for key, value in zip(keys, values, strict=True):
        found[key][value] += 1
    return dict(found)


def closeness(classes: Collection[Counter[str]]) -> Fraction:
    """Give the greatest distance of a class's values from everybody's: half the sum of the differences of their shares."""
    everybody = sum(classes, Counter[str]())
    total, furthest = everybody.total(), Fraction(0)
    for held in classes:
        size = held.total()
        apart = sum(abs(count * total - everybody[value] * size) for value, count in held.items())
        elsewhere = size * (total - sum(everybody[value] for value in held))
        furthest = max(furthest, Fraction(apart + elsewhere, 2 * size * total))
    return furthest


def matches(classes: Collection[Known], population: Iterable[Known]) -> dict[Known, int]:
    """Count for each class those of the population who could be in it: a blank agrees with every value.

    Where planned events are told, those could be who had them all, and maybe others that were left out.
    """
    found = list(population)
    by_blanks: dict[tuple[bool, ...], dict[Key, Counter[Pattern | tuple[int, ...]]]] = {}
    counted = {}
    for key, visits in classes:
        blanks = tuple(value is None for value in key)
        if blanks not in by_blanks:
            by_blanks[blanks] = _agreeing(blanks, found)
        counted[key, visits] = _with_visits(visits, by_blanks[blanks].get(key, Counter()))
    return counted


def _agreeing(blanks: tuple[bool, ...], population: Iterable[Known]) -> dict[Key, Counter[Pattern | tuple[int, ...]]]:
    held: defaultdict[Key, Counter[Pattern | tuple[int, ...]]] = defaultdict(Counter)
    for key, visits in population:
        held[tuple(None if blank else value for blank, value in zip(blanks, key, strict=True))][visits] += 1
    return dict(held)


def _with_visits(visits: Pattern | tuple[int, ...], held: Counter[Pattern | tuple[int, ...]]) -> int:
    if isinstance(visits, tuple):
        return held[visits]
    return sum(size for theirs, size in held.items() if isinstance(theirs, frozenset) and visits <= theirs)
