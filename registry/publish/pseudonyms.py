"""Pseudonyms and shifts of dates: keyed, the same in every extract of a study, nothing without the key.

Pseudonyms are others for each recipient. A shift is one for each participant of a study, whoever receives it and whichever key
makes the pseudonyms, or else each new name of a recipient would be another draw, and the draws together would tell the date.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
import uuid
from collections.abc import Iterable

SHORTEST_KEY = 32
EVERYBODY = ""
"""Stands for whoever receives it; nobody has this name."""
CHARACTERS = 16
LEAST_SHIFT, MOST_SHIFT = 30, 394
"""Days by which dates are moved back: a month or more, so that no date stands near the real one, and one of a whole year's, so
that the season tells nothing. Never forward: a date after the moment of the extract would tell that its shift is long."""


class PseudonymsCollide(RuntimeError):
    """Two participants would have the same pseudonym; nothing was written."""


def pseudonym(key: bytes, study_id: str, recipient: str, participant: str) -> str:
    """Give `P-` and 16 characters of base 32 (80 bits) of HMAC-SHA256 over the study, the recipient and the participant's id."""
    return "P-" + _text(_digest(key, "participant", study_id, recipient, participant))


def site_pseudonym(key: bytes, study_id: str, recipient: str, site: str) -> str:
    """Give `S-` and 16 characters, for the id of a site."""
    return "S-" + _text(_digest(key, "site", study_id, recipient, site))


def shift_days(key: bytes, study_id: str, participant: str) -> int:
    """Give the days by which every date of a participant is moved: 30 to 394, back, so below 0; `key` is the oldest one."""
    span = MOST_SHIFT - LEAST_SHIFT + 1
    return -LEAST_SHIFT - int.from_bytes(_digest(key, "shift", study_id, EVERYBODY, participant)) % span


def pseudonyms(key: bytes, study_id: str, recipient: str, participants: Iterable[str]) -> dict[str, str]:
    """Give each participant's pseudonym, in the order of the pseudonyms, which tells nothing of who came first.

    Raises:
        ValueError: the key is shorter than 32 bytes. PseudonymsCollide: two participants have the same pseudonym.
    """
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"a key of pseudonyms has {SHORTEST_KEY} bytes or more")
    made = {participant: pseudonym(key, study_id, recipient, participant) for participant in participants}
    if len(set(made.values())) < len(made):
        raise PseudonymsCollide
    return dict(sorted(made.items(), key=lambda pair: pair[1]))


def _digest(key: bytes, what: str, study_id: str, recipient: str, record_id: str) -> bytes:
    """Give 256 bits that only the holder of the key can give; a recipient is the same however it is written."""
    known = unicodedata.normalize("NFC", recipient.casefold()).encode()
    message = b"\0".join((what.encode(), uuid.UUID(study_id).bytes + uuid.UUID(record_id).bytes, known))
    return hmac.digest(key, message, hashlib.sha256)


def _text(digest: bytes) -> str:
    return base64.b32encode(digest).decode()[:CHARACTERS]
