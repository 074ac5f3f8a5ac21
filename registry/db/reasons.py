"""The reason of a change that follows from another record, where whoever writes that record gave none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from registry.db.transaction import Transaction

SAY = "select set_config('registry.reason', %(reason)s, true) where coalesce(said('reason'), '') = ''"
TAKE_BACK = "select set_config('registry.reason', '', true) where said('reason') = %(reason)s"


@contextmanager
def given(tx: Transaction, reason: str) -> Iterator[None]:
    """Say why records are changed within the block, unless the transaction has a reason already; nothing is waited for."""
    tx.run(SAY, {"reason": reason})
    yield
    tx.run(TAKE_BACK, {"reason": reason})
