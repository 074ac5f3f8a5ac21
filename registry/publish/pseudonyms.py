"""Pseudonyms: keyed, the same for a participant in every extract of a study, and telling nothing without the key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Iterable

SHORTEST_KEY = 32
CHARACTERS = 16


class PseudonymsCollide(RuntimeError):
    """Two participants would have the same pseudonym; nothing was written."""


def pseudonym(key: bytes, study: str, participant: str) -> str:
    """Give `P-` and 16 characters of base 32 (80 bits) of HMAC-SHA256 over the study and the participant's id."""
    digest = hmac.digest(key, study.encode() + b"\0" + uuid.UUID(participant).bytes, hashlib.sha256)
    return "P-" + base64.b32encode(digest).decode()[:CHARACTERS]


def pseudonyms(key: bytes, study: str, participants: Iterable[str]) -> dict[str, str]:
    """Give each participant's pseudonym, in the order of the pseudonyms, which tells nothing of who came first.

    Raises:
        ValueError: the key is shorter than 32 bytes. PseudonymsCollide: two participants have the same pseudonym.
    """
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"a key of pseudonyms has {SHORTEST_KEY} bytes or more")
    made = {participant: pseudonym(key, study, participant) for participant in participants}
    if len(set(made.values())) < len(made):
        raise PseudonymsCollide
    return dict(sorted(made.items(), key=lambda pair: pair[1]))
