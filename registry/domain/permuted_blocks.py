"""Permuted blocks and kit codes from a seed: the same seed always gives the same list, here and in any other program.

The generator: the n-th 32 bytes of a stream are HMAC-SHA256 with the seed (UTF-8) as key over the words that the stream is
for (UTF-8), a zero byte, and n, from 0, in 8 bytes, big-endian. Each 32 bytes are read as four numbers of 64 bits,
big-endian. A number below m is the next one that lies below the largest multiple of m within 2^64, modulo m: no value is
likelier than another. A shuffle is that of Fisher and Yates, from the last place down.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence

GENERATOR = "registry permuted blocks 1"
"""Part of the words of every stream; another generator has another name."""
KIT_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 digits and capitals without 0, 1, I and O, which are mistaken for each other."""
KIT_LENGTH = 7
WORDS = 2**64


class Stream:
    """Numbers without bias from a seed, for one purpose."""

    def __init__(self, seed: str, purpose: str) -> None:
        self.numbers = _numbers(seed.encode(), f"{GENERATOR}\n{purpose}".encode())

    def below(self, limit: int) -> int:
        """Give a number from 0 to `limit` - 1, each as likely as another."""
        fair = WORDS - WORDS % limit
        return next(number for number in self.numbers if number < fair) % limit

    def shuffled(self, values: Sequence[str]) -> list[str]:
        """Give the values in a random order, each order as likely as another."""
        order = list(values)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order


def salt(seed: str) -> str:
    """Give the salt of a list: 32 hexadecimal digits."""
    stream = Stream(seed, "salt")
    return f"{stream.below(WORDS):016x}{stream.below(WORDS):016x}"


def _numbers(seed: bytes, purpose: bytes) -> Iterator[int]:
    counter = 0
    while True:
        drawn = hmac.digest(seed, purpose + b"\0" + counter.to_bytes(8, "big"), hashlib.sha256)
        yield from (int.from_bytes(drawn[place : place + 8], "big") for place in range(0, 32, 8))
        counter += 1


def arms(seed: str, stratum: str, ratio: Mapping[str, int], block_sizes: Sequence[int], at_least: int) -> list[str]:
    """Give the arms of a stratum in order, in whole blocks, until there are `at_least` of them.

    Args:
        seed: What only the unblinded statistician knows.
        stratum: The stratum, which has a stream of its own: another stratum more changes none.
        ratio: The arms with their shares; each block holds every arm in just this ratio.
        block_sizes: Multiples of the ratio's sum; the size of each block is one of them, drawn.
        at_least: How many slots there are to be.
    """
    stream = Stream(seed, f"arms\n{stratum}")
    once = [arm for arm, share in ratio.items() for _ in range(share)]
    if not block_sizes or any(size % len(once) for size in block_sizes):
        raise ValueError("a block must hold the arms in their ratio")
    order: list[str] = []
    while len(order) < at_least:
        size = block_sizes[stream.below(len(block_sizes))]
        order += stream.shuffled(once * (size // len(once)))
    return order


def kits(seed: str, stratum: str, count: int) -> list[str]:
    """Give kit codes of a stratum in the order of its slots: random, and made without knowing the arm."""
    stream = Stream(seed, f"kits\n{stratum}")
    return ["".join(KIT_LETTERS[stream.below(len(KIT_LETTERS))] for _ in range(KIT_LENGTH)) for _ in range(count)]
