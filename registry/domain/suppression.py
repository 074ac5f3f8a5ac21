"""What is left blank, or given as a limit, until k participants share it: cells of classes, rare codes, extreme numbers.

Complementary suppression: what is blank must itself be shared by k participants, or a blank would tell what it hides; then the
next rarest goes blank along with it. A blank counts as a value of its own, as everybody who reads the file sees it.

Sources: Sweeney, Int J Uncertain Fuzz 2002;10:571 (generalisation and suppression) [MEM 90%]; Hundepool et al., Statistical
Disclosure Control, 2012 (secondary suppression, top and bottom coding) [MEM 90%]. The order of the steps is ours.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from heapq import nlargest, nsmallest
from itertools import combinations

Value = str | int | None
Key = tuple[Value, ...]
"""The values of a class, one for each quasi-identifier; None is blank."""


def suppressed(classes: Mapping[Key, int], k: int, worths: Sequence[int]) -> dict[Key, Key]:
    """Give for each class, of so many participants, what is left of its values when every class that leaves has k or more.

    The cells of least worth are sacrificed first, in the classes that are too small alone. When fewer than k participants
    are left over, the class that loses least is taken along. With fewer than k participants in all, all is blank.
    """
    if sum(classes.values()) < k:
        return {key: blanked(key, range(len(key))) for key in classes}
    left = {key: key for key, size in classes.items() if size >= k}
    small = {key: size for key, size in classes.items() if size < k}
    for cells in _sacrifices(worths):
        if not small:
            return left
        sizes = _sizes(left, classes)
        for key, size in small.items():
            sizes[blanked(key, cells)] += size
        settled = {key: blanked(key, cells) for key in small if sizes[blanked(key, cells)] >= k}
        left |= settled
        small = {key: size for key, size in small.items() if key not in settled}
    return _joined(left, small, classes) if small else left


def blanked(key: Key, cells: Iterable[int]) -> Key:
    """Give the key with these cells blank."""
    blank = set(cells)
    return tuple(None if place in blank else value for place, value in enumerate(key))


def _sacrifices(worths: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Give every choice of cells, that of least worth first."""
    places = range(len(worths))
    choices = [cells for size in range(1, len(worths) + 1) for cells in combinations(places, size)]
    yield from sorted(choices, key=lambda cells: (sum(worths[place] for place in cells), cells))


def _sizes(left: Mapping[Key, Key], classes: Mapping[Key, int]) -> Counter[Key]:
    sizes: Counter[Key] = Counter()
    for key, leaving in left.items():
        sizes[leaving] += classes[key]
    return sizes


def _joined(left: Mapping[Key, Key], small: Mapping[Key, int], classes: Mapping[Key, int]) -> dict[Key, Key]:
    """Join those who are left over, fewer than k, to the class with which the fewest cells go blank."""
    sizes = _sizes(left, classes)
    over = sum(small.values())

    def shared(other: Key) -> Key:
        return common([*small, other])

    def order(other: Key) -> tuple[int, int, str]:
        kept = len(other) - shared(other).count(None)
        lost = (len(other) - other.count(None) - kept) * sizes[other]
        return lost - kept * over, sizes[other], repr(other)

    chosen = min(sizes, key=order)
    whole = shared(chosen)
    return {key: whole if leaving == chosen else leaving for key, leaving in left.items()} | dict.fromkeys(small, whole)


def common(keys: Sequence[Key]) -> Key:
    """Give what all the keys share, blank where they differ."""
    return tuple(values[0] if len(set(values)) == 1 else None for values in zip(*keys, strict=True))


def rare_codes(participants_by_code: Mapping[str, int], k: int, total: int) -> frozenset[str]:
    """Give the codes to leave blank: those of fewer than k participants, and the next rarest until k are blank.

    `total` are the participants who have any of the codes. Where it is less than the sum, some have several, and those who
    are blank are counted as if all the overlap were among them.
    """
    held = sorted((size, code) for code, size in participants_by_code.items() if size > 0)
    blank = [(size, code) for size, code in held if size < k]
    along = held[len(blank) :]
    while blank and along and _reach(blank, held, total) < k:
        blank.append(along.pop(0))
    return frozenset(code for _, code in blank)


def _reach(blank: Sequence[tuple[int, str]], held: Sequence[tuple[int, str]], total: int) -> int:
    """Give how many participants at least are among the blank: the largest of the codes alone, or all without the overlap."""
    largest = max(size for size, _ in blank)
    overlap = sum(size for size, _ in held) - total
    return max(largest, sum(size for size, _ in blank) - overlap) if overlap >= 0 else largest


def bounds(
    lowest: Iterable[Decimal], highest: Iterable[Decimal], k: int
) -> tuple[Decimal, Decimal] | tuple[None, None]:
    """Give the limits at which numbers are given, from each participant's lowest and highest: k participants reach either.

    Both are None where the participants are so few that the limits would cross: then the numbers are left blank.
    """
    low, high = nsmallest(k, lowest), nlargest(k, highest)
    if len(low) < k or low[-1] > high[-1]:
        return None, None
    return low[-1], high[-1]
