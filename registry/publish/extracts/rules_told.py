"""What a profile does, in the sentences of the manifest."""

from __future__ import annotations

from collections.abc import Mapping

from registry.domain.deidentification import Days, Profile

ALWAYS = (
    "Participants stand under keyed pseudonyms, which are others for each recipient and profile, and give the order of rows.",
    "The sites' own codes, account names and identifiers of records are left out.",
    "Free text, and text that no closed list was checked against, is left out.",
    "Records entered in error, and drafts of visits, are left out.",
    "Participants are left out who, at the moment of the extract, do not agree to every use that it is for.",
    "Consents are given with their kind and days only.",
    "Derived values are given with their rule, without the sentences that explain them.",
)
"""What every profile does."""

OF_DAYS: Mapping[Days, tuple[str, ...]] = {
    Days.STUDY_DAYS: (
        "Dates are study days: day 1 is the complete visit of week 0, or else the first complete visit; there is no day 0.",
        "A date known only to the month or year has no study day, but the day in its middle, and its precision.",
    ),
    Days.SHIFTED_DATES: (
        "Dates are study days: day 1 is the complete visit of week 0, or else the first complete visit; there is no day 0.",
        "Beside each study day stands the date, moved by the same days for all of a participant's and by others for another's.",
        "A date known only to the month or year has no study day; its moved date and its precision say what is known.",
    ),
    Days.STUDY_QUARTERS: (
        "No day and no date is given: visits, and what was measured at them, stand by their planned event.",
        "Unscheduled visits are left out, and planned events by which too few participants could be told from each other.",
        "Other dates are quarters of a year since the visit of week 0, or else the first, whose year is given.",
    ),
}
"""What a profile does with dates."""

BLINDED = ("What tells of the treatment is left out: doses, causality, expectedness, and what rules make of doses.",)
"""What a profile does whose reader stays blinded."""


OF_RELEASED = (
    "Units, limits and controls of laboratories are left out, and values of muscle enzymes and transcripts beside their ratios.",
    "Ages at the first symptom and at the diagnosis, items of totals, and what is computed of measurements are left out.",
)
"""What is done so that nothing gives back what was protected."""
OF_GROWTH = "Z-scores of height and body mass index are left out: beside sex and height they tell the age to the month."
"""What is done where ages are bands."""


def rules_of(profile: Profile) -> tuple[str, ...]:
    """Say what the profile does, as the manifest tells it."""
    ages = (
        "The age at the first visit is a band of whole years."
        if profile.released
        else "Birth, first symptom and diagnosis are ages in whole years; 90 stands for 90 or more."
    )
    sites = (
        "Sites stand under keyed pseudonyms, blank where the country is." if profile.sites else "Sites are left out."
    )
    known = (
        "Sex, age, country and year of the first visit"
        if profile.days is Days.STUDY_QUARTERS
        else "Sex, age and country"
    )
    rare = (
        f"A code that fewer than {profile.k} participants have is blank, and others with it, so that it cannot be found out.",
        f"A number beyond the value that {profile.k} participants reach is given as that value.",
        f"{known} are generalised or blank until {profile.k} participants share them.",
    )
    return (
        *ALWAYS,
        *OF_DAYS[profile.days],
        ages,
        sites,
        *(rare if profile.k > 1 else ()),
        *(() if profile.treatment else BLINDED),
        *(("The day of a death is left out.", OF_GROWTH, *OF_RELEASED) if profile.released else ()),
    )
