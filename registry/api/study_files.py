"""Apply a study's file: make the study, the next version of its protocol where it differs, and put it in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.api import amendments, protocol_activations, protocol_versions
from registry.db import protocol_activations as activations
from registry.db import protocol_versions as versions
from registry.db import records, studies
from registry.db.transaction import Image, Transaction, as_json, from_json
from registry.domain import differences, protocol_differences
from registry.domain.differences import Difference
from registry.problems import BrokenRule, NoSuchRecord, RulesBroken

NUMBER_USED = BrokenRule(
    "/protocol/number", "number_used", "The study has another version with this number; give the amendment a new one."
)


@dataclass(slots=True)
class Applied:
    """What applying a file did: the study, the version in force, and a sentence for each step."""

    study_id: str
    version: Image
    did: list[str] = field(default_factory=list)


def apply(
    tx: Transaction, file: Mapping[str, Any], *, effective_from: date | None = None, site_id: str | None = None
) -> Applied:
    """Make the study if it is not there, its next version if the file differs from the newest, and put that in force.

    What is not said of a study that is there stays as it is. Without a day the version is in force from today on.

    Raises:
        RulesBroken: the number is that of another version, or a document names a site that is not there.
    """
    study_id, did = _study(tx, file)
    versions.hold(tx, study_id)
    version, defined = _version(tx, study_id, file["protocol"])
    return Applied(study_id, version, [*did, defined, _in_force(tx, study_id, version, effective_from, site_id)])


def _study(tx: Transaction, file: Mapping[str, Any]) -> tuple[str, list[str]]:
    header, number = file["study"], file["protocol"]["number"]
    try:
        study_id = studies.id_of(tx, header["code"])
    except NoSuchRecord:
        body = {"registrations": [], "rule_constants": {}, **header, "protocol_version": number}
        return str(records.record(tx, "study", body)["id"]), [f"The study {header['code']} is defined."]
    current = records.read(tx, "study", study_id)
    if amendments.unchanged(header, current):
        return study_id, []
    changed = _fields(_header_changes(from_json(as_json(header)), current))
    records.amend(tx, "study", study_id, current["version"], header)
    return study_id, [f"The study {header['code']} is amended: {changed}."]


def _version(tx: Transaction, study_id: str, protocol: Mapping[str, Any]) -> tuple[Image, str]:
    newest = versions.newest(tx, study_id)
    if newest and protocol_versions.says_nothing_new(protocol, newest):
        return newest, f"Version {newest['number']} says the same already."
    if _known(tx, study_id, protocol["number"]):
        raise RulesBroken(NUMBER_USED)
    try:
        defined = protocol_versions.define(tx, study_id, protocol)
    except RulesBroken as refused:
        raise RulesBroken(
            *(BrokenRule(f"/protocol{one.pointer}", one.code, one.detail) for one in refused.errors)
        ) from None
    said = f"Version {defined['number']} is defined"
    if newest is None:
        return defined, f"{said}."
    changes = _protocol_changes(from_json(as_json(protocol)), newest)
    return (
        defined,
        f"{said}. It differs from version {newest['number']} in: {_fields(changes)}.",
    )


def _known(tx: Transaction, study_id: str, number: str) -> bool:
    try:
        versions.numbered(tx, study_id, number)
    except NoSuchRecord:
        return False
    return True


def _in_force(tx: Transaction, study_id: str, version: Image, day: date | None, site_id: str | None) -> str:
    standing = activations.standing(tx, version["id"], site_id)
    where = "at this site" if site_id else "at every site"
    if standing:
        return f"It is in force {where} from {standing['effective_from']} on, as before."
    day = day or activations.earliest_today(tx, site_id)
    body = {"protocol_version_id": version["id"], "site_id": site_id, "effective_from": day, "entered_in_error": False}
    protocol_activations.activate(tx, study_id, body)
    return f"It is in force {where} from {day.isoformat()} on."


def compared(tx: Transaction, file: Mapping[str, Any]) -> Iterator[Difference]:
    """Tell field by field in what a file differs from the study and the newest version of its protocol."""
    sent = from_json(as_json(file))
    study, newest = _newest(tx, file["study"]["code"])
    found = {"/study": _header_changes(sent["study"], study), "/protocol": _protocol_changes(sent["protocol"], newest)}
    for place, changes in found.items():
        yield from (Difference(place + change.pointer, change.old, change.new) for change in changes)


def _header_changes(header: Mapping[str, Any], study: Image) -> list[Difference]:
    header = amendments.without_nulls(header)
    return differences.between({name: value for name, value in study.items() if name in header}, header)


def _protocol_changes(protocol: Mapping[str, Any], newest: Image | None) -> list[Difference]:
    return protocol_differences.between(newest, amendments.without_nulls(protocol))


def _fields(changes: Iterable[Difference]) -> str:
    """Name the fields in which anything differs, once each."""
    return ", ".join(dict.fromkeys(change.pointer.split("/")[1] for change in changes))


def _newest(tx: Transaction, code: str) -> tuple[Image, Image | None]:
    try:
        study_id = studies.id_of(tx, code)
    except NoSuchRecord:
        return {}, None
    return records.read(tx, "study", study_id), versions.newest(tx, study_id)
