"""The rules of signing: what a signature can mean, what a signing password must be, and when attempts are paused.

Sources: 21 CFR 11.50 (printed name, time, meaning), 11.200(a)(1) (two components), 11.300(d) (attempts by others are detected).
"""

import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "review": "I have reviewed these data.",
        "approval": "I approve these data as complete and accurate.",
        "responsibility": "I take responsibility for these data and their collection under the protocol.",
    }
)
"""Meaning to the sentence that is signed; it is kept with each signature, so that a later wording changes none."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
REFUSALS_IN_A_ROW = 5
PAUSE = timedelta(minutes=15)


def normal(text: str) -> str:
    """Give text as it is compared: keyboards write the same letter in more than one way (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", text)


def is_name(given: str, name: str) -> bool:
    """Tell whether somebody gave the printed name of an account; blanks at the ends do not count."""
    return normal(given).strip() == normal(name).strip()


def weakness(password: str, name: str) -> str | None:
    """Say why a password cannot be a signing password; None when it can."""
    plain = normal(password)
    if len(plain) < SHORTEST_PASSWORD:
        return f"The password must have at least {SHORTEST_PASSWORD} characters."
    if normal(name).casefold().strip() in plain.casefold():
        return "The password must not hold the name of the account."
    if len(set(plain)) < SHORTEST_PASSWORD // 2:
        return "The password must not be a few characters repeated."
    return None
