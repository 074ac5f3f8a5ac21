"""Randomisation lists: made and sealed by the unblinded statistician, verified by anyone who watches, shown to the unblinded."""

from __future__ import annotations

import secrets
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import protocol_versions, randomisation_lists, records, studies
from registry.db.transaction import Image
from registry.domain import randomisation_lists as rules
from registry.domain.randomisation_lists import RANDOMISATION_LIST, Slot
from registry.problems import (
    AlreadyRecorded,
    BrokenRule,
    CursorNotUnderstood,
    NoSuchRecord,
    RulesBroken,
    TransitionNotAllowed,
)
from registry.schemas.queries import Page
from registry.schemas.randomisation_lists import (
    RandomisationList,
    RandomisationListRequest,
    RandomisationListStatus,
    RandomisationScheme,
    RandomisationSlot,
    SealVerification,
    SlotFilters,
)

namespace = Namespace("randomisation_lists")

NO_VERSION = BrokenRule(
    "/protocol_version_id", "no_such_protocol_version", "There is no such protocol version of this study."
)
NOT_RANDOMISED = BrokenRule("/protocol_version_id", "not_randomised", "This protocol version allocates nobody.")
SITES_NEEDED = BrokenRule("/sites", "sites_needed", "The site is a factor: name the sites that get strata.")
NO_SITES = BrokenRule("/sites", "sites_not_needed", "The site is no factor of this list; leave the sites out.")
NO_SUCH_SITE = BrokenRule("/sites", "no_such_site", "A site with one of these codes does not exist.")
TOO_MANY = BrokenRule(
    "/slots_per_stratum",
    "too_many",
    f"A list has at most {rules.LARGEST_LIST} slots; ask for fewer, or make a list for each few sites.",
)
OUT_OF_RATIO = BrokenRule(
    "/rows",
    "out_of_ratio",
    "The arms of a stratum do not stand in the ratio of the protocol; say with ratio_confirmed that this is meant.",
)


@namespace.route("/studies/<study>/randomisation-lists")
class RandomisationLists(Resource):  # type: ignore[misc]
    """The randomisation lists of a study."""

    @contract(
        may="randomisation_list.read",
        gives=RandomisationList,
        many=True,
        asks=Page,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the randomisation lists of a study, without their slots."""
        return page_of_records(call, "randomisation_list", study_id=studies.id_of(call.tx, study))

    @contract(
        may="randomisation_list.make",
        takes=RandomisationListRequest,
        gives=RandomisationList,
        status=201,
        kind="randomisation_list",
        problems=(NoSuchRecord, AlreadyRecorded),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Make a randomisation list from a seed, which is not kept, or from rows; and seal it."""
        return sealed(call, studies.id_of(call.tx, study))


@namespace.route("/studies/<study>/randomisation-lists/verification")
class Verification(Resource):  # type: ignore[misc]
    """Whether the lists of a study are as they were sealed."""

    @contract(may="randomisation_list.verify", gives=SealVerification, many=True, problems=(NoSuchRecord,))
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """Verify the seals of a study's randomisation lists, and the order in which they were used."""
        return randomisation_lists.verified(call.tx, studies.id_of(call.tx, study))


@namespace.route("/randomisation-lists/<uuid:record_id>")
class OneRandomisationList(Resource):  # type: ignore[misc]
    """A randomisation list."""

    @contract(may="randomisation_list.read", gives=RandomisationList, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a randomisation list, without its slots."""
        return records.read(call.tx, "randomisation_list", record_id)

    @contract(
        may="randomisation_list.make",
        takes=RandomisationListStatus,
        gives=RandomisationList,
        amends=True,
        problems=(NoSuchRecord, TransitionNotAllowed),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Retire a randomisation list: nobody is allocated from it any more."""
        current = records.read(call.tx, "randomisation_list", record_id)
        amendments.check(call, current)
        RANDOMISATION_LIST.reach(current["status"], call.body["status"])
        return records.amend(call.tx, "randomisation_list", record_id, call.version, {"status": call.body["status"]})


@namespace.route("/randomisation-lists/<uuid:record_id>/slots")
class Slots(Resource):  # type: ignore[misc]
    """The slots of a randomisation list."""

    @contract(
        may="randomisation_slot.read",
        gives=RandomisationSlot,
        many=True,
        asks=SlotFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, record_id: str) -> list[dict[str, Any]]:
        """List the slots of a randomisation list with their treatment; that they were read is an event of the audit."""
        list_id = records.read(call.tx, "randomisation_list", str(record_id))["id"]
        return page_of_records(call, "randomisation_slot", list_id=list_id)


@namespace.route("/randomisation-lists/<uuid:record_id>/scheme")
class Scheme(Resource):  # type: ignore[misc]
    """How chance is used in a randomisation list."""

    @contract(may="randomisation_slot.read", gives=RandomisationScheme, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read the sizes of the blocks, or the probability, of a randomisation list; that they were read is an event."""
        return records.required(randomisation_lists.scheme(call.tx, str(record_id)))


past.publish(namespace, "/randomisation-lists", "randomisation_list", RandomisationList)


def sealed(call: Call, study_id: str) -> Image:
    """Make and keep a list with its slots under a seal.

    Raises:
        RulesBroken: the version is not of this study or allocates nobody, or sites, size or rows do not fit it.
    """
    protocol = _protocol(call, study_id)
    slots = rules.in_order(_slots(call, protocol))
    list_id = randomisation_lists.new_id(call.tx)
    method = protocol["randomisation"]["method"]
    values = {
        "id": list_id,
        "study_id": study_id,
        "protocol_version_id": protocol["id"],
        "method": method,
        "origin": "uploaded" if call.body.get("rows") else "generated",
        "strata": rules.counts(slots),
        "slots": len(slots),
        "seal": rules.seal(study_id, list_id, slots),
        "status": RANDOMISATION_LIST.first,
    }
    imbalance = (call.body["imbalance"] or "range") if method == "minimisation" else None
    scheme = {"block_sizes": call.body["block_sizes"], "probability": call.body["probability"], "imbalance": imbalance}
    return randomisation_lists.keep(call.tx, values, scheme, [slot.as_json() for slot in slots])


def _protocol(call: Call, study_id: str) -> Image:
    try:
        version = protocol_versions.read(call.tx, call.body["protocol_version_id"])
    except NoSuchRecord:
        raise RulesBroken(NO_VERSION) from None
    if version["study_id"] != study_id:
        raise RulesBroken(NO_VERSION)
    if version.get("randomisation") is None:
        raise RulesBroken(NOT_RANDOMISED)
    return version


def _slots(call: Call, protocol: Image) -> list[Slot]:
    body, minimised = call.body, protocol["randomisation"]["method"] == "minimisation"
    sites = body["sites"]
    broken = list(rules.broken_scheme(protocol, body))
    by_site = protocol["randomisation"].get("by_site") and not minimised
    if bool(by_site) is not bool(sites):
        broken.append(SITES_NEEDED if by_site else NO_SITES)
    if randomisation_lists.unknown_sites(call.tx, sites):
        broken.append(NO_SUCH_SITE)
    if body["rows"] and not broken:
        broken += rules.broken_rows(protocol, rules.strata_of(protocol, sites), body["rows"])
        broken += [OUT_OF_RATIO] if rules.out_of_ratio(protocol, body["rows"]) and not body["ratio_confirmed"] else []
    if body["slots_per_stratum"] and rules.too_many(protocol, sites, body["slots_per_stratum"], body["block_sizes"]):
        broken.append(TOO_MANY)
    if broken:
        raise RulesBroken(*broken)
    if body["rows"]:
        salt = body["salt"] or secrets.token_hex(16)
        return [Slot(row["stratum"], row["position"], row["arm"], row.get("kit"), salt) for row in body["rows"]]
    return rules.generated(protocol, sites, body["seed"], body["slots_per_stratum"], body["block_sizes"])
