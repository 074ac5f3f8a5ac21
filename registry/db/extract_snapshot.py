"""One unchanging snapshot for an extract: the de-identified views, and whole records beside them, as they stood at its moment."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.rows import DictRow

from registry.db.transaction import Attribution, Database, Transaction
from registry.domain.extract_orders import Order
from registry.problems import NoSuchRecord

PATIENCE_SECONDS = 60.0
"""How long a replica may take until it has replayed what was there when the extract was ordered."""
POLL_SECONDS = 0.05

BEGIN = "set transaction isolation level repeatable read, read only"
SAY = "select set_config(s.name, s.value, true) from jsonb_each_text(%s::jsonb) s(name, value)"
USUAL = {"idle_in_transaction_session_timeout": "0", "work_mem": "64MB"}
"""It is held while other connections work, however long they take; a whole study is sorted at once."""

# A message that is flushed stands behind every commit, also behind those that do not wait for the disk.
PRESENT_WAL = "select pg_logical_emit_message(false, 'registry', 'extract', true)::text as wal"
REPLAYED = "select not pg_is_in_recovery() or pg_last_wal_replay_lsn() >= %s::pg_lsn as replayed"
STUDY = """
    select s.study_code, not deidentified.has_changed_since(%s) as live, pg_export_snapshot() as name
    from deidentified.study s"""
PARTICIPANTS = "select participant_id::text as id from deidentified.participant order by participant_id"

QUERY = """
    select {columns}
    from unnest({ids}::uuid[]) with ordinality as wanted(participant_id, place)
    join deidentified.{view} v on v.participant_id = wanted.participant_id
    order by {order}"""
COPY = "copy ({query}) to stdout (format csv, encoding 'UTF8')"

# Day 1 as the de-identified views have it (deidentified.dated), for the service's own eyes.
ANCHORS = """
    with written_since as (
        select distinct on (e.record_id) e.record_id, e.before as image from audit.event e
        where e.kind = 'visit' and e.at > said('as_of')::timestamptz
        order by e.record_id, e.id),
    standing as (
        select v.participant_id, v.visited_on, v.event, v.status, v.entered_in_error from visit v
        where v.id not in (select record_id from written_since)
        union all
        select v.participant_id, v.visited_on, v.event, v.status, v.entered_in_error
        from written_since w cross join lateral jsonb_populate_record(null::visit, w.image) v
        where w.image is not null)
    select v.participant_id::text as id,
           coalesce(min(v.visited_on) filter (where v.event = 'week_0'), min(v.visited_on)) as day_1
    from standing v
    where v.participant_id = any (%(ids)s::uuid[]) and v.status = 'complete' and not v.entered_in_error
    group by v.participant_id"""

CONSTANTS = "select jsonb_strip_nulls(s.rule_constants) as constants from study s where s.id = %(study_id)s"
CONSTANTS_AS_OF = """
    select e.after -> 'rule_constants' as constants from audit.event e
    where e.record_id = %(study_id)s and e.kind = 'study' and e.at <= %(as_of)s
    order by e.id desc limit 1"""


class ReplicaBehind(psycopg.OperationalError):
    """The replica did not replay in time what was there when the extract was ordered; it may later."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The de-identified views as they stood at the moment of an order, for the sites, the uses and the roles it was given.

    `live` tells that nothing of the study was written since. `study` is its code as it stood. `settings` are those that
    another connection says to see the same in the snapshot called `name`.
    """

    connection: Connection[DictRow]
    name: str
    live: bool
    study: str
    settings: Mapping[str, str]

    def participants(self) -> list[str]:
        """Give the ids of the participants whose site is covered and whose consent agrees, in their order."""
        return [row["id"] for row in self.connection.execute(PARTICIPANTS)]

    def query(self, view: str, columns: Sequence[str], keys: Sequence[str], ids: Sequence[str]) -> sql.Composed:
        """Give the one statement for the rows of these participants: the participant's id as text, then the columns.

        The rows come in the order of `ids`, then of `keys`, whatever order the database keeps them in.
        """
        place = sql.SQL("wanted.place")
        return sql.SQL(QUERY).format(
            columns=sql.SQL(", ").join([sql.SQL("v.participant_id::text as participant_id"), *_of_view(columns)]),
            ids=sql.Literal(list(ids)),
            view=sql.Identifier(view),
            order=sql.SQL(", ").join([place, *_of_view(keys)]),
        )

    def rows(self, view: str, columns: Sequence[str], keys: Sequence[str], ids: Sequence[str]) -> Iterator[bytes]:
        """Stream the same as lines of CSV without a header."""
        statement = sql.SQL(COPY).format(query=self.query(view, columns, keys, ids))
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            yield from map(bytes, copy)


def _of_view(columns: Sequence[str]) -> list[sql.Identifier]:
    return [sql.Identifier("v", column) for column in columns]


def present_wal(tx: Transaction) -> str:
    """Give the place up to which the primary has written, for which a replica can be waited for."""
    row = tx.one(PRESENT_WAL)
    return str(row["wal"]) if row else ""


@contextmanager
def snapshot(
    views: Database, order: Order, *, wal: str | None = None, patience: float = PATIENCE_SECONDS
) -> Iterator[Snapshot]:
    """Give the snapshot for an order, read as registry_extract; the past must have been settled up to its moment.

    `wal` is the place of the primary (`present_wal`) that a replica must have replayed before.

    Raises:
        ReplicaBehind: it did not within `patience` seconds.
        NoSuchRecord: the study was not there at that moment.
    """
    with views.pool.connection() as connection:
        try:
            if wal is not None:
                _wait_until_replayed(connection, wal, patience)
            connection.execute(BEGIN)
            settings = said(order)
            connection.execute(SAY, [psycopg.types.json.Jsonb(USUAL | settings)])
            row = connection.execute(STUDY, [order.as_of]).fetchone()
            if row is None:
                raise NoSuchRecord
            yield Snapshot(connection, row["name"], row["live"], row["study_code"], settings)
        finally:
            connection.rollback()


def said(order: Order) -> dict[str, str]:
    """Give what the views are told of an order: which study and sites, which uses, who reads, and which moment."""
    return {
        "registry.study_id": order.study_id,
        "registry.sites": order.sites,
        "registry.uses": ",".join(order.uses),
        "registry.unblinded": _attribution(order).unblinded,
        "registry.as_of": order.as_of.astimezone(UTC).isoformat(),
    }


def _wait_until_replayed(connection: Connection[DictRow], wal: str, patience: float) -> None:
    given_up_at = time.monotonic() + patience
    while True:
        row = connection.execute(REPLAYED, [wal]).fetchone()
        connection.rollback()
        if row and row["replayed"]:
            return
        if time.monotonic() > given_up_at:
            raise ReplicaBehind("the replica is behind the primary")
        time.sleep(POLL_SECONDS)


def _attribution(order: Order) -> Attribution:
    """Tell who reads: whoever ordered, by the roles and at the sites of the order."""
    return Attribution("extract", "-", order.role, order.sites, "-", order.id, order.id)


@contextmanager
def whole_records(database: Database, snapshot: Snapshot, order: Order) -> Iterator[Transaction]:
    """Give a transaction of registry_service that reads whole records in the same snapshot, as whoever ordered may.

    `database` must be on the server of the snapshot; its pool need not be open. The connection is apart from every pool:
    an extract takes long, and requests shall not wait for it.
    """
    with database.apart() as tx:
        tx.run(BEGIN)
        tx.run(sql.SQL("set transaction snapshot {}").format(sql.Literal(snapshot.name)))
        tx.attribute(_attribution(order))
        tx.run(SAY, [psycopg.types.json.Jsonb(USUAL | dict(snapshot.settings))])
        yield tx


def anchors(tx: Transaction, ids: Sequence[str]) -> dict[str, date]:
    """Give day 1 of each of these participants at the moment; those without a complete visit have none."""
    return {row["id"]: row["day_1"] for row in tx.every(ANCHORS, {"ids": list(ids)})}


def study_constants(tx: Transaction, order: Order, live: bool) -> Mapping[str, Any]:
    """Give the rule constants that the study of an order has of its own, as they stood."""
    told: dict[str, Any] = {"study_id": order.study_id, "as_of": order.as_of}
    row = tx.one(CONSTANTS if live else CONSTANTS_AS_OF, told)
    return (row and row["constants"]) or {}
