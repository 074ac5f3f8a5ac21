"""Departures from the protocol: their categories and severities, what was done, and how each is judged."""

from __future__ import annotations

from collections.abc import Mapping

from registry.domain.transitions import States, Transition

PROTOCOL_DEVIATION = States(
    title="Protocol deviation",
    words={
        "to_classify": "To be classified",
        "classified": "Classified",
        "closed": "Closed",
        "dismissed": "No deviation after all",
    },
    first="to_classify",
    transitions=(
        Transition("classify", ("to_classify",), "classified", "Severity and action are given"),
        Transition(
            "dismiss", ("to_classify", "classified"), "dismissed", "Found to be no deviation, with the words why"
        ),
        Transition("close", ("classified",), "closed", "The action is done"),
        Transition("reopen", ("closed",), "classified", "Judge it anew"),
        Transition("take_up_again", ("dismissed",), "to_classify", "It is a deviation after all"),
    ),
)

WITH_SEVERITY = frozenset({"classified", "closed"})
"""The states in which there are a severity and an action, and only there."""
SETTLED = frozenset({"closed", "dismissed"})
"""The states in which nothing is amended but the state."""

CATEGORIES: Mapping[str, str] = {
    "eligibility_override": "Enrolled against a criterion of eligibility",
    "visit_out_of_window": "Visit outside its window",
    "visit_missed": "Visit missed",
    "consent": "Consent or assent",
    "dosing": "Dose or supply of the treatment",
    "procedure_missed": "Procedure or test not done",
    "prohibited_medication": "Medication that the protocol excludes",
    "randomisation": "Allocated by what does not stand any more",
    "unblinding": "Unblinding",
    "other": "Other",
}
SEVERITIES: Mapping[str, str] = {
    "minor": "Minor",
    "major": "Major: may affect rights, safety or wellbeing, or the reliability of the data",
    "critical": "Critical: affects rights, safety or wellbeing, or the reliability of the data",
}
ACTIONS: Mapping[str, str] = {
    "none": "No action needed",
    "documented": "Explained in the records of the site",
    "retraining": "Staff trained again",
    "procedure_repeated": "Done later, or again",
    "treatment_changed": "Treatment held or changed",
    "participant_withdrawn": "Participant withdrawn",
    "reported_to_ethics": "Reported to the ethics committee",
    "other": "Other",
}
ORIGINS: Mapping[str, str] = {
    "registry": "Noted by the registry itself",
    "site": "Reported by the site",
    "monitor": "Found by monitoring",
}
