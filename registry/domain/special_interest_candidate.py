"""A candidate for an event of special interest: its states, and what a person can do with it."""

from registry.domain.transitions import States, Transition

SPECIAL_INTEREST_CANDIDATE = States(
    title="Candidate for an event of special interest",
    words={
        "open": "Put before a person, who has not judged it",
        "confirmed": "Confirmed as an event of special interest",
        "dismissed": "Dismissed, with a reason",
        "resolved": "Not asked any more: what gave rise to it was corrected or withdrawn",
    },
    first="open",
    transitions=(
        Transition("confirm", ("open",), "confirmed", "confirmed by an investigator or the safety officer"),
        Transition("dismiss", ("open",), "dismissed", "dismissed by an investigator or the safety officer"),
        Transition("resolve", ("open",), "resolved", "the record says it no more"),
        Transition("reopen", ("resolved",), "open", "the record says it again"),
        Transition("ask_again", ("dismissed",), "open", "the record says something else since it was dismissed"),
    ),
)
