"""Releases of the children's registry, and of any other, as the attacks on them are given them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import simplejson

from registry.db.transaction import Database
from registry.domain.extract_orders import Order
from registry.publish.extracts import writing
from registry.publish.pseudonyms import pseudonyms
from tests.publish import attacker
from tests.publish.attacker import Agrees, Child, Found, Told, attack
from tests.publish.children import Children

KEYS = {1: b"a key of the tests, thirty-two bytes or more", 2: b"another key of the tests, as long as the first"}
KINDS = ("participant", "visit")
MOST_OF_THEM = 55
"""Of the sixty children; one who is grown up since has not consented for itself."""


@dataclass(frozen=True)
class Release:
    """What a release tells by pseudonym, its report of the risk, and who each pseudonym is, which only the registry knows."""

    told: dict[str, Told]
    report: dict[str, Any]
    truth: dict[str, Child]

    def attacked(self, agrees: Agrees) -> Found:
        return attack(self.truth, self.told, agrees)

    def said(self, adversary: str) -> Found:
        """What the report says that an adversary will find."""
        after = self.report["adversaries"][adversary]["after"]
        return Found(Fraction(after["prosecutor_max"]), Fraction(after["prosecutor_average"]))


@dataclass(frozen=True)
class Registry:
    """The children in a database of their own, and what an extract is read from."""

    children: Children
    service: Database
    sources: writing.Sources
    moment: datetime
    at_least: int = MOST_OF_THEM

    def order(self, profile: str, **changes: Any) -> Order:
        return replace(ordered(self.children.study, self.moment, profile), **changes)

    def released(self, order: Order, out: Path) -> Release:
        """Write an order, and read what it tells."""
        inside = written(self.sources, order, out)
        assert len(inside) >= self.at_least
        report = simplejson.loads((out / "risk.json").read_bytes(), use_decimal=True)
        named = pseudonyms(KEYS[order.key_version], order.study_id, order.addressee, inside)
        truth = {name: self.children.known[one] for one, name in named.items()}
        return Release(attacker.release(out), report, truth)


def ordered(study: str, moment: datetime, profile: str) -> Order:
    """Order a study as CSV, by a statistician of every site."""
    return Order(
        id=str(uuid.uuid4()),
        study_id=study,
        as_of=moment,
        profile_name=profile,
        recipient="A university",
        uses=("registry",),
        kinds=KINDS,
        formats=("csv",),
        sites="*",
        role="statistician",
        key_version=1,
    )


def written(sources: writing.Sources, order: Order, out: Path) -> frozenset[str]:
    """Write an order; give who is in it."""

    def still_agree(ids: Any) -> frozenset[str]:
        return frozenset(ids)

    def progress(step: str, done: int, total: int) -> None:
        """Nobody watches."""

    told = writing.write(sources, order, out, keys=KEYS, held_before=None, still_agree=still_agree, progress=progress)
    return frozenset(told.participants)
