"""Signing passwords: set and replaced by their owner, judged at each signing, removed by an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask_restx import Namespace, Resource
from werkzeug.security import check_password_hash, generate_password_hash

from registry.api import observation
from registry.api.contract import Call, contract
from registry.db import events, records, signing_passwords
from registry.db.transaction import Image
from registry.domain.signing import PAUSE, REFUSALS_IN_A_ROW, is_name, normal, weakness
from registry.problems import (
    BrokenRule,
    NoSuchRecord,
    RulesBroken,
    SigningPasswordMissing,
    SigningPaused,
    SigningRefused,
    VersionStale,
)
from registry.schemas.signing_passwords import SigningPassword, SigningPasswordChange

namespace = Namespace("signing_passwords")
REFUSED = "A refused attempt at signing"
FITTING = "The signing password was given after refused attempts"
REPLACED = BrokenRule("/current", "required", "A signing password is set: give it as `current` to replace it.")
SET = "The owner set the signing password"


@namespace.route("/me/signing-password")
class OwnSigningPassword(Resource):  # type: ignore[misc]
    """One's own signing password."""

    @contract(may="signing_password.set", gives=SigningPassword, problems=(NoSuchRecord,))
    def get(self, call: Call) -> Image:
        """Read how your signing password stands."""
        return signing_passwords.of_account(call.tx, call.actor.account_id)

    @contract(
        may="signing_password.set",
        takes=SigningPasswordChange,
        gives=SigningPassword,
        problems=(SigningRefused, SigningPaused),
    )
    def put(self, call: Call) -> Image:
        """Set your signing password; one that is set is replaced by giving it as `current`."""
        refuse_weak(call.body["password"], call.actor.name)
        current = signing_passwords.held(call.tx, call.actor.account_id)
        if current and current["scrypt"]:
            if call.body["current"] is None:
                raise RulesBroken(REPLACED)
            judge(call, current, call.body["current"], call.actor.name)
            current = signing_passwords.held(call.tx, call.actor.account_id)
        values = {"scrypt": generate_password_hash(normal(call.body["password"])), "refusals": 0, "paused_until": None}
        return keep(call, current, values, SET)


@namespace.route("/accounts/<uuid:account_id>/signing-password")
class SigningPasswordOfAccount(Resource):  # type: ignore[misc]
    """The signing password of an account."""

    @contract(may="account.manage", gives=SigningPassword, problems=(NoSuchRecord,))
    def get(self, call: Call, account_id: str) -> Image:
        """Read how the signing password of an account stands."""
        return signing_passwords.of_account(call.tx, account_id)


@namespace.route("/accounts/<uuid:account_id>/signing-password/removal")
class SigningPasswordRemoval(Resource):  # type: ignore[misc]
    """The removal of a signing password that was lost."""

    @contract(may="account.manage", gives=SigningPassword, amends=True, problems=(NoSuchRecord,))
    def put(self, call: Call, account_id: str) -> Image:
        """Remove the signing password of an account, whose owner then sets another."""
        current = signing_passwords.of_account(call.tx, account_id)
        if current["version"] != call.version:
            raise VersionStale
        values = {"scrypt": None, "refusals": 0, "paused_until": None}
        return records.amend(call.tx, "signing_password", current["id"], call.version, values)


def authenticate(call: Call) -> None:
    """Have the signer identify and authenticate anew, before anything else is done.

    Raises:
        SigningPasswordMissing: the account has none. SigningRefused, SigningPaused: as `judge` says.
    """
    current = signing_passwords.held(call.tx, call.actor.account_id)
    if current is None or current["scrypt"] is None:
        raise SigningPasswordMissing
    judge(call, current, call.body["password"], call.body["signer"])


def judge(call: Call, current: Mapping[str, Any], password: str, name: str) -> None:
    """Compare what was given with what is kept; a refused attempt is counted, and stays counted.

    Raises:
        SigningRefused: name or password are not the account's. SigningPaused: too many attempts were refused.
    """
    wait = current["seconds_to_wait"] or 0
    if wait > 0:
        note_and_refuse(call, SigningPaused(headers={"Retry-After": str(wait)}))
    fits = check_password_hash(current["scrypt"], normal(password))
    if not (is_name(name, call.actor.name) and fits):
        refusals = current["refusals"] + 1
        paused = datetime.now(UTC) + PAUSE if refusals % REFUSALS_IN_A_ROW == 0 else None
        keep(call, current, {"refusals": min(refusals, 32000), "paused_until": paused}, REFUSED)
        note_and_refuse(call, SigningRefused(), paused=paused is not None)
    if current["refusals"]:
        keep(call, current, {"refusals": 0, "paused_until": None}, FITTING)


def note_and_refuse(call: Call, problem: SigningRefused | SigningPaused, *, paused: bool = False) -> None:
    """Keep the refusal as an event of the audit, alarm where it paused signing, then refuse."""
    events.note(call.tx, "refuse", "signing", {"problem": problem.slug()})
    call.tx.commit()
    if paused:
        observation.tell_of_paused_signing(call.actor.account_id)
    raise problem


def keep(call: Call, current: Mapping[str, Any] | None, values: Mapping[str, Any], reason: str) -> Image:
    """Keep a version of the caller's signing password, for a reason that the registry gives."""
    call.tx.attribute(replace(call.attribution, reason=reason))
    image = signing_passwords.keep(call.tx, call.actor.account_id, current, values)
    call.tx.attribute(call.attribution)
    return image


def refuse_weak(password: str, name: str) -> None:
    """Refuse a password that is too easily guessed; raises RulesBroken."""
    why = weakness(password, name)
    if why:
        raise RulesBroken(BrokenRule("/password", "weak_password", why))
