"""The states of an extract: ordered, written by whoever claims it, and kept until its time is over."""

from __future__ import annotations

from collections.abc import Mapping

from registry.domain.transitions import States, Transition

STATES: Mapping[str, str] = {
    "queued": "Queued: it waits for a worker",
    "writing": "Being written",
    "complete": "Complete: its files can be downloaded",
    "refused": "Refused when it was written: `failure` says why",
    "failed": "Failed when it was written: `failure` says where to look",
    "cancelled": "Cancelled before it was complete",
    "expired": "Expired: its files are removed; asked for again with the same inputs it gives the same files",
}
EXTRACT = States(
    "Extract",
    STATES,
    "queued",
    (
        Transition("write", ("queued", "writing"), "writing", "a worker claims it, again where another one ended"),
        Transition("complete", ("writing",), "complete", "its files are there"),
        Transition("refuse", ("writing",), "refused", "the risk is too high, or nobody agrees"),
        Transition("fail", ("queued", "writing"), "failed", "it could not be written"),
        Transition("cancel", ("queued", "writing"), "cancelled", "who ordered it cancels it"),
        Transition("expire", ("complete",), "expired", "its time is over, and its files are removed"),
    ),
)
UNFINISHED = ("queued", "writing")
"""States in which it waits for a worker, or for another one."""
WRITTEN = ("complete", "expired")
"""States in which it was given to its recipient, or could have been."""
