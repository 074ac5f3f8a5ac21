"""Where a participant stands in the study: the states, how one leads to another, and why a participant leaves."""

from __future__ import annotations

from collections.abc import Mapping

from registry.domain.transitions import States, Transition

ENROLMENT = States(
    title="Enrolment",
    words={
        "screening": "Being screened",
        "screen_failure": "Not enrolled after screening",
        "enrolled": "Enrolled, not on the treatment of the study",
        "on_treatment": "On the treatment of the study",
        "completed": "Completed the study",
        "withdrawn": "Withdrawn from the study",
        "lost_to_follow_up": "Lost to follow-up",
    },
    first="screening",
    transitions=(
        Transition("enrol", ("screening",), "enrolled", "Consent and eligibility are there: enrol"),
        Transition("fail_screening", ("screening",), "screen_failure", "Not eligible, or not willing"),
        Transition("screen_again", ("screen_failure",), "screening", "Screen again"),
        Transition("start_treatment", ("enrolled",), "on_treatment", "Treatment starts"),
        Transition("end_treatment", ("on_treatment",), "enrolled", "Treatment ends, follow-up goes on"),
        Transition("complete", ("enrolled", "on_treatment"), "completed", "The study is completed"),
        Transition(
            "withdraw", ("enrolled", "on_treatment", "lost_to_follow_up"), "withdrawn", "The participant leaves"
        ),
        Transition("lose", ("enrolled", "on_treatment"), "lost_to_follow_up", "Cannot be reached any more"),
        Transition("find_again", ("lost_to_follow_up",), "enrolled", "Found again"),
        Transition("reinstate", ("completed", "withdrawn"), "enrolled", "The end was recorded in error"),
    ),
)

LEAVES_WITH_A_REASON = frozenset({"screen_failure", "withdrawn"})
"""The states that need a reason."""

ENROLMENT_REASONS: Mapping[str, str] = {
    "not_eligible": "Not eligible",
    "consent_not_given": "Consent or assent not given",
    "consent_withdrawn": "Consent or assent withdrawn",
    "participant_decision": "Decision of the participant or the parents",
    "physician_decision": "Decision of the physician",
    "adverse_event": "Adverse event",
    "lack_of_efficacy": "Lack of efficacy",
    "pregnancy": "Pregnancy",
    "protocol_deviation": "Protocol deviation",
    "transferred": "Care goes on elsewhere: moved away, or adult care",
    "death": "Death",
    "study_ended": "The study was ended",
    "other": "Other",
}
