"""The breaking of a code: why one participant's treatment is opened, and by which steps."""

from __future__ import annotations

from collections.abc import Mapping

from registry.domain.transitions import States, Transition

CATEGORIES: Mapping[str, str] = {
    "medical_emergency": "Medical emergency: what is done next depends on the treatment",
    "overdose": "Overdose",
    "accidental_intake": "Study product taken by somebody else",
    "pregnancy": "Pregnancy",
    "safety_report": "Report of an unexpected serious reaction to an authority",
    "further_treatment": "Treatment after study product was ended",
    "other": "Other",
}
"""No section of the domain reference gives a list; this one is ours and kept short."""
EMERGENCIES = frozenset({"medical_emergency", "overdose", "accidental_intake"})
"""Reasons that may not wait for a second person."""

CODE_BREAK = States(
    title="Code break",
    words={
        "requested": "Asked for; a second person has not answered",
        "opened": "Opened: who asked and who confirmed may read the treatment",
        "declined": "Declined or withdrawn; nothing was opened",
    },
    first="requested",
    transitions=(
        Transition("open", ("requested",), "opened", "opened at once, in an emergency"),
        Transition("confirm", ("requested",), "opened", "confirmed by a second person"),
        Transition("decline", ("requested",), "declined", "declined, or withdrawn by who asked"),
    ),
)
