"""Queries about recorded data: opened, answered, closed, asked again; the work list, and counts by age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import data_queries, records, studies
from registry.db.transaction import Image, Transaction
from registry.domain.queries import DATA_QUERY, age_days
from registry.problems import (
    AnsweredByOneself,
    BrokenRule,
    CursorNotUnderstood,
    NoSuchRecord,
    OpenedByAnother,
    RulesBroken,
    TransitionNotAllowed,
)
from registry.schemas.data_queries import (
    DataQuery,
    DataQueryAnswer,
    DataQueryClosure,
    DataQueryFilters,
    DataQueryMessage,
    DataQueryWithThread,
    DataQueryWords,
    QueryCount,
    QueryCountFilters,
)

namespace = Namespace("data_queries")
NO_RECORD = BrokenRule("/record_id", "no_such_record", "There is no such record in this study among those you may see.")
NO_VERSION = BrokenRule("/record_version", "no_such_version", "The record has no such version.")
NOT_AMENDED = BrokenRule(
    "/amended", "not_amended", "The record has no version newer than the one that was asked about or answered last."
)
REASONS = {
    "answer": "A query was answered",
    "close": "A query was closed",
    "withdraw": "A query was withdrawn",
    "reopen": "A query was opened again",
    "comment": "A query was commented",
}
"""Why a query has a new version, as the audit says it; the words themselves are in its thread."""


def with_age(query: Mapping[str, Any]) -> dict[str, Any]:
    """Give a query with its age in whole days."""
    opened, since = (datetime.fromisoformat(query[name]) for name in ("recorded_at", "status_at"))
    return {**query, "age_days": age_days(opened, query["status"], since, datetime.now(UTC))}


def by_whom(call: Call, prefix: str, site_id: str) -> dict[str, Any]:
    """Say who acts at a site, as a record keeps it."""
    said = call.attribution
    return {prefix: said.actor, f"{prefix}_role": said.role_at(site_id), f"{prefix}_id": said.actor_id or None}


def opened(call: Call, study_id: str) -> Image:
    """Open the query that was sent, at the place of its record.

    Raises:
        RulesBroken: there is no such record in this study among those that may be seen, or it has no such version.
    """
    asked = call.body
    try:
        about = data_queries.subject(call.tx, asked["record_kind"], asked["record_id"])
    except NoSuchRecord:
        raise RulesBroken(NO_RECORD) from None
    if about["study_id"] != study_id:
        raise RulesBroken(NO_RECORD)
    if asked["record_version"] > about["version"]:
        raise RulesBroken(NO_VERSION)
    place = {name: about[name] for name in ("study_id", "site_id", "participant_id")}
    by = by_whom(call, "opened_by", about["site_id"])
    return records.record(call.tx, "data_query", {**asked, **place, "origin": "monitor", **by})


def act(call: Call, query_id: str, name: str) -> Image:
    """Do an act on a query, with what was said; give the entry of its thread.

    Raises:
        NoSuchRecord: it is not among those that may be seen. TransitionNotAllowed: it is in a state without this act.
        OpenedByAnother: another withdraws it. AnsweredByOneself: who answered it closes it.
        RulesBroken: it is answered by an amendment that was not made.
    """
    query = data_queries.locked(call.tx, query_id)
    status = query["status"] if name == "comment" else DATA_QUERY.after(query["status"], name)
    if name == "withdraw" and query.get("opened_by_id") != call.actor.account_id:
        raise OpenedByAnother
    if name == "close" and data_queries.answered_by(call.tx, query_id) == call.actor.account_id:
        raise AnsweredByOneself
    version = _amendment(call.tx, query) if call.body.get("amended") else None
    said = {"act": name, "status": status, "text": call.body.get("text"), "answered_version": version}
    who = by_whom(call, "by", query["site_id"]).values()
    by = {f"by_{end}": value for end, value in zip(("name", "role", "id"), who, strict=True)}
    call.tx.attribute(replace(call.attribution, reason=REASONS[name]))
    return data_queries.say(call.tx, query, said | by)


def _amendment(tx: Transaction, query: Image) -> int:
    """Give the version of the record that answers: one after those that were asked about and answered."""
    version: int = data_queries.subject(tx, query["record_kind"], query["record_id"])["version"]
    if version <= data_queries.last_answer(tx, query):
        raise RulesBroken(NOT_AMENDED)
    return version


@namespace.route("/studies/<study>/queries")
class DataQueries(Resource):  # type: ignore[misc]
    """The queries of a study."""

    @contract(
        may="data_query.read",
        gives=DataQuery,
        many=True,
        asks=DataQueryFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the queries of a study, oldest first."""
        return [with_age(row) for row in page_of_records(call, "data_query", study_id=studies.id_of(call.tx, study))]

    @contract(
        may="data_query.open",
        takes=DataQuery,
        gives=DataQuery,
        status=201,
        kind="data_query",
        problems=(NoSuchRecord,),
        again=lambda _, image: with_age(image),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Open a query on a field of a record."""
        return with_age(opened(call, studies.id_of(call.tx, study)))


@namespace.route("/studies/<study>/query-counts")
class QueryCounts(Resource):  # type: ignore[misc]
    """How many queries stand where."""

    @contract(may="data_query.read", gives=QueryCount, many=True, asks=QueryCountFilters, problems=(NoSuchRecord,))
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """Tell how many queries of a study stand where, by site and age."""
        return data_queries.counts(call.tx, studies.id_of(call.tx, study), call.query.get("site_id"))


@namespace.route("/queries/<uuid:record_id>")
class OneDataQuery(Resource):  # type: ignore[misc]
    """A query."""

    @contract(may="data_query.read", gives=DataQueryWithThread, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a query with its thread."""
        query = with_age(records.read(call.tx, "data_query", record_id))
        return {**query, "thread": data_queries.thread(call.tx, record_id)}


def _publish(path: str, name: str, takes: type[Any], may: str, sentence: str, *problems: type[Exception]) -> None:
    """Publish one act on a query."""

    class Act(Resource):  # type: ignore[misc]
        """An act on a query."""

        def post(self, call: Call, record_id: str) -> dict[str, Any]:
            return act(call, record_id, name)

        post.__doc__ = sentence
        post = contract(
            may=may,
            takes=takes,
            gives=DataQueryMessage,
            status=201,
            kind="data_query_message",
            problems=(NoSuchRecord, *problems),
        )(post)

    namespace.add_resource(Act, f"/queries/<uuid:record_id>/{path}", endpoint=f"data_query_{name}")


MOVES = TransitionNotAllowed
_publish(
    "answers",
    "answer",
    DataQueryAnswer,
    "data_query.answer",
    "Give an answer to a query, in words or by an amendment.",
    MOVES,
)
_publish(
    "closures",
    "close",
    DataQueryClosure,
    "data_query.close",
    "Record the closure of a query that another answered.",
    MOVES,
    AnsweredByOneself,
)
_publish("reopenings", "reopen", DataQueryWords, "data_query.close", "Record the reopening of a query.", MOVES)
_publish(
    "withdrawals",
    "withdraw",
    DataQueryWords,
    "data_query.open",
    "Record the withdrawal of a query that you opened and nobody answered.",
    MOVES,
    OpenedByAnother,
)
_publish("comments", "comment", DataQueryWords, "data_query.comment", "Add a comment to the thread of a query.")
past.publish(namespace, "/queries", "data_query", DataQuery)
