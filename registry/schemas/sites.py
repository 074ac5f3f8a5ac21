"""A site that treats participants."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import available_timezones

from registry.domain.consents import AGE_OF_MAJORITY
from registry.domain.deidentification import Action
from registry.schemas.base import Kept
from registry.schemas.fields import Text, Whole, about
from registry.schemas.sentences import broken
from registry.schemas.studies import CODE_FORM, CODE_SAYS


@cache
def countries() -> frozenset[str]:
    """Give the ISO 3166-1 alpha-2 codes, as the time zone database lists them."""
    table = (resources.files("tzdata.zoneinfo") / "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in table.splitlines() if line and not line.startswith("#"))


def is_country(code: Any) -> None:
    """Refuse what is not an ISO 3166-1 country."""
    if code not in countries():
        raise broken("not_a_country", "The value must be an ISO 3166-1 alpha-2 country code.")


def is_time_zone(name: Any) -> None:
    """Refuse what is not a time zone of the IANA database."""
    if name not in available_timezones():
        raise broken("not_a_time_zone", "The value must be an IANA time zone such as Europe/Berlin.")


class AgeOfMajority(Whole):
    """The age from which nobody else consents for a participant."""

    def present(self, value: Any) -> Any:
        """Give the age; that of a site which was recorded before there was one to say."""
        return AGE_OF_MAJORITY if value is None else value


class Site(Kept):
    """A site: its code, country and time zone; the time zone says what day it is there."""

    code = Text(
        20, pattern=CODE_FORM, says=CODE_SAYS, required=True, metadata=about("Code", sdtm="DM.SITEID", example="BER")
    )
    country = Text(
        2,
        pattern="[A-Z]{2}",
        also=is_country,
        required=True,
        metadata=about("Country", sdtm="DM.COUNTRY", example="DE", deidentify=Action.CODE, quasi=True),
    )
    time_zone = Text(64, also=is_time_zone, required=True, metadata=about("Time zone", example="Europe/Berlin"))
    age_of_majority = AgeOfMajority(
        14,
        25,
        empty=AGE_OF_MAJORITY,
        metadata=about(
            f"Age of majority by the law of the place, {AGE_OF_MAJORITY} unless told; a parent's consent counts through "
            "the last day of the month in which it is reached",
            unit="a",
            example=18,
        ),
    )
