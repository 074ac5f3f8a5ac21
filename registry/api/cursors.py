"""Cursors of lists: opaque, signed, and stable while records are added."""

from __future__ import annotations

import base64
import hashlib
import hmac

from registry.problems import CursorNotUnderstood

SIGNATURE_BYTES = 16


def signed(position: str, list_name: str, key: bytes) -> str:
    """Give the cursor that continues after `position` in the list of that name."""
    return base64.urlsafe_b64encode(_signature(position, list_name, key) + position.encode()).decode().rstrip("=")


def position(cursor: str, list_name: str, key: bytes) -> str:
    """Give the position that a cursor stands for.

    Raises:
        CursorNotUnderstood: this list did not give it out.
    """
    try:
        found = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))[SIGNATURE_BYTES:].decode()
    except ValueError:
        raise CursorNotUnderstood from None
    if not hmac.compare_digest(cursor.encode(), signed(found, list_name, key).encode()):
        raise CursorNotUnderstood
    return found


def _signature(position: str, list_name: str, key: bytes) -> bytes:
    return hmac.digest(key, f"{list_name}\n{position}".encode(), hashlib.sha256)[:SIGNATURE_BYTES]
