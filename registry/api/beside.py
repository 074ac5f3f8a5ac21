"""What stands beside a record in an answer: its signatures, and what is derived from it where that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.api import derived
from registry.api.derived import Waiting
from registry.db import signatures
from registry.db.signatures import AskedSignatures
from registry.db.transaction import Awaited, Image, Transaction


@dataclass(frozen=True, slots=True)
class Beside:
    """What was asked for beside the records of an answer, and not waited for: it may arrive with the commit."""

    derived: Waiting | None
    signatures: AskedSignatures | None

    def added_to(self, given: Any) -> Any:
        """Give the answer, one image or a list, with what stands beside each."""
        told = self.derived.added_to(given) if self.derived else given
        signed = self.signatures.by_record() if self.signatures else {}
        return [_signed(row, signed) for row in told] if isinstance(told, list) else _signed(told, signed)


def _signed(row: Image, signed: dict[str, list[Image]]) -> Image:
    return {**row, "signatures": signed.get(row["id"], [])}


def ask(
    tx: Transaction, kind: str, given: Any, as_of: datetime | None, signed_by: datetime | None, *, with_derived: bool
) -> Beside:
    """Ask for what stands beside the rows of an answer; a record that was just made has no signature to ask for."""
    waiting = derived.ask(tx, kind, given, as_of) if with_derived else None
    if isinstance(given, Awaited):
        return Beside(waiting, None)
    rows = given if isinstance(given, list) else [given]
    return Beside(waiting, signatures.ask(tx, kind, [row["id"] for row in rows], signed_by))
