"""One unchanging snapshot for an extract: the de-identified views, and whole records beside them, as they stood at its moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn
from psycopg.rows import DictRow, dict_row
from psycopg.waiting import Wait

from registry.db.transaction import Attribution, Database, Transaction
from registry.domain.extract_orders import Order
from registry.problems import NoSuchRecord

PATIENCE_SECONDS = 60.0
"""How long a replica may take until it has replayed what was there when the extract was ordered."""
POLL_SECONDS = 0.05
PLACE = "place"
"""The column of every view that tells which participant a row is of."""
LINES = 1 << 10
"""Lines of a COPY that are joined, so that each takes little of the interpreter's time."""

BEGIN = "set transaction isolation level repeatable read, read only"
SAY = "select set_config(s.name, s.value, true) from jsonb_each_text(%s::jsonb) s(name, value)"
USUAL = {"idle_in_transaction_session_timeout": "0", "work_mem": "64MB", "enable_nestloop": "off"}
"""It is held while other connections work, however long they take. What comes participant by participant is sorted within each,
not as a whole, which PostgreSQL would do for those few that it expects."""

# A message that is flushed stands behind every commit, also behind those that do not wait for the disk.
PRESENT_WAL = "select pg_logical_emit_message(false, 'registry', 'extract', true)::text as wal"
REPLAYED = "select not pg_is_in_recovery() or pg_last_wal_replay_lsn() >= %s::pg_lsn as replayed"
STUDY = """
    select s.study_code, not deidentified.has_changed_since(%s) as live, pg_export_snapshot() as name
    from deidentified.study s"""
PARTICIPANTS = "select participant_id::text as id from deidentified.participant order by participant_id"

WANT = "select set_config('registry.participants', %s, true)"
QUERY = "select {columns} from deidentified.{view}"
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

    def want(self, ids: Sequence[str]) -> None:
        """Say whose rows are read from now on; each participant has the place that its id has here, from 0."""
        self.connection.execute(WANT, [",".join(ids)])

    def query(self, view: str, columns: Sequence[str]) -> sql.Composed:
        """Give the one statement for the rows of those who are wanted, in any order: the place, then the columns."""
        wanted = sql.SQL(", ").join(map(sql.Identifier, [PLACE, *columns]))
        return sql.SQL(QUERY).format(columns=wanted, view=sql.Identifier(view))

    def rows(self, view: str, columns: Sequence[str]) -> Iterator[bytes]:
        """Stream the same as lines of CSV without a header, many of them at once."""
        statement = sql.SQL(COPY).format(query=self.query(view, columns))
        server = self.connection.pgconn
        with self.connection.cursor() as cursor, cursor.copy(statement):
            while server.transaction_status == TransactionStatus.ACTIVE:
                yield b"".join(self.connection.wait(_arrived(server)))


def _arrived(server: PGconn) -> PQGen[list[memoryview]]:
    """Give the lines of a COPY that have arrived, waiting for the first; at its end there may be none.

    psycopg waits for each line by itself, which takes longer than reading it.
    """
    lines: list[memoryview] = []
    while len(lines) < LINES:
        size, line = server.get_copy_data(1)
        if size > 0:
            lines.append(line)
        elif size < 0:
            _must_be_whole(server)
            break
        elif lines:
            break
        else:
            yield Wait.R
            server.consume_input()
    return lines


def _must_be_whole(server: PGconn) -> None:
    """Hear how a COPY ended; raise psycopg's error when it failed."""
    ends = iter(server.get_result, None)
    for failed in [end for end in ends if end.status != ExecStatus.COMMAND_OK]:
        raise psycopg.errors.error_from_result(failed)


def present_wal(tx: Transaction) -> str:
    """Give the place up to which the primary has written, for which a replica can be waited for."""
    row = tx.one(PRESENT_WAL)
    return str(row["wal"]) if row else ""


@contextmanager
def snapshot(
    views: Database,
    order: Order,
    *,
    wal: str | None = None,
    patience: float = PATIENCE_SECONDS,
    waiting: Callable[[], None] = lambda: None,
) -> Iterator[Snapshot]:
    """Give the snapshot for an order, read as registry_extract; the past must have been settled up to its moment.

    `wal` is the place of the primary (`present_wal`) that a replica must have replayed before; while it has not, `waiting` is
    called again and again, and may raise.

    Raises:
        ReplicaBehind: it did not within `patience` seconds.
        NoSuchRecord: the study was not there at that moment.
    """
    with views.pool.connection() as connection:
        try:
            if wal is not None:
                _wait_until_replayed(connection, wal, patience, waiting)
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


def _wait_until_replayed(
    connection: Connection[DictRow], wal: str, patience: float, waiting: Callable[[], None]
) -> None:
    given_up_at = time.monotonic() + patience
    while True:
        row = connection.execute(REPLAYED, [wal]).fetchone()
        connection.rollback()
        if row and row["replayed"]:
            return
        if time.monotonic() > given_up_at:
            raise ReplicaBehind("the replica is behind the primary")
        waiting()
        time.sleep(POLL_SECONDS)


def _attribution(order: Order) -> Attribution:
    """Tell who reads: whoever ordered, by the roles and at the sites of the order."""
    return Attribution("extract", "-", order.role, order.sites, "-", order.id, order.id)


@contextmanager
def beside(views: Database, snapshot: Snapshot) -> Iterator[Snapshot]:
    """Give the same snapshot over a connection of its own, to read at the same time; `views` is where it was given."""
    with psycopg.connect(views.url, row_factory=dict_row) as connection:
        try:
            connection.execute(BEGIN)
            connection.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(snapshot.name)))
            connection.execute(SAY, [psycopg.types.json.Jsonb(USUAL | dict(snapshot.settings))])
            yield replace(snapshot, connection=connection)
        finally:
            connection.rollback()


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
