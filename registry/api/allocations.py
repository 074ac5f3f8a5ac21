"""Allocations: a participant is randomised, once, when all that must be there is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import derived, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import allocations, courses, protocol_versions, records, studies
from registry.db.transaction import Image
from registry.domain import stratification
from registry.domain.conditions import Fact, evaluate
from registry.domain.eligibility_measures import Facts
from registry.domain.stratification import Level
from registry.problems import (
    AlreadyRecorded,
    BrokenRule,
    CursorNotUnderstood,
    ListExhausted,
    NoRandomisationList,
    NoSuchRecord,
    NotReadyForAllocation,
    RulesBroken,
    SealDoesNotHold,
)
from registry.schemas.allocations import Allocation, AllocationFilters, AllocationRequest

namespace = Namespace("allocations")

OBSTACLES = {
    "not_randomised": "The protocol version in force at the site allocates nobody.",
    "not_enrolled": "The participant's status is not enrolled.",
    "not_eligible": "The newest assessment under the protocol version in force does not count as eligible.",
    "no_consent": "No consent is in force today.",
    "consent_withdrawn": "The consent was withdrawn.",
    "majority_reached": "The participant is of age, and no consent of its own is in force.",
    "reconsent_needed": "A newer consent document had to be agreed to.",
    "assent_missing": "No assent of the child is in force today.",
    "withdrawn": "The participant has withdrawn from treatment or from follow-up.",
    "no_baseline": "The baseline visit is not recorded as complete.",
    "takes_blinded_product": "A dose of a product of the study goes on, or ended today: end it the day before allocation.",
}


@namespace.route("/studies/<study>/allocations")
class Allocations(Resource):  # type: ignore[misc]
    """The allocations of a study."""

    @contract(
        may="allocation.read",
        gives=Allocation,
        many=True,
        asks=AllocationFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List who was allocated in a study, and when; not to what."""
        return page_of_records(call, "allocation", study_id=studies.id_of(call.tx, study))


@namespace.route("/allocations/<uuid:record_id>")
class OneAllocation(Resource):  # type: ignore[misc]
    """An allocation."""

    @contract(may="allocation.read", gives=Allocation, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read an allocation; not to what."""
        return records.read(call.tx, "allocation", record_id)


@namespace.route("/participants/<uuid:record_id>/allocation")
class AllocationOfParticipant(Resource):  # type: ignore[misc]
    """The allocation of a participant."""

    @contract(may="allocation.read", gives=Allocation, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read whether and when a participant was allocated; not to what."""
        return records.required(allocations.of_participant(call.tx, str(record_id)))

    @contract(
        may="allocation.record",
        takes=AllocationRequest,
        gives=Allocation,
        status=201,
        kind="allocation",
        problems=(
            NoSuchRecord,
            AlreadyRecorded,
            NotReadyForAllocation,
            NoRandomisationList,
            ListExhausted,
            SealDoesNotHold,
        ),
    )
    def post(self, call: Call, record_id: str) -> dict[str, Any]:
        """Allocate a participant by the randomisation of the protocol version in force."""
        return allocate(call, str(record_id))


past.publish(namespace, "/allocations", "allocation", Allocation)


def allocate(call: Call, participant_id: str) -> Image:
    """Give a participant the next slot of its stratum, and tell that it has one.

    Raises:
        NoSuchRecord: the participant is not among those that may be seen. AlreadyRecorded: it is allocated.
        NotReadyForAllocation: naming each thing that is missing. RulesBroken: a level is missing or is not as recorded.
    """
    allocations.hold(call.tx, participant_id)
    child = records.read(call.tx, "participant", participant_id)
    existing = allocations.of_participant(call.tx, participant_id)
    if existing is not None:
        raise AlreadyRecorded(existing=f"/v1/allocations/{existing['id']}")
    missing = [BrokenRule("", code, OBSTACLES[code]) for code in allocations.obstacles(call.tx, participant_id)]
    levels, broken = _levels(call, child)
    if missing:
        raise NotReadyForAllocation(*missing, *broken)
    if broken:
        raise RulesBroken(*broken)
    stratum = stratification.named((level.factor, level.level) for level in levels)
    return allocations.allocate(call.tx, participant_id, stratum, [level.as_json() for level in levels])


def _levels(call: Call, child: Image) -> tuple[Sequence[Level], list[BrokenRule]]:
    """Find the participant's levels by the protocol version in force; none where it allocates nobody."""
    protocol = protocol_versions.of_participant(call.tx, child["id"])
    if protocol is None or protocol.get("randomisation") is None:
        return [], []
    by_site = protocol["randomisation"].get("by_site")
    site = records.read(call.tx, "site", child["site_id"])["code"] if by_site else None
    factors = protocol["stratification"]
    facts = _facts(call, child) if stratification.asks_records(factors) else {}
    return stratification.levels_of(factors, call.body["levels"], lambda asked: evaluate(asked, facts), site)


def _facts(call: Call, child: Image) -> Mapping[str, Fact]:
    course = derived.course_of(courses.of_participant(call.tx, child["id"]))
    return Facts(course, allocations.today_at(call.tx, child["site_id"]))
