"""Strata: which there are, and in which a participant is, from what is recorded and from what the site attests."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.problems import BrokenRule

WHOLE = "all"
"""The one stratum of a study without factors, and of the stock of kits of a minimisation."""
SITE = "site"
BASES: Mapping[str, str] = {"recorded": "Follows from what is recorded", "attested": "Attested by the site"}

Factor = Mapping[str, Any]
"""A stratification factor as the protocol version has it."""
Evaluate = Callable[[Any], bool | None]
"""Tells whether a condition holds for the participant; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Level:
    """The level of a factor that a participant has, and on what basis."""

    factor: str
    level: str
    basis: str

    def as_json(self) -> dict[str, str]:
        return {"factor": self.factor, "level": self.level, "basis": self.basis}


def named(levels: Iterable[tuple[str, str]]) -> str:
    """Give the name of a stratum from its factors and levels, in the order of the protocol."""
    return "|".join(f"{factor}={level}" for factor, level in levels) or WHOLE


def counted(factors: Sequence[Factor], sites: Sequence[str]) -> int:
    """Give how many strata there are."""
    return math.prod(len(factor["levels"]) for factor in factors) * (len(sites) or 1)


def every(factors: Sequence[Factor], sites: Sequence[str]) -> list[str]:
    """Name every stratum; each site has strata of its own where sites are given."""
    sides = [[(SITE, site) for site in sites]] if sites else []
    sides += [[(factor["code"], level["code"]) for level in factor["levels"]] for factor in factors]
    return [named(levels) for levels in itertools.product(*sides)]


def asks_records(factors: Sequence[Factor]) -> bool:
    """Tell whether a level of any factor follows from what is recorded."""
    return any(level.get("condition") is not None for factor in factors for level in factor["levels"])


def levels_of(
    factors: Sequence[Factor], attested: Sequence[Mapping[str, str]], evaluate: Evaluate, site: str | None
) -> tuple[list[Level], list[BrokenRule]]:
    """Find the level of each factor, and every reason why it could not be found.

    A level whose condition holds is taken; where no condition tells, the site attests the level. `site` is the code of the
    site where it is a factor as well.
    """
    places = {given["factor"]: index for index, given in enumerate(attested)}
    known = {factor["code"] for factor in factors}
    broken = [
        _rule(f"/levels/{index}/factor", "no_such_factor", "The protocol version in force has no such factor.")
        for index, given in enumerate(attested)
        if given["factor"] not in known
    ]
    if len(places) < len(attested):
        broken.append(_rule("/levels", "repeated", "The list must not name the same factor twice."))
    found = [Level(SITE, site, "recorded")] if site else []
    for factor in factors:
        index = places.get(factor["code"])
        level = _level_of(factor, None if index is None else attested[index]["level"], evaluate)
        if isinstance(level, Level):
            found.append(level)
        else:
            pointer = "/levels" if index is None else f"/levels/{index}/level"
            broken.append(_rule(pointer, f"{level}_{factor['code']}", f"{SENTENCES[level]}: {factor['name']}."))
    return found, broken


SENTENCES = {
    "attest": "What is recorded does not tell the level of this factor; attest it",
    "contradicts": "What is recorded tells another level of this factor",
    "overlap": "What is recorded fits several levels of this factor, which the protocol must tell apart",
    "unknown": "This factor has no such level",
}


def _level_of(factor: Factor, attested: str | None, evaluate: Evaluate) -> Level | str:
    """Give the level, or the code of why there is none."""
    told = {
        level["code"]: evaluate(level["condition"]) if level.get("condition") is not None else None
        for level in factor["levels"]
    }
    holding = [code for code, holds in told.items() if holds]
    if attested is not None and attested not in told:
        return "unknown"
    if len(holding) > 1:
        return "overlap"
    if attested is not None and (told[attested] is False or (holding and holding != [attested])):
        return "contradicts"
    if holding:
        return Level(factor["code"], holding[0], "recorded")
    return "attest" if attested is None else Level(factor["code"], attested, "attested")


def _rule(pointer: str, code: str, detail: str) -> BrokenRule:
    return BrokenRule(pointer, code, detail)
