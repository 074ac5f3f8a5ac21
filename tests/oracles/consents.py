"""When a consent counts, told a second time and naively: day by day over plain lists, as docs/conduct/consent.md says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Given:
    """A consent or assent."""

    kind: str
    by: str
    on: date
    version: str = "1"
    withdrawn_on: date | None = None
    scopes: tuple[str, ...] = ("registry",)
    asked: tuple[str, ...] | None = None
    in_error: bool = False


@dataclass(frozen=True)
class Document:
    """A document that is used at the participant's site, or elsewhere."""

    version: str
    kind: str
    valid_from: date
    reconsent_by: date | None = None
    here: bool = True
    in_error: bool = False


@dataclass(frozen=True)
class Leaving:
    """A withdrawal."""

    kind: str
    on: date
    in_error: bool = False


@dataclass(frozen=True)
class Case:
    """All that decides about one participant."""

    born: tuple[int, int] = (2014, 5)
    majority: int = 18
    assent_from_age: int | None = None
    given: tuple[Given, ...] = ()
    documents: tuple[Document, ...] = ()
    leaving: tuple[Leaving, ...] = field(default=())


def of_age(case: Case, day: date) -> bool:
    """Of age from the month after the one in which the birthday lies."""
    return (day.year, day.month) > (case.born[0] + case.majority, case.born[1])


def is_old(case: Case, given: Given, day: date) -> bool:
    """Whether agreement to a newer version was asked for by a day before."""
    documents = [one for one in case.documents if one.kind == given.kind and one.here and not one.in_error]
    own = sorted(one.valid_from for one in documents if one.version == given.version)
    since = own[0] if own else given.on
    newer = [one for one in documents if one.version != given.version and one.valid_from > since]
    return any(one.reconsent_by is not None and day > one.reconsent_by for one in newer)


def is_withdrawn(case: Case, given: Given, day: date) -> bool:
    ends = [given.withdrawn_on] if given.withdrawn_on else []
    ends += [one.on for one in case.leaving if not one.in_error and one.kind != "treatment" and one.on >= given.on]
    return any(day > end for end in ends)


def missing(case: Case, day: date) -> str | None:
    """What a visit on a day lacks."""
    left = [one for one in case.given if not one.in_error and one.on <= day]
    consents = [one for one in left if one.kind == "consent"]
    for reason, keeps in (
        ("no_consent", lambda one: True),
        ("consent_withdrawn", lambda one: not is_withdrawn(case, one, day)),
        ("majority_reached", lambda one: one.by == "participant" or not of_age(case, day)),
        ("reconsent_needed", lambda one: not is_old(case, one, day)),
    ):
        consents = [one for one in consents if keeps(one)]
        if not consents:
            return reason
    months = (day.year - case.born[0]) * 12 + day.month - case.born[1]
    if (
        case.assent_from_age is None
        or months < case.assent_from_age * 12
        or any(c.by == "participant" for c in consents)
    ):
        return None
    assents = [one for one in left if one.kind == "assent"]
    good = [one for one in assents if not is_withdrawn(case, one, day) and not is_old(case, one, day)]
    return None if good else "assent_missing"


def covers(case: Case, use: str, today: date) -> bool:
    """Whether a use is agreed to: by consent, and by the assent that is asked for besides somebody else's consent."""
    speaking = [one for one in case.given if not one.in_error and one.on <= today and not is_old(case, one, today)]
    consents = [
        one for one in speaking if one.kind == "consent" and (one.by == "participant" or not of_age(case, today))
    ]
    own = [one for one in consents if one.by == "participant" and leaves_in_use(case, one)]
    months = (today.year - case.born[0]) * 12 + today.month - case.born[1]
    asked = case.assent_from_age is not None and months >= case.assent_from_age * 12 and not own
    assents = [one for one in speaking if one.kind == "assent"]
    return newest_agrees(case, consents, use) and (not asked or newest_agrees(case, assents, use))


def leaves_in_use(case: Case, given: Given) -> bool:
    ended = any(one.kind == "data_use" and not one.in_error and one.on >= given.on for one in case.leaving)
    return given.withdrawn_on is None and not ended


def newest_agrees(case: Case, speaking: list[Given], use: str) -> bool:
    """Whether the newest that was asked about a use agrees to it."""
    told = [one for one in speaking if one.asked is None or use in one.asked]
    if not told:
        return False
    last = max(told, key=lambda one: (one.on, case.given.index(one)))
    return use in last.scopes and leaves_in_use(case, last)
