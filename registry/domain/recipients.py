"""Who receives an extract: a name, the same however it is written."""

from __future__ import annotations

import unicodedata


def same_name(recipient: str) -> str:
    """Give what is compared of a recipient's name, and what its pseudonyms are made of: without case and doubled blanks."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", recipient).casefold()).split())
