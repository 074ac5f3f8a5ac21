"""Which planned visits leave, so that k participants share each pattern of visits that is told.

The dates of a child's visits are known to many. Where no date leaves, the pattern of planned events still does: who came to
week 24 and not to week 12 may be one child alone. Patterns that too few share are joined, the two that lose least first, and
what is not common to those joined is left out: mostly the last visits, and odd ones. Unscheduled visits never leave.

Source: k-member clustering by the least loss of information (Byun et al., DASFAA 2007, LNCS 4443:188) [MEM 85%], on sets.
"""

from collections import Counter
from collections.abc import Mapping

UNSCHEDULED = "unscheduled"
Pattern = frozenset[str]
"""Planned events of a participant."""


def kept(patterns: Mapping[Pattern, int], k: int) -> dict[Pattern, Pattern]:
    """Give for each pattern, of so many participants, the events that leave; k or more share each set that leaves.

    With fewer than k participants in all, no event leaves.
    """
    if sum(patterns.values()) < k:
        return dict.fromkeys(patterns, frozenset())
    events = sorted(frozenset[str]().union(*patterns))
    mask = {pattern: sum(1 << place for place, event in enumerate(events) if event in pattern) for pattern in patterns}
    leaving = _merged({mask[pattern]: size for pattern, size in patterns.items()}, k)
    return {
        pattern: frozenset(event for place, event in enumerate(events) if leaving[bits] >> place & 1)
        for pattern, bits in mask.items()
    }


def _merged(sizes: Mapping[int, int], k: int) -> dict[int, int]:
    """Join the smallest pattern to the one with which the fewest visits are lost, until none is smaller than k."""
    count, members = Counter(sizes), {bits: [bits] for bits in sizes}
    while count[small := min(count, key=lambda bits: (count[bits], bits))] < k:
        size, own = count.pop(small), members.pop(small)
        other = _nearest(small, size, count)
        more, theirs = count.pop(other), members.pop(other)
        joint = small & other
        count[joint] += size + more
        members[joint] = [*members.get(joint, ()), *own, *theirs]
    return {bits: joint for joint, held in members.items() for bits in held}


def _nearest(small: int, size: int, count: Mapping[int, int]) -> int:
    """Give the pattern which loses fewest visits when joined to this one of `size` participants."""
    best, least = -1, (0, 0)
    for other, more in count.items():
        shared = (small & other).bit_count()
        lost = size * (small.bit_count() - shared) + more * (other.bit_count() - shared)
        if best < 0 or (lost, other) < least:
            best, least = other, (lost, other)
    return best
