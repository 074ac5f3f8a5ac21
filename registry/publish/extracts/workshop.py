"""Where extracts are written: what is read, where it is kept, who is told how far it is, and who may end it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from registry.db import extracts
from registry.db.transaction import Database, Transaction
from registry.publish.extracts.writing import Cancelled, Sources
from registry.settings import Settings

SECONDS_BETWEEN_NOTES = 1.0
Shown = Callable[[str, int, int], None]


class Interrupted(Exception):
    """Whoever writes is told to stop."""


def nobody_looks(_step: str, _done: int, _total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where extracts are written: what is read, where it is kept, who is told, and whether to stop.

    `out` is the folder that a command names; without it an extract is kept in the home, for as long as the settings say.
    """

    sources: Sources
    service: Database
    settings: Settings
    interrupted: Callable[[], bool] = field(default=lambda: False)
    shown: Shown = field(default=nobody_looks)
    out: Path | None = None
    by: str = "worker"


class Teller:
    """Tells how far the writing is, at most once a second, and hears that it is to end."""

    def __init__(self, shop: Workshop, tx: Transaction, extract_id: str) -> None:
        self.shop, self.tx, self.extract_id = shop, tx, extract_id
        self.told = -SECONDS_BETWEEN_NOTES

    def __call__(self, step: str, done: int, total: int) -> None:
        """Tell it; raises Interrupted or Cancelled."""
        if self.shop.interrupted():
            raise Interrupted
        self.shop.shown(step, done, total)
        if (now := time.monotonic()) - self.told >= SECONDS_BETWEEN_NOTES:
            self.told = now
            if extracts.tell(self.tx, self.extract_id, step, done, total):
                raise Cancelled
