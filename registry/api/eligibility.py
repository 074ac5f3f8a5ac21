"""Assess eligibility: criteria from the version in force, facts from the course, attestations and overrides from the site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.api import derived
from registry.api.contract import Call
from registry.db import courses, eligibility_assessments, protocol_deviations, records
from registry.db.transaction import Image
from registry.domain import eligibility
from registry.domain.eligibility import Finding
from registry.domain.eligibility_measures import Facts
from registry.permissions import Role
from registry.problems import BrokenRule, NotPermitted, RulesBroken
from registry.schemas.eligibility_assessments import told_finding

IN_THE_FUTURE = BrokenRule("/assessed_on", "in_the_future", "The date must not be after today at the site.")
NO_CRITERIA = BrokenRule(
    "/assessed_on",
    "no_criteria",
    "No protocol version with criteria of eligibility is in force at the site on that day.",
)
BY_AN_INVESTIGATOR = BrokenRule(
    "/overrides", "by_an_investigator", "Only an investigator of the site overrides a criterion."
)
UNKNOWN = "The protocol version in force has no criterion of this code."
TWICE = "The criterion is named twice."
CONTRADICTED = "What is recorded says otherwise: correct the records, or leave the attestation out."
NOTHING_TO_OVERRIDE = "The participant passes this criterion; there is nothing to override."


def assessed(call: Call, participant_id: str) -> Image:
    """Keep an assessment of a participant, and a protocol deviation for each new override, in the same transaction.

    An override is new unless an earlier assessment under the same protocol version has one of the same criterion.

    Raises:
        RulesBroken: an attestation or an override does not fit the criteria or what is recorded, or there are no criteria.
        NotPermitted: an override by somebody who is no investigator of the site.
    """
    place = eligibility_assessments.place(call.tx, participant_id, call.body["assessed_on"])
    criteria = (place["version"] or {}).get("eligibility") or []
    _check(call, place, criteria)
    findings = _findings(call, participant_id, criteria)
    kept = {
        **call.body,
        "participant_id": participant_id,
        "results": [told_finding(finding) for finding in findings],
        "outcome": eligibility.outcome_of(findings),
        "counts_as_eligible": eligibility.counts_as_eligible(findings),
    }
    image = records.record_of_participant(call.tx, "eligibility_assessment", kept)
    known = protocol_deviations.overridden_before(call.tx, image["id"]) if call.body["overrides"] else set()
    protocol_deviations.note(call.tx, list(_deviations(call, participant_id, known)))
    return image


def _check(call: Call, place: Mapping[str, Any], criteria: Sequence[Mapping[str, Any]]) -> None:
    if call.body["assessed_on"] > place["today"]:
        raise RulesBroken(IN_THE_FUTURE)
    if not criteria:
        raise RulesBroken(NO_CRITERIA)
    if call.body["overrides"] and not _is_investigator(call, place["site_id"]):
        raise NotPermitted(BY_AN_INVESTIGATOR)
    known = {criterion["code"] for criterion in criteria}
    broken = [wrong for part in ("attestations", "overrides") for wrong in _misnamed(part, call.body[part], known)]
    if broken:
        raise RulesBroken(*broken)


def _is_investigator(call: Call, site_id: str) -> bool:
    return any(role == Role.INVESTIGATOR and site in (None, site_id) for role, site in call.actor.grants)


def _misnamed(part: str, named: Sequence[Mapping[str, Any]], known: set[str]) -> Iterator[BrokenRule]:
    times = Counter(one["criterion"] for one in named)
    for index, one in enumerate(named):
        pointer = f"/{part}/{index}/criterion"
        if one["criterion"] not in known:
            yield BrokenRule(pointer, "no_such_criterion", UNKNOWN)
        elif times[one["criterion"]] > 1:
            yield BrokenRule(pointer, "repeated", TWICE)


def _findings(call: Call, participant_id: str, criteria: Sequence[Mapping[str, Any]]) -> list[Finding]:
    course = derived.course_of(courses.of_participant(call.tx, participant_id))
    facts = Facts(course, call.body["assessed_on"])
    attested = {one["criterion"]: (index, one["met"]) for index, one in enumerate(call.body["attestations"])}
    overridden = {one["criterion"]: (index, one["reason"]) for index, one in enumerate(call.body["overrides"])}
    findings, broken = [], []
    for criterion in criteria:
        place, met = attested.get(criterion["code"], (0, None))
        index, reason = overridden.get(criterion["code"], (0, None))
        finding, contradicted = eligibility.find(criterion, facts, met, reason)
        if contradicted:
            broken.append(BrokenRule(f"/attestations/{place}/met", "contradicts_records", CONTRADICTED))
        if reason is not None and finding.passes:
            broken.append(BrokenRule(f"/overrides/{index}/criterion", "nothing_to_override", NOTHING_TO_OVERRIDE))
        findings.append(finding)
    if broken:
        raise RulesBroken(*broken)
    return findings


def _deviations(call: Call, participant_id: str, known: set[str]) -> Iterator[dict[str, Any]]:
    for override in call.body["overrides"]:
        if override["criterion"] in known:
            continue
        yield {
            "participant_id": participant_id,
            "category": "eligibility_override",
            "occurred_on": call.body["assessed_on"],
            "description": f"{override['criterion']}: {override['reason']}",
        }
