"""The states of a visit: a draft or complete, and whether it was entered in error."""

from registry.domain.transitions import States, Transition

VISIT = States(
    title="Visit",
    words={
        "draft": "Draft: `status` is draft; in no extract",
        "complete": "Complete: `status` is complete, also where it was submitted so at once",
        "draft_in_error": "A draft that was entered in error: `entered_in_error` is true",
        "entered_in_error": "Complete, and entered in error: `entered_in_error` is true; kept, and taken for no visit",
    },
    first="draft",
    transitions=(
        Transition("complete", ("draft",), "complete", "submitted as complete: every check is made"),
        Transition("mark", ("draft",), "draft_in_error", "marked as entered in error"),
        Transition("mark", ("complete",), "entered_in_error", "marked as entered in error"),
        Transition("restore", ("draft_in_error",), "draft", "the mark is taken back"),
        Transition("restore", ("entered_in_error",), "complete", "the mark is taken back"),
    ),
)


def state_of(status: str, *, entered_in_error: bool) -> str:
    """Give the state of a visit from what it says."""
    if not entered_in_error:
        return status
    return "draft_in_error" if status == "draft" else "entered_in_error"
