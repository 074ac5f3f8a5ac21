"""The password that is given at each signing, beside the token: set by its owner only, removed by an administrator."""

from __future__ import annotations

from registry.domain.signing import LONGEST_PASSWORD
from registry.schemas.base import Kept, Record
from registry.schemas.fields import Id, Moment, Text, Whole, YesNo, about

UNSEEN = "neither kept as it is nor logged"


class SigningPasswordChange(Record):
    """Set your signing password, or replace it by giving the current one."""

    password = Text(
        LONGEST_PASSWORD,
        required=True,
        load_only=True,
        metadata=about(f"New signing password, 12 characters or more; {UNSEEN}", free_text=True),
    )
    current = Text(
        LONGEST_PASSWORD,
        load_only=True,
        metadata=about(f"Current signing password, where one is set; {UNSEEN}", free_text=True),
    )


class SigningPassword(Kept):
    """How an account's signing password stands; the password itself is never shown."""

    account_id = Id(dump_only=True, metadata=about("Account"))
    is_set = YesNo(dump_only=True, allow_none=True, metadata=about("Whether the account has one"))
    refusals = Whole(0, 32000, dump_only=True, metadata=about("Attempts that were refused one after another"))
    paused_until = Moment(dump_only=True, allow_none=True, metadata=about("Until when attempts are refused unheard"))
