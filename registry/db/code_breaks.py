"""Code breaks: the next version after an act, one act at a time."""

from __future__ import annotations

from registry.db import records
from registry.db.transaction import Image, Transaction

HELD = "select audit.image(to_jsonb(b)) as image from code_break b where b.id = %(id)s for no key update"


def held(tx: Transaction, code_break_id: str) -> Image:
    """Read a code break and keep others from changing it until the end of this transaction; NoSuchRecord without one."""
    return records.required(tx.image(HELD, {"id": code_break_id}))
