"""How an extract protects those in it: an action for each column, and profiles that say what each action does.

Sources: 45 CFR 164.514(b)(2) (Safe Harbor: of dates the year alone), 164.514(e) (limited data set), EMA Policy 0070 (threshold
0.09), the classic cell sizes of custodians (5 and 11), PHUSE de-identification standard for SDTM (one action a variable).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Action(StrEnum):
    """What is done to a column before it leaves; each has exactly one, declared beside its field."""

    KEEP = "keep"
    """Left as it is: it cannot single anybody out."""
    REMOVE = "remove"
    """Never leaves: free text, identifiers, real moments, what tells of the family or of the registry."""
    RECODE = "recode"
    """A participant or a site: a keyed pseudonym in its place."""
    DATE = "date"
    """A whole or partial date: a study day, with its precision; a shifted date or a quarter, as the profile says."""
    AGE = "age"
    """A birth, an onset, a diagnosis: an age in whole years, or a band of years."""
    CODE = "code"
    """A code: one that fewer than k participants have is left blank, and so are others until k are blank."""
    NUMBER = "number"
    """A measured number: one beyond the value that k participants reach is given as that value."""
    TREATMENT = "treatment"
    """What tells of the treatment: removed where the reader stays blinded; otherwise as a code or a number."""
    ARM = "arm"
    """The arm: given only to those who know the treatment, and only inside the study."""


class Days(StrEnum):
    """How a profile tells days."""

    STUDY_DAYS = "study_days"
    """Day 1 is the visit of week 0, else the first; there is no day 0."""
    SHIFTED_DATES = "shifted_dates"
    """Study days, and dates that are moved by the same days for all of a participant's, and by others for another's."""
    STUDY_QUARTERS = "study_quarters"
    """Quarters of a year since day 1, and the year of it; visits by their planned event alone."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A way to de-identify: what leaves, how days are told, and which risk is the highest that may leave.

    `k` is the least number of participants who share what could single one out; 1 suppresses nothing. `threshold` is the
    highest risk of any participant at which the extract is released. `governs` are the adversaries that it holds for.
    """

    name: str
    version: str
    words: str
    legal_basis: str
    days: Days
    k: int
    threshold: Decimal
    governs: tuple[str, ...]
    sites: bool
    """Whether sites are given, recoded."""
    treatment: bool
    """Whether what tells of the treatment is given."""
    released: bool
    """Whether it may leave the study team: then ages are banded, and releases of a study keep their distance in time."""


WHO_KNOWS_THE_CHILD = "demographics"
"""Adversary who knows birth, sex and country."""
WHO_KNOWS_THE_VISITS = "demographics_and_visits"
"""Adversary who knows the dates of the visits as well."""

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            "safe_harbor",
            "1",
            "Years only: no date, no site, visits by planned event; rare values left out until 12 participants share them.",
            "45 CFR 164.514(b)(2), with a risk below 0.09 as EMA Policy 0070 asks: 1/12, since 1/11 is 0.0909",
            Days.STUDY_QUARTERS,
            12,
            Decimal("0.09"),
            (WHO_KNOWS_THE_CHILD, WHO_KNOWS_THE_VISITS),
            sites=False,
            treatment=True,
            released=True,
        ),
        Profile(
            "limited",
            "1",
            "Dates shifted by the same days for all of a participant's; rare values left out until 5 participants share them.",
            "45 CFR 164.514(e), a limited data set under a data use agreement that forbids to identify anybody",
            Days.SHIFTED_DATES,
            5,
            Decimal("0.2"),
            (WHO_KNOWS_THE_CHILD,),
            sites=True,
            treatment=True,
            released=True,
        ),
        Profile(
            "blinded_review",
            "1",
            "Study days and recoded sites, without what tells of the treatment; it stays inside the study.",
            "GDPR 4(5), pseudonymised personal data inside the study",
            Days.STUDY_DAYS,
            1,
            Decimal(1),
            (),
            sites=True,
            treatment=False,
            released=False,
        ),
        Profile(
            "internal",
            "1",
            "Study days and recoded sites; it stays inside the study.",
            "GDPR 4(5), pseudonymised personal data inside the study",
            Days.STUDY_DAYS,
            1,
            Decimal(1),
            (),
            sites=True,
            treatment=True,
            released=False,
        ),
    )
}
"""Every profile, by its name. A change of what a profile does is a new version of it."""
