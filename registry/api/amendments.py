"""Replace a record as a whole: under the version it was made from, and only if something changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from registry.api.contract import Call
from registry.db import records
from registry.db.transaction import Image, as_json, from_json
from registry.domain import differences
from registry.problems import BrokenRule, RulesBroken, VersionStale

FIXED = {
    "participant_id": BrokenRule("/participant_id", "fixed", "A record stays with its participant."),
    "site_id": BrokenRule("/site_id", "fixed", "A participant stays at the site."),
}


def amend(call: Call, table: str, record_id: str) -> Image:
    """Replace a one-table record by what was sent.

    Raises:
        NoSuchRecord: it is not among those that may be seen. VersionStale: it has another version.
        RulesBroken: it would move to another participant or site.
    """
    current = records.read(call.tx, table, record_id)
    check(call, current)
    if unchanged(call.body, current):
        return current
    return records.amend(call.tx, table, record_id, call.version, call.body)


def check(call: Call, current: Mapping[str, Any]) -> None:
    """Refuse a change that was made from another version, or that would move the record."""
    if current["version"] != call.version:
        raise VersionStale
    moved = [rule for name, rule in FIXED.items() if name in call.body and call.body[name] != current.get(name)]
    if moved:
        raise RulesBroken(*moved)


def unchanged(body: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    """Tell whether what was sent says nothing new; a change that changes nothing makes no version."""
    sent = from_json(as_json(body))
    return not differences.between({name: current.get(name) for name in sent}, without_nulls(sent))


def unchanged_visit(body: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    """Tell whether a visit that was sent says nothing new; results are compared without the ids that they were given."""
    results = [_as_sent(kept) for kept in current["laboratory_results"]]
    sent = without_nulls(from_json(as_json(body)))
    sent["forms"] = {name: without_reasons(form) for name, form in (sent.get("forms") or {}).items()}
    forms = {name: without_reasons(form) for name, form in current["forms"].items()}
    known = {name: current.get(name) for name in body} | {"laboratory_results": results, "forms": forms}
    return not differences.between(known, sent)


KEPT_OF_RESULT = ("id", "position")


def _as_sent(result: Mapping[str, Any]) -> dict[str, Any]:
    """Give a kept result as it would be sent: without what it was given here, its moment written alike."""
    sent = {name: value for name, value in result.items() if name not in KEPT_OF_RESULT}
    if "collected_at" in sent:
        sent["collected_at"] = str(datetime.fromisoformat(sent["collected_at"]).astimezone(UTC))
    return sent


def without_reasons(form: Mapping[str, Any]) -> dict[str, Any]:
    """Give a form without an empty list of reasons for missing, which means the same as none."""
    return {name: value for name, value in form.items() if name != "missing" or value}


def without_nulls(value: Any) -> Any:
    """Give a JSON value as an image has it: without the members that are null."""
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value
