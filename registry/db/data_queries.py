"""Queries about recorded data: opened one by one, by soft checks or in bulk; their threads, and their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from registry.db import records
from registry.db.transaction import Image, Transaction, as_json
from registry.domain.queries import AGE_BANDS
from registry.problems import NoSuchRecord

PARTICIPANT = {"participant": "id"}
"""The column that names the participant, where it is not `participant_id`."""

SUBJECT = """
    select t.id::text as record_id, t.version, t.{participant}::text as participant_id, t.study_id::text, t.site_id::text
    from {table} t where t.id = %(id)s"""

LOCK = "select audit.image(to_jsonb(q)) as image from data_query q where q.id = %(id)s for update"

MOVE = """
    update data_query
    set status_at = case when status = %(status)s then status_at else clock_timestamp() end, status = %(status)s,
        messages = messages + 1, version = version + 1, changed_at = clock_timestamp()
    where id = %(id)s"""

THREAD = """
    select audit.image(to_jsonb(m)) as image from data_query_message m where m.data_query_id = %(id)s order by m.id"""

ANSWERED_BY = """
    select by_id::text from data_query_message where data_query_id = %(id)s and act = 'answer' order by id desc limit 1"""

LAST_ANSWER = "select max(answered_version) as version from data_query_message where data_query_id = %(id)s"

# The check fired, and the comment is its answer: two entries, beside the image of the record with the value.
OPEN_ANSWERED = """
    with opened as (
        insert into data_query (study_id, site_id, participant_id, record_kind, record_id, record_version, field, text, origin,
                                rule, status, messages, opened_by, opened_by_role)
        select study_id, site_id, participant_id, record_kind, record_id, record_version, field, text, 'soft_check', rule,
               'answered', 1, opened_by, opened_by_role
        from jsonb_populate_recordset(null::data_query, %(rows)s::jsonb)
        returning id, study_id, site_id, participant_id, record_id, rule, field)
    insert into data_query_message (study_id, site_id, participant_id, data_query_id, act, status, text, by_name, by_role, by_id)
    select o.study_id, o.site_id, o.participant_id, o.id, 'answer', 'answered', c.comment, %(by_name)s, role_at(o.site_id),
           %(by_id)s::uuid
    from opened o
    join jsonb_to_recordset(%(rows)s::jsonb) as c(record_id uuid, rule text, field text, comment text)
        using (record_id, rule, field)"""

OPEN_MANY = """
    insert into data_query (study_id, site_id, participant_id, record_kind, record_id, record_version, field, text, origin,
                            batch_id, opened_by, opened_by_role, opened_by_id)
    select study_id, site_id, participant_id, record_kind, record_id, record_version, field, text, 'bulk', batch_id, opened_by,
           opened_by_role, opened_by_id
    from jsonb_populate_recordset(null::data_query, %(rows)s::jsonb)"""

OF_BATCH = """
    select q.id::text as query_id, q.record_id::text, q.record_version, q.participant_id::text, q.field
    from data_query q where q.batch_id = %(batch_id)s order by q.record_id, q.id"""

COUNTS = """
    select site_id::text, status, width_bucket(days, %(first_days)s::int[]) as band, count(*) as count
    from (select site_id, status,
                 greatest(floor(extract(epoch from case status when 'closed' then status_at else clock_timestamp() end
                                                   - recorded_at) / 86400), 0)::int as days
          from data_query
          where study_id = %(study_id)s and (%(site_id)s::uuid is null or site_id = %(site_id)s)) q
    group by site_id, status, band order by site_id, status, band"""


def subject(tx: Transaction, record_kind: str, record_id: str) -> dict[str, Any]:
    """Give a record's participant, study, site and version.

    Raises:
        NoSuchRecord: there is none among those that may be seen.
    """
    participant = sql.Identifier(PARTICIPANT.get(record_kind, "participant_id"))
    statement = sql.SQL(SUBJECT).format(table=sql.Identifier(record_kind), participant=participant)
    row = tx.one(statement, {"id": record_id})
    if row is None:
        raise NoSuchRecord
    return row


def locked(tx: Transaction, query_id: str) -> Image:
    """Give a query that nobody else can move until this transaction ends; NoSuchRecord when there is none."""
    return records.required(tx.image(LOCK, {"id": query_id}))


def say(tx: Transaction, query: Image, message: Mapping[str, Any]) -> Image:
    """Add an entry to the thread of a query that is locked, and put the query into the status that the entry leads to."""
    place = {name: query[name] for name in ("study_id", "site_id", "participant_id")}
    kept = records.record(tx, "data_query_message", {**message, **place, "data_query_id": query["id"]})
    tx.run(MOVE, {"id": query["id"], "status": message["status"]})
    return kept


def thread(tx: Transaction, query_id: str) -> list[Image]:
    """Give the entries of a query's thread, first to last."""
    return tx.images(THREAD, {"id": query_id})


def answered_by(tx: Transaction, query_id: str) -> str | None:
    """Give the account that gave the last answer to a query, if any."""
    row = tx.one(ANSWERED_BY, {"id": query_id})
    return row["by_id"] if row else None


def last_answer(tx: Transaction, query: Image) -> int:
    """Give the version of the record up to which the query was asked or answered."""
    row = tx.one(LAST_ANSWER, {"id": query["id"]})
    answered: int = row["version"] if row and row["version"] else 0
    asked: int = query["record_version"]
    return max(asked, answered)


def open_answered(tx: Transaction, rows: Sequence[Mapping[str, Any]], by: Mapping[str, str | None]) -> None:
    """Open queries that are answered already, each row with the `comment` that answers; sent with the next statement."""
    if rows:
        tx.run(OPEN_ANSWERED, {"rows": as_json(rows), **by})


def open_many(tx: Transaction, batch_id: str, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Open queries that a filter asks for; give each with its record."""
    tx.run(OPEN_MANY, {"rows": as_json([{**row, "batch_id": batch_id} for row in rows])})
    return of_batch(tx, batch_id)


def of_batch(tx: Transaction, batch_id: str) -> list[dict[str, Any]]:
    """Give the queries that were opened together, each with its record."""
    return tx.every(OF_BATCH, {"batch_id": batch_id})


def counts(tx: Transaction, study_id: str, site_id: str | None) -> list[dict[str, Any]]:
    """Count the queries of a study by site, status and band of age."""
    bands = list(AGE_BANDS)
    asked = {"study_id": study_id, "site_id": site_id, "first_days": list(AGE_BANDS.values())}
    return [{**row, "age_band": bands[row["band"] - 1]} for row in tx.every(COUNTS, asked)]
