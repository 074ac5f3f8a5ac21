"""Permuted blocks: the ratio in every block, the same list from the same seed, and numbers without bias."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain import permuted_blocks
from registry.domain.permuted_blocks import KIT_LENGTH, KIT_LETTERS, Stream

SEED = "a seed of the tests, which nobody keeps secret"
RATIO = {"active": 2, "control": 1}


def test_the_generator_is_hmac_sha256_over_purpose_and_counter_as_it_is_described() -> None:
    message = b"registry permuted blocks 1\narms\nall\0"
    digests = [hmac.new(SEED.encode(), message + n.to_bytes(8, "big"), hashlib.sha256).digest() for n in range(2)]
    words = [int.from_bytes(d[place : place + 8], "big") for d in digests for place in range(0, 32, 8)]
    stream = Stream(SEED, "arms\nall")
    assert [stream.below(2**64) for _ in range(8)] == words


def test_a_list_stays_as_it_was_when_it_was_first_made() -> None:
    """A known answer: another would mean that lists can no longer be made again from their seeds."""
    made = permuted_blocks.arms(SEED, "all", {"a": 1, "b": 1}, [4, 6], 20)
    assert "".join(made) == KNOWN_ARMS
    assert permuted_blocks.kits(SEED, "all", 3) == KNOWN_KITS


KNOWN_ARMS = "abbbaabaabbaabababbaba"
KNOWN_KITS = ["458H8XX", "85QLHN8", "RK96U3E"]

shares = st.dictionaries(st.sampled_from("abcde"), st.integers(1, 4), min_size=1, max_size=5)


@given(
    ratio=shares,
    times=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    at_least=st.integers(1, 60),
    seed=st.text(min_size=32),
)
@settings(max_examples=35)
def test_every_block_holds_the_arms_in_their_ratio(
    ratio: dict[str, int], times: list[int], at_least: int, seed: str
) -> None:
    once = sum(ratio.values())
    order = permuted_blocks.arms(seed, "s", ratio, [once * n for n in times], at_least)
    assert at_least <= len(order) < at_least + once * max(times)
    assert is_in_blocks(order, ratio, {once * n for n in times})
    assert order == permuted_blocks.arms(seed, "s", ratio, [once * n for n in times], at_least)


def is_in_blocks(order: list[str], ratio: dict[str, int], sizes: set[int]) -> bool:
    """Tell whether an order can be cut into blocks of these sizes that each hold the ratio."""
    once = sum(ratio.values())
    ends = {0}
    for end in range(1, len(order) + 1):
        for size in sizes:
            block = Counter(order[end - size : end]) if end - size in ends else Counter()
            if block and all(block[arm] == share * (size // once) for arm, share in ratio.items()):
                ends.add(end)
    return len(order) in ends


def test_another_stratum_or_another_seed_has_another_order() -> None:
    orders: set[tuple[Any, ...]] = {
        tuple(permuted_blocks.arms(seed, stratum, RATIO, [3, 6], 60))
        for seed in (SEED, SEED + "1") for stratum in ("all", "site=BER", "site=AKL")
    }  # fmt: skip
    assert len(orders) == 6


def test_a_block_that_cannot_hold_the_ratio_is_refused() -> None:
    with pytest.raises(ValueError, match="ratio"):
        permuted_blocks.arms(SEED, "all", RATIO, [4], 10)


def test_every_order_of_a_block_and_every_size_comes_up_about_equally_often() -> None:
    """Chi-square of the six orders of a block of four; above 20.5 with five degrees of freedom comes once in a thousand."""
    blocks = [tuple(permuted_blocks.arms(SEED, f"s{n}", {"a": 1, "b": 1}, [4], 1)) for n in range(3000)]
    assert chi_square(Counter(blocks), 6) < 20.5
    sizes = Counter(len(permuted_blocks.arms(SEED, f"z{n}", {"a": 1, "b": 1}, [4, 6, 8], 1)) for n in range(3000))
    assert chi_square(sizes, 3) < 13.8


def test_numbers_below_a_limit_come_up_about_equally_often() -> None:
    stream = Stream(SEED, "numbers")
    assert chi_square(Counter(stream.below(7) for _ in range(7000)), 7) < 22.5


def chi_square(found: Counter[Any], kinds: int) -> float:
    expected = found.total() / kinds
    assert len(found) == kinds
    return sum((count - expected) ** 2 / expected for count in found.values())


def test_kit_codes_are_made_of_unmistakable_letters_and_never_twice() -> None:
    codes = permuted_blocks.kits(SEED, "all", 5000)
    assert len(set(codes)) == 5000
    assert all(len(code) == KIT_LENGTH and set(code) <= set(KIT_LETTERS) for code in codes)
    assert not {"0", "1", "I", "O"} & set(KIT_LETTERS)


def test_a_kit_code_does_not_depend_on_the_arm() -> None:
    """The codes are the same whatever the ratio, so that nothing about the arm can be read from them."""
    assert permuted_blocks.kits(SEED, "all", 12) == permuted_blocks.kits(SEED, "all", 24)[:12]
