"""The closed lists of consent: what may be withdrawn, by whom and why, what may be missing, and uses that extracts serve.

The lists are ours and kept short; no section of the domain reference names any.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.domain.vocabulary import CONSENT_GIVERS, CONSENT_SCOPES

DEFAULT_SCOPES = ("registry",)
"""What a consent agrees to where it does not say, as consents did before scopes were recorded."""

AGE_OF_MAJORITY = 18
"""In most countries; the law of the place says, and a site has its own."""

EXTRACT_USES: Mapping[str, str] = {code: words for code, words in CONSENT_SCOPES.items() if code != "biobank"}
"""What an extract of data may be for; samples of a biobank are in none."""

PARTNERS_USE = "partner_sharing"
"""What is always asked of consent where a partner pulls an extract."""

WITHDRAWAL_KINDS: Mapping[str, str] = {
    "treatment": "Of the study treatment; follow-up goes on",
    "follow_up": "Of follow-up; what was collected stays in use",
    "data_use": "Of the use of data; what was collected leaves extracts",
}
WITHDRAWAL_DECIDERS: Mapping[str, str] = {**CONSENT_GIVERS, "investigator": "Investigator", "sponsor": "Sponsor"}
NOT_THEIRS = frozenset({"investigator", "sponsor"})
"""Who decides nothing about the use of a participant's data."""

WITHDRAWAL_REASONS: Mapping[str, str] = {
    "adverse_event": "Adverse event",
    "lack_of_efficacy": "Not effective enough",
    "burden": "Burden of visits or procedures",
    "privacy": "Concern about privacy",
    "moved_away": "Moved away",
    "changed_mind": "Wishes no longer to take part",
    "medical_decision": "Medical decision for another reason",
    "protocol_deviation": "Protocol not followed",
    "study_ended": "Study ended by the sponsor",
    "not_given": "No reason given",
    "other": "Other, as commented",
}

LEFT_WITHOUT: Mapping[str, str] = {
    "no_consent": "A consent that is in force",
    "consent_withdrawn": "A new consent, or the end of the participation",
}
"""What a participant needs who is in the study and was left without a consent, by the code of what is missing."""

CONSENT_NEEDS: Mapping[str, str] = {
    **LEFT_WITHOUT,
    "majority_reached": "Own consent: nobody else consents for a participant of age",
    "reconsent_needed": "Consent to a newer document",
    "assent_missing": "The child's own assent",
}
"""What a participant may need, by the code of what is missing."""
