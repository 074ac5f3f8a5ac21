"""The edit checks by name: what each asks, whether it refuses or asks for confirmation, and its limits.

Sources: what is recorded and how it is checked (hard and soft edit checks of the registry); domain reference 1.2 (side
and scale of MMT8), 1.3 (a CMAS maximum is kept with each record) and 5 (published doses).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Kind = Literal["hard", "soft"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the soft checks; version 1. A study passes its own.

    `ck_multiple`: times the upper limit of normal; `weight_change`: share of the last weight. At its limit a value
    passes. `duplicate_days`: days between the onsets of two adverse events that may be one; ours, to be settled with use
    [MEM 60%], and at the limit they still may.
    """

    version: str = "1"
    ck_multiple: Decimal = Decimal(50)
    weight_change: Decimal = Decimal("0.20")
    duplicate_days: int = 7


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Rule:
    """An edit check: hard refuses, soft is accepted once confirmed; `for_drafts`: it holds for a draft too."""

    id: str
    kind: Kind
    sentence: str
    source: str
    version: str = "1"
    for_drafts: bool = True


_CHECKS = "Edit checks of the registry"
_SUMS = "Domain reference 1.1 to 1.6"

_ALL = (
    Rule("visit_in_the_future", "hard", "A visit must not be dated after today at its site.", _CHECKS),
    Rule("result_after_entry", "hard", "A result must be collected before the visit is entered.", _CHECKS),
    Rule("total_contradicts_items", "hard", "A total must be what its items make.", _SUMS),
    Rule("total_without_all_items", "hard", "A total must come with all its items or none.", _SUMS, for_drafts=False),
    Rule("total_without_maximum", "hard", "A total must come with its maximum.", "Domain reference 1.2, 1.3, 1.8",
         for_drafts=False),
    Rule("total_above_maximum", "hard", "A total must not exceed the maximum of its scale.", _SUMS),
    Rule("mmt8_other_side", "hard", "On the 80 scale only the muscles of the side used are given.",
         "Domain reference 1.2, IMACS Form 04"),
    Rule("ck_above_50_uln", "soft", "CK is above 50 times the upper limit of normal.", _CHECKS),
    Rule("height_decreased", "soft", "The height is less than the last one.", _CHECKS),
    Rule("weight_changed", "soft", "The weight changed by more than 20 % since the last one.", _CHECKS),
    Rule("adverse_event_likely_duplicate", "soft",
         "The participant has an adverse event of the same term and about the same onset.", _CHECKS),
    Rule("dose_outside_published_range", "soft", "The dose lies outside the published range.", "Domain reference 5"),
)  # fmt: skip

RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _ALL})
"""Every edit check by its id."""
