"""What a soft check asked and a submission confirmed becomes a query that is answered: prompt and answer stay in the trail.

Once per rule and value, as long as the confirmed finding stays; sent with the statements that keep the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry.db import data_queries
from registry.db.transaction import Attribution, Transaction
from registry.domain.edit_checks import Finding

THE_REGISTRY = {"opened_by": "The registry", "opened_by_role": "registry"}
Record = Mapping[str, Any]


def note(
    tx: Transaction, attribution: Attribution, record_kind: str, confirmed: Iterable[tuple[Record, Sequence[Finding]]]
) -> None:
    """Keep what was confirmed of records, each an image or a visit with its place, and `version` where it is not the first."""
    rows = [_query(record_kind, record, finding) for record, findings in confirmed for finding in findings]
    by = {"by_name": attribution.actor, "by_id": attribution.actor_id or None}
    data_queries.open_answered(tx, rows, by)


def _query(record_kind: str, record: Record, finding: Finding) -> dict[str, Any]:
    place = {name: str(record[name]) for name in ("study_id", "site_id", "participant_id")}
    comments = {given["rule"]: given["comment"] for given in record["confirmations"]}
    return {
        **place,
        **THE_REGISTRY,
        "record_kind": record_kind,
        "record_id": str(record["id"]),
        "record_version": record.get("version", 1),
        "field": finding.pointer,
        "text": finding.sentence,
        "rule": finding.rule,
        "comment": comments[finding.rule],
    }
