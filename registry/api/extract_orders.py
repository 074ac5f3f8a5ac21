"""An extract is ordered: what may be asked for by whom, of which moment, and what is kept of it; for requests and commands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from registry.api.identity import EVERY_SITE
from registry.db import data_cuts, extracts, records, studies
from registry.db.transaction import Attribution, Transaction
from registry.domain import releases
from registry.domain.consents import PARTNERS_USE
from registry.domain.deidentification import PROFILES, Profile
from registry.domain.extract_orders import FORMATS
from registry.domain.extract_states import EXTRACT, UNFINISHED, WRITTEN
from registry.domain.recipients import as_kept, same_name
from registry.permissions import PROFILES_OF, Role
from registry.problems import (
    BrokenRule,
    MomentInTheFuture,
    NoSuchRecord,
    ProfileNotAllowed,
    RecipientNotYours,
    RulesBroken,
)

NO_CUT = BrokenRule("/cut", "no_such_cut", "The study has no data cut with this code.")
NO_STUDY = BrokenRule("/study", "no_such_study", "There is no study with this code.")
FUTURE = BrokenRule("/as_of", "in_the_future", "The moment must be past.")
BEFORE = "before_the_study", "The registry did not know the study at this moment."
KindsOf = Callable[[Profile, bool], Sequence[str]]
RELEASED = tuple(profile.name for profile in PROFILES.values() if profile.released)


def profiles_of(by: Attribution, sites: Collection[str] | None = None) -> tuple[str, ...]:
    """Give the profiles that somebody gets at every one of these sites, or at every site covered, the usual one first."""
    covered = by.site_roles.values() or [by.role]
    at_each = [set(_roles(roles)) for roles in (covered if sites is None else map(by.role_at, sites))]
    granted = [{name for role in roles for name in PROFILES_OF.get(role, ())} for roles in at_each]
    held = set().union(*at_each)
    ordered = dict.fromkeys(name for role, names in PROFILES_OF.items() if role in held for name in names)
    return tuple(name for name in ordered if all(name in names for names in granted))


def order(
    tx: Transaction,
    by: Attribution,
    asked: Mapping[str, Any],
    *,
    allowed: Sequence[str],
    kinds_of: KindsOf,
    keys: Collection[int],
) -> dict[str, Any]:
    """Give the record of what was asked for, checked, with its moment; who orders it and its state are not in it.

    `allowed` are the profiles that may be asked for, the usual one first; `kinds_of` gives the record kinds of a profile, for
    who knows the treatment or not; `keys` are the versions of the keys of pseudonyms.

    Raises:
        RulesBroken: no such study or cut, a moment before the study, or a kind that is not given. MomentInTheFuture.
        ProfileNotAllowed. RecipientNotYours. ReleaseTooClose: another release is too near in time. ReleasedOtherwise: the
            recipient has the study in another way.
    """
    study_id = _study(tx, asked["study"])
    profile, recipient = _profile(asked["profile"], allowed), _recipient(by, asked["recipient"])
    made: dict[str, Any] = {
        "study_id": study_id,
        "purpose": asked["purpose"],
        "cut": asked["cut"],
        "profile": profile.name,
        "profile_version": profile.version,
        "recipient": recipient,
        "uses": _uses(by, asked["uses"], profile, recipient),
        "formats": [name for name in FORMATS if name in asked["formats"]],
        "kinds": _kinds(asked["kinds"], kinds_of(profile, by.unblinded == "yes")),
        "sites": None if by.sites == EVERY_SITE else sorted(by.sites.split(",")),
        "role": by.role,
        "unblinded": by.unblinded == "yes",
    }
    made |= {"cut_at": _moment(tx, made, _named(tx, study_id, asked), profile)}
    equal = extracts.equal_to(tx, made, (*UNFINISHED, *WRITTEN))
    return made | {"key_version": equal[0]["key_version"] if equal else max(keys)}


def queued(tx: Transaction, order: Mapping[str, Any]) -> dict[str, Any]:
    """Keep an order and put it before the worker; give its record."""
    kept = extracts.record(tx, {**order, "state": EXTRACT.first})
    extracts.call_writer(tx, kept["id"])
    return kept


def _roles(joined: str) -> list[Role]:
    return [Role(role) for role in joined.split(",") if role]


def _study(tx: Transaction, code: str) -> str:
    try:
        return studies.id_of(tx, code)
    except NoSuchRecord:
        raise RulesBroken(NO_STUDY) from None


def _profile(asked: str | None, allowed: Sequence[str]) -> Profile:
    name = asked or next(iter(allowed), None)
    if name is None or name not in allowed:
        raise ProfileNotAllowed(allowed=list(allowed))
    return PROFILES[name]


def _recipient(by: Attribution, asked: str | None) -> str:
    named = as_kept(asked or by.organisation)
    if Role.PARTNER in _roles(by.role) and _is_another(by, named):
        raise RecipientNotYours
    return named


def _is_another(by: Attribution, recipient: str) -> bool:
    """Tell whether a recipient is another organisation than the one of whoever orders."""
    return same_name(recipient) != same_name(as_kept(by.organisation))


def _kinds(asked: Collection[str], given: Sequence[str]) -> list[str]:
    """Give the kinds in the order in which they are written; every one that is given where none is asked for."""
    others = [place for place, kind in enumerate(asked) if kind not in given]
    if others:
        says = f"By this profile and role these are given: {', '.join(given)}."
        raise RulesBroken(*(BrokenRule(f"/kinds/{place}", "kind_not_given", says) for place in others))
    return [kind for kind in given if not asked or kind in asked]


def _uses(by: Attribution, asked: Sequence[str], profile: Profile, recipient: str) -> list[str]:
    """Give the uses that consent must cover: those asked for, and sharing with partners where it goes to one.

    A partner is whoever asks as one, and every other organisation to which a profile lets it leave.
    """
    shared = Role.PARTNER in _roles(by.role) or (profile.released and _is_another(by, recipient))
    return sorted({*asked, *([PARTNERS_USE] if shared else [])})


def _moment(tx: Transaction, made: Mapping[str, Any], named: datetime | None, profile: Profile) -> datetime:
    """Give the moment whose records the extract holds, when the past up to it is settled.

    That is waited for before other releases are made to wait for this one.
    """
    now = records.settle(tx)
    if named is not None and named > now:
        raise MomentInTheFuture(FUTURE)
    if not profile.released:
        return named or now
    released = extracts.releases_of(tx, made["study_id"], RELEASED)
    releases.in_one_way(releases.way_of(made), (one.way for one in released))
    moments = [one.moment for one in released]
    return releases.named_moment(named, moments) if named else releases.usual_moment(now, moments)


def _named(tx: Transaction, study_id: str, asked: Mapping[str, Any]) -> datetime | None:
    """Give the moment that a cut or the order itself names, if one does."""
    named: datetime | None = asked["as_of"]
    if asked["cut"] is not None:
        named = data_cuts.moment_of(tx, study_id, asked["cut"])
        if named is None:
            raise RulesBroken(NO_CUT)
    if named is not None and named < studies.recorded_at(tx, study_id):
        raise RulesBroken(BrokenRule("/cut" if asked["cut"] else "/as_of", *BEFORE))
    return named
