"""Whether two adverse events of a participant may be one that was reported twice: the same term, and onsets close together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from registry.domain.dates import PartialDate
from registry.domain.edit_check_rules import Limits

Event = Mapping[str, Any]
BETWEEN_WORDS = re.compile(r"[\W_]+")


def may_be_the_same(event: Event, other: Event, limits: Limits) -> bool:
    """Tell whether two events say the same and may have begun within `limits.duplicate_days` of each other."""
    return bool(names(event) & names(other)) and days_apart(event, other) <= limits.duplicate_days


def names(event: Event) -> frozenset[tuple[str, str]]:
    """Give what an event is called: its own term, its CTCAE term, and its codes; a code is compared with a code only."""
    terms = {("term", words_of(event[name])) for name in ("term", "ctcae_term") if event.get(name)}
    return frozenset(terms | {("code", code) for code in event.get("codes") or ()})


def words_of(term: str) -> str:
    """Give a term as it is compared: its words alone, without case, marks, hyphens and the width of its characters.

    A term of marks alone has none, and is compared as it stands.
    """
    folded = unicodedata.normalize("NFKC", term).casefold()
    return BETWEEN_WORDS.sub(" ", folded).strip() or folded


def days_apart(event: Event, other: Event) -> int:
    """Give the fewest days between the onsets, as far as they are known; 0 where they may be the same day."""
    first, second = (PartialDate.parse(one["started_on"]) for one in (event, other))
    return max(0, (second.earliest - first.latest).days, (first.earliest - second.latest).days)
