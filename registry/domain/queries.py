"""Queries about recorded data: their kinds, their states, their age, and the bands of age in which they are counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from registry.domain.transitions import States, Transition

RECORD_KINDS: Mapping[str, str] = {
    "visit": "Visit",
    "participant": "Participant",
    "dose": "Dose",
    "concomitant_medication": "Concomitant medication",
    "adverse_event": "Adverse event",
    "consent": "Consent",
}
ORIGINS: Mapping[str, str] = {
    "monitor": "Opened by a monitor or a data manager",
    "bulk": "Opened with others, for what a filter found",
    "soft_check": "Opened by the registry, because an unusual value was confirmed",
}
STATUSES: Mapping[str, str] = {
    "open": "Open: the site is asked",
    "answered": "Answered: the answer is to be judged",
    "closed": "Closed",
}
ACTS: Mapping[str, str] = {
    "answer": "Answered",
    "close": "Closed",
    "withdraw": "Withdrawn",
    "reopen": "Opened again",
    "comment": "Commented",
}
DATA_QUERY = States(
    "Query",
    STATUSES,
    "open",
    (
        Transition("answer", ("open",), "answered", "the site answers, by words or by an amendment"),
        Transition("withdraw", ("open",), "closed", "who opened it takes it back, with a reason"),
        Transition("close", ("answered",), "closed", "a monitor or data manager accepts the answer"),
        Transition("reopen", ("answered", "closed"), "open", "a monitor or data manager asks again"),
    ),
)

AGE_BANDS: Mapping[str, int] = {"0-7": 0, "8-14": 8, "15-28": 15, "29-56": 29, "over_56": 57}
"""Each band with its first day."""
AGE_BAND_WORDS: Mapping[str, str] = {
    "0-7": "0 to 7 days",
    "8-14": "8 to 14 days",
    "15-28": "15 to 28 days",
    "29-56": "29 to 56 days",
    "over_56": "More than 56 days",
}


def age_days(opened_at: datetime, status: str, status_at: datetime, now: datetime) -> int:
    """Give the whole days since a query was opened; of a closed one, until it was closed."""
    return max(((status_at if status == "closed" else now) - opened_at).days, 0)
