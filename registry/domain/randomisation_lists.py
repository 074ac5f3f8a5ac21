"""Randomisation lists: their slots, made from a seed or checked as uploaded, the seal over them, and their states."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from registry.domain import permuted_blocks, stratification
from registry.domain.transitions import States, Transition
from registry.problems import BrokenRule

ORIGINS: Mapping[str, str] = {"generated": "Generated from a seed", "uploaded": "Uploaded"}
IMBALANCES: Mapping[str, str] = {"range": "Range of the arms' counts", "variance": "Variance of the arms' counts"}
LARGEST_LIST = 10_000
"""Slots of one list, all its strata together: its seal is verified at every allocation."""

FEWEST_SIZES = 2
"""Sizes of blocks of a list that is made here; one from elsewhere is as it was made."""

RANDOMISATION_LIST = States(
    title="Randomisation list",
    words={
        "in_use": "In use: participants are allocated from it",
        "retired": "Retired: kept, and nothing is taken any more",
    },
    first="in_use",
    transitions=(Transition("retire", ("in_use",), "retired", "The unblinded statistician retires it"),),
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a list: what whoever takes it is given."""

    stratum: str
    position: int
    arm: str
    kit: str | None
    salt: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def in_order(slots: Iterable[Slot]) -> list[Slot]:
    """Give the slots in the order in which they are sealed: of stratum, by code point, and position."""
    return sorted(slots, key=lambda slot: (slot.stratum, slot.position))


def lines(study_id: str, list_id: str, slots: Iterable[Slot]) -> str:
    """Write the slots as they are sealed: one line each, ended by a line feed, its seven values between tabs."""
    return "".join(
        f"{study_id}\t{list_id}\t{slot.stratum}\t{slot.position}\t{slot.arm}\t{slot.kit or ''}\t{slot.salt}\n"
        for slot in in_order(slots)
    )


def seal(study_id: str, list_id: str, slots: Iterable[Slot]) -> str:
    """Give the seal: the SHA-256 of the lines in UTF-8, in hexadecimal."""
    return hashlib.sha256(lines(study_id, list_id, slots).encode()).hexdigest()


def strata_of(protocol: Mapping[str, Any], sites: Sequence[str]) -> list[str]:
    """Name the strata of a list; with minimisation its slots are a stock of kits, all in one."""
    if protocol["randomisation"]["method"] == "minimisation":
        return [stratification.WHOLE]
    return stratification.every(protocol["stratification"], sites)


def broken_scheme(protocol: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[BrokenRule]:
    """Find what is wrong with how chance is to be used: sizes of blocks with a seed, a probability with minimisation."""
    if protocol["randomisation"]["method"] == "permuted_blocks":
        return _broken_blocks(protocol, asked)
    return _broken_minimisation(asked)


def _broken_minimisation(asked: Mapping[str, Any]) -> Iterator[BrokenRule]:
    if asked["probability"] is None:
        yield BrokenRule("/probability", "needed_by_method", "Minimisation needs this.")
    if asked["block_sizes"]:
        yield BrokenRule("/block_sizes", "not_of_method", "Minimisation has no blocks.")


def _broken_blocks(protocol: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[BrokenRule]:
    sizes, total = asked["block_sizes"], sum(arm["ratio"] for arm in protocol["arms"])
    for name in ("probability", "imbalance"):
        if asked[name] is not None:
            yield BrokenRule(f"/{name}", "only_minimisation", "Only minimisation has this.")
    if asked["seed"] and len(set(sizes)) < FEWEST_SIZES:
        sentence = "Give at least two sizes: where every block has one size, who learns it foresees the end of each."
        yield BrokenRule("/block_sizes", "too_few_sizes", sentence)
    for index, size in enumerate(sizes):
        if size % total:
            sentence = f"The size of a block must be a multiple of {total}, the sum of the arms' shares."
            yield BrokenRule(f"/block_sizes/{index}", "not_a_multiple", sentence)


def generated(
    protocol: Mapping[str, Any], sites: Sequence[str], seed: str, at_least: int, block_sizes: Sequence[int]
) -> list[Slot]:
    """Make the slots of each stratum from a seed: whole blocks, `at_least` so many slots a stratum."""
    ratio = {arm["code"]: arm["ratio"] for arm in protocol["arms"]}
    sizes = block_sizes or [sum(ratio.values())]
    salt = permuted_blocks.salt(seed)
    found = []
    for stratum in strata_of(protocol, sites):
        order = permuted_blocks.arms(seed, stratum, ratio, sizes, at_least)
        kits = permuted_blocks.kits(seed, stratum, len(order))
        found += [
            Slot(stratum, position, arm, kit, salt)
            for position, (arm, kit) in enumerate(zip(order, kits, strict=True), 1)
        ]
    return found


def too_many(protocol: Mapping[str, Any], sites: Sequence[str], at_least: int, block_sizes: Sequence[int]) -> bool:
    """Tell whether a list would be larger than one may be, before it is made."""
    largest = max(block_sizes or [sum(arm["ratio"] for arm in protocol["arms"])])
    strata = (
        1
        if protocol["randomisation"]["method"] == "minimisation"
        else stratification.counted(protocol["stratification"], sites)
    )
    return bool(strata * (at_least + largest - 1) > LARGEST_LIST)


def broken_rows(
    protocol: Mapping[str, Any], strata: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> Iterator[BrokenRule]:
    """Find what is wrong with uploaded rows: strata and arms unknown, positions with gaps, kits twice or partly."""
    arms = {arm["code"] for arm in protocol["arms"]}
    kits = Counter(row["kit"] for row in rows if row.get("kit"))
    for index, row in enumerate(rows):
        if row["stratum"] not in strata:
            yield BrokenRule(f"/rows/{index}/stratum", "no_such_stratum", "The protocol version has no such stratum.")
        if row["arm"] not in arms:
            yield BrokenRule(f"/rows/{index}/arm", "no_such_arm", "The protocol version has no such arm.")
        if kits[row.get("kit")] > 1:
            yield BrokenRule(f"/rows/{index}/kit", "repeated", "Another row has this kit as well.")
    if kits and sum(kits.values()) < len(rows):
        yield BrokenRule("/rows", "kits_missing", "Either every row names a kit or none does.")
    positions: dict[str, list[int]] = {}
    for row in rows:
        positions.setdefault(row["stratum"], []).append(row["position"])
    if any(sorted(given) != list(range(1, len(given) + 1)) for given in positions.values()):
        yield BrokenRule("/rows", "positions", "The positions of each stratum must go from 1 without a gap, each once.")


def out_of_ratio(protocol: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether the rows of any stratum do not have the arms in the ratio of the protocol."""
    found = Counter((row["stratum"], row["arm"]) for row in rows)
    whole, total = Counter(row["stratum"] for row in rows), sum(arm["ratio"] for arm in protocol["arms"])
    return any(
        found[stratum, arm["code"]] * total != arm["ratio"] * count
        for stratum, count in whole.items()
        for arm in protocol["arms"]
    )


def counts(slots: Iterable[Slot]) -> list[dict[str, Any]]:
    """Give how many slots each stratum has, in the order of their names."""
    found = Counter(slot.stratum for slot in slots)
    return [{"stratum": stratum, "slots": found[stratum]} for stratum in sorted(found)]
