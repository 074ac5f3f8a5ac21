"""Who receives an extract: a name, the same however it is written."""

from __future__ import annotations

import unicodedata

LONGEST = 80
"""Characters of a recipient's name; an organisation's own may be longer and is cut."""


def as_kept(name: str) -> str:
    """Give a recipient's name as it is kept: composed, on one line, no longer than that."""
    return " ".join(unicodedata.normalize("NFC", name).split())[:LONGEST]


def same_name(recipient: str) -> str:
    """Give what is compared of a recipient's name, and what its pseudonyms are made of: without case and doubled blanks."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", recipient).casefold()).split())
