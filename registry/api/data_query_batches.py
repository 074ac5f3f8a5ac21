"""Many queries at once: what a filter finds, tried first without opening any; all of them are opened, or none."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_restx import Namespace, Resource

from registry.api.answers import answer
from registry.api.contract import Call, contract
from registry.api.data_queries import by_whom
from registry.db import data_queries, data_query_batches, studies
from registry.db.transaction import Image, Transaction
from registry.domain.query_filters import MOST_QUERIES
from registry.problems import BrokenRule, NoSuchRecord, RulesBroken
from registry.schemas.base import schema_of
from registry.schemas.data_query_batches import DataQueryBatch, DataQueryBatchAnswer, resolved

namespace = Namespace("data_query_batches")
TOO_MANY = BrokenRule(
    "/filter", "too_many", f"The filter finds more than {MOST_QUERIES} records: narrow it, and open them in parts."
)
SUBJECT = ("study_id", "site_id", "participant_id", "record_id", "record_version", "field")


def found(call: Call, study_id: str) -> list[dict[str, Any]]:
    """Give the records that the filter finds; RulesBroken when they are too many."""
    asked = resolved(call.body["filter"])
    rows = data_query_batches.find(call.tx, study_id, asked, call.body["text"], MOST_QUERIES + 1)
    if len(rows) > MOST_QUERIES:
        raise RulesBroken(TOO_MANY)
    return rows


def opened(call: Call, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Open a query on each record that was found; give the answer, which is kept under the first of them."""
    same = {"record_kind": call.body["filter"]["record_kind"], "text": call.body["text"]}
    values = [
        {**{name: row[name] for name in SUBJECT}, **same, **by_whom(call, "opened_by", row["site_id"])} for row in rows
    ]
    batch_id = call.attribution.change_set
    return told(data_queries.open_many(call.tx, batch_id, values), batch_id)


def told(rows: list[dict[str, Any]], batch_id: str | None) -> dict[str, Any]:
    """Give the answer about records, each with the query that was opened, if any."""
    first = {"id": rows[0]["query_id"], "version": 1} if batch_id else {}
    return {**first, "dry_run": batch_id is None, "batch_id": batch_id, "count": len(rows), "records": rows}


def told_again(tx: Transaction, first: Image) -> dict[str, Any]:
    """Give the answer again, from the first query that was opened, if any."""
    return told(data_queries.of_batch(tx, first["batch_id"]), first["batch_id"]) if first else NOTHING


NOTHING = told([], None) | {"dry_run": False}
"""The answer where no record was found; its key is kept, so that a repeat opens nothing either."""


@namespace.route("/studies/<study>/queries:bulk")
class DataQueryBatches(Resource):  # type: ignore[misc]
    """Many queries at once."""

    @contract(
        may="data_query.open",
        takes=DataQueryBatch,
        gives=DataQueryBatchAnswer,
        kind="data_query",
        problems=(NoSuchRecord,),
        again=told_again,
    )
    def post(self, call: Call, study: str) -> dict[str, Any] | Response:
        """Open a query on every record that a filter finds, or only tell which where `dry_run` is asked."""
        study_id = studies.id_of(call.tx, study)
        data_query_batches.lock(call.tx, study_id)
        rows = found(call, study_id)
        if call.body["dry_run"]:
            return answer(schema_of(DataQueryBatchAnswer).present(told(rows, None)))
        return opened(call, rows) if rows else NOTHING
