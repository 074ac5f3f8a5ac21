"""What leaves of each file, and in which form, by the profile: constant whatever the data are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from registry.domain.deidentification import Action, Days, Profile
from registry.publish.extracts.columns import EVENT, FILES, PARTICIPANT, Column, File
from registry.publish.extracts.course_tables import COURSE_FILES
from registry.publish.extracts.declared import (
    DAY,
    MIDDLE_DAY,
    MIDDLE_OF_WHAT_IS_KNOWN,
    PRECISION,
    STUDY_DAY,
    WHOLE_YEARS,
)

EVERY_FILE: tuple[File, ...] = (*FILES, *COURSE_FILES)
"""Every file that an extract may have, in the order of the manifest."""
INSIDE_THE_STUDY = "internal"
"""The profile by which arms are given, to who may know them."""
DATE, QUARTER, BAND = "_date", "_quarter", "_band"
"""How columns end that take the place of a day or of an age."""
DAYS = "d"
"""Unit of what counts days."""

FIRST_VISIT_YEAR = Column(
    "first_visit_year",
    "Year of the first visit",
    "integer",
    Action.DATE,
    quasi=True,
    unit="a",
    minimum=1990,
    maximum=2100,
)


def files_of(profile: Profile, *, unblinded: bool = False) -> tuple[File, ...]:
    """Give the files that an extract by the profile may have; `unblinded` is whether its reader may know arms.

    A file is not there that tells what the profile does not, or that would have nothing but keys.
    """
    known = (file for file in EVERY_FILE if unblinded or file.tells is not Action.ARM)
    return tuple(file for file in known if _has_more_than_keys(file, profile))


def kinds_of(profile: Profile, unblinded: bool) -> tuple[str, ...]:
    """Give the names of those files."""
    return tuple(file.name for file in files_of(profile, unblinded=unblinded))


def columns_of(file: File, profile: Profile) -> tuple[Column, ...]:
    """Give the columns of a file as they leave by the profile, in their order; none of a file that the profile does not tell."""
    if not _is_told(file.tells, profile):
        return ()
    left = tuple(given for column in file.columns for given in _given(column, file, profile))
    has_year = file.name == FILES[0].name and profile.days is Days.STUDY_QUARTERS
    return (*left, FIRST_VISIT_YEAR) if has_year else left


def _has_more_than_keys(file: File, profile: Profile) -> bool:
    names, keys = {column.name for column in columns_of(file, profile)}, {PARTICIPANT.name, *file.keys}
    return keys < names


def _is_told(action: Action, profile: Profile) -> bool:
    """Tell whether a profile gives what has this action at all."""
    match action:
        case Action.REMOVE:
            return False
        case Action.TREATMENT:
            return profile.treatment
        case Action.ARM:
            return profile.name == INSIDE_THE_STUDY
        case _:
            return True


def _given(column: Column, file: File, profile: Profile) -> Iterator[Column]:
    """Give what leaves in the place of a column."""
    if (column.inside and profile.released) or not _is_told(column.action, profile):
        return
    if profile.days is Days.STUDY_QUARTERS and (column.over_course or _counts_days(column)):
        return  # not every visit leaves, and no day does
    match column.action:
        case Action.RECODE if column.name != PARTICIPANT.name and not profile.sites:
            return
        case Action.AGE if profile.released:
            yield _band(column)
        case Action.DATE:
            yield from _days(column, file, profile)
        case _:
            yield column


def _counts_days(column: Column) -> bool:
    """Tell whether a column counts days from one day to another, which tells a day as well."""
    return column.unit == DAYS and column.action is not Action.DATE


def _band(age: Column) -> Column:
    words = f"{age.words.removesuffix(WHOLE_YEARS)}, as a band of whole years"
    return replace(age, name=f"{age.name}{BAND}", words=words, type="text", minimum=None, maximum=None, sdtm=None)


def _days(day: Column, file: File, profile: Profile) -> Iterator[Column]:
    """Give a study day as the profile tells days; in quarters, what is of a visit is told by its planned event alone."""
    stem, words = day.name.removesuffix(DAY), day.words.removesuffix(STUDY_DAY)
    match profile.days:
        case Days.STUDY_DAYS:
            yield day
            if f"{stem}{PRECISION}" in file.names:
                yield replace(day, name=f"{stem}{MIDDLE_DAY}", words=f"{words}{MIDDLE_OF_WHAT_IS_KNOWN}", sdtm=None)
        case Days.SHIFTED_DATES:
            yield day
            told = f"{words}: date, moved by the same days as every other of the participant"
            sdtm = day.sdtm.removesuffix("DY") + "DTC" if day.sdtm else None
            yield replace(day, name=f"{stem}{DATE}", words=told, type="date", unit=None, sdtm=sdtm)
        case Days.STUDY_QUARTERS if EVENT.name not in file.names:
            told = f"{words}: quarters of a year since the visit of week 0, else the first; 0 is the first, before it negative"
            yield replace(day, name=f"{stem}{QUARTER}", words=told, unit=None, sdtm=None)
