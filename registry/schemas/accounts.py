"""Accounts with their grants, the tokens they hold, and what a problem, an event and a health answer look like."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.permissions import Role
from registry.schemas.base import Kept, Record
from registry.schemas.fields import Choice, Id, ListOf, Moment, Part, Text, YesNo, about
from registry.schemas.sentences import broken

ROLES = {role.value: role.value.replace("_", " ").capitalize() for role in Role}


class Grant(Record):
    """A role at one site, or at every site where `site_id` is null."""

    id = Id(dump_only=True, metadata=about("Identifier of the grant"))
    role = Choice(ROLES, required=True, metadata=about("Role", example="coordinator"))
    site_id = Id(metadata=about("Site; null for every site"))

    @validates_schema(skip_on_field_errors=True)
    def lists_belong_to_no_site(self, grant: dict[str, Any], **_: Any) -> None:
        """The unblinded statistician works on lists, which belong to a study and not to a site."""
        if grant["role"] == Role.UNBLINDED_STATISTICIAN and grant.get("site_id"):
            raise broken("without_site", "This role is granted without a site.", "site_id")


class Account(Kept):
    """A person or a system that acts here; never deleted, never given to somebody else."""

    name = Text(
        120,
        required=True,
        metadata=about("Name of the person or the system", free_text=True, example="Coordinator, Berlin"),
    )
    organisation = Text(120, required=True, metadata=about("Organisation", free_text=True, example="Berlin site"))
    subject = Text(400, metadata=about("Issuer, a blank and the subject at the identity provider", free_text=True))
    active = YesNo(empty=True, metadata=about("Whether the account may act"))
    grants = ListOf(Part(Grant, required=True), 50, metadata=about("Roles the account holds"))


class Token(Kept):
    """An access token; its secret is shown once, in the answer that made it."""

    account_id = Id(required=True, metadata=about("Account that the token acts for"))
    label = Text(120, required=True, metadata=about("What the token is for", free_text=True, example="Upload script"))
    expires_at = Moment(required=True, metadata=about("When it stops working", example="2027-01-01T00:00:00Z"))
    revoked_at = Moment(dump_only=True, allow_none=True, metadata=about("When it was revoked"))
    token = Text(100, dump_only=True, allow_none=True, metadata=about("The secret, in this answer only"))
