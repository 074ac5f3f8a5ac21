"""What is the same for every one-table record: keep, amend under its version, read, page, as of, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import sql

from registry.db.transaction import Image, Transaction, as_json
from registry.problems import NoSuchRecord, VersionStale

FIRST = "00000000-0000-0000-0000-000000000000"

RECORD = """
    insert into {table} ({columns})
    select {columns} from jsonb_populate_record(null::{table}, %(values)s::jsonb)
    returning audit.image(to_jsonb({table}.*)) as image"""

RECORD_OF_PARTICIPANT = """
    insert into {table} ({columns}, study_id, site_id)
    select {values}, p.study_id, p.site_id
    from jsonb_populate_record(null::{table}, %(values)s::jsonb) v
    join participant p on p.id = v.participant_id
    returning audit.image(to_jsonb({table}.*)) as image"""

RECORD_OF_PARTICIPANTS = """
    insert into {table} ({columns}, study_id, site_id)
    select {values}, p.study_id, p.site_id
    from jsonb_populate_recordset(null::{table}, %(values)s::jsonb) v
    join participant p on p.id = v.participant_id"""

AMEND = """
    update {table} set ({columns}) = (select {columns} from jsonb_populate_record(null::{table}, %(values)s::jsonb)),
        version = version + 1, changed_at = clock_timestamp()
    where id = %(id)s and version = %(version)s
    returning audit.image(to_jsonb({table}.*)) as image"""

READ = "select audit.image(to_jsonb(t)) as image from {table} t where t.id = %(id)s"


def record(tx: Transaction, table: str, values: Mapping[str, Any]) -> Image:
    """Keep a new record and give its image."""
    return required(tx.image(_written(RECORD, table, values), {"values": as_json(values)}))


def record_of_participant(tx: Transaction, table: str, values: Mapping[str, Any]) -> Image:
    """Keep a new record of the participant that `values` names, at the participant's site and study.

    Raises:
        NoSuchRecord: there is no such participant among those that may be seen.
    """
    return required(tx.image(_written(RECORD_OF_PARTICIPANT, table, values), {"values": as_json(values)}))


def record_of_participants(tx: Transaction, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep new records of participants that may be seen, all in one statement; all give the same fields."""
    if rows:
        tx.run(_written(RECORD_OF_PARTICIPANTS, table, rows[0]), {"values": as_json(rows)})


def amend(tx: Transaction, table: str, record_id: str, version: int, values: Mapping[str, Any]) -> Image:
    """Replace the values of a record by the next version.

    Raises:
        VersionStale: the record has another version by now.
    """
    parameters = {"values": as_json(values), "id": record_id, "version": version}
    image = tx.image(_written(AMEND, table, values), parameters)
    if image is None:
        raise VersionStale
    return image


def read(tx: Transaction, table: str, record_id: str) -> Image:
    """Read the image of a record.

    Raises:
        NoSuchRecord: there is none, or it is not among those that may be seen.
    """
    return required(tx.image(sql.SQL(READ).format(table=sql.Identifier(table)), {"id": record_id}))


def required(image: Image | None) -> Image:
    """Give the image; NoSuchRecord when there is none."""
    if image is None:
        raise NoSuchRecord
    return image


def _written(statement: Any, table: str, values: Mapping[str, Any]) -> sql.Composed:
    columns = [sql.Identifier(name) for name in values]
    return sql.SQL(statement).format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(columns),
        values=sql.SQL(", ").join(sql.SQL("v.{}").format(column) for column in columns),
    )


# --- lists --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Window:
    """One page of a list: equal-to filters by column, bounds, where it starts, how long it is, and at which moment.

    `at_least` and `at_most` compare a column with a date or a moment. `as_of` reads the past from the audit.
    """

    limit: int
    after: str | None = None
    equal: Mapping[str, Any] = field(default_factory=dict)
    at_least: Mapping[str, Any] = field(default_factory=dict)
    at_most: Mapping[str, Any] = field(default_factory=dict)
    as_of: datetime | None = None


def page(tx: Transaction, table: str, window: Window, image: str = "audit.image(to_jsonb(t))") -> list[Image]:
    """Give a page of images in the order of their ids, which does not change when records are added."""
    conditions, parameters = _conditions(window)
    statement = sql.SQL(PAGE_AS_OF if window.as_of else PAGE).format(
        table=sql.Identifier(table),
        conditions=conditions,
        image=sql.SQL(image),
    )
    return tx.images(statement, parameters)


PAGE = """
    select {image} as image from {table} t
    where t.id > %(after)s and {conditions}
    order by t.id limit %(limit)s"""

PAGE_AS_OF = """
    select past.after as image
    from {table} t
    cross join lateral (
        select e.after from audit.event e where e.record_id = t.id and e.at <= %(as_of)s order by e.id desc limit 1) past
    cross join lateral jsonb_populate_record(null::{table}, past.after) p
    where t.id > %(after)s and {conditions}
    order by t.id limit %(limit)s"""


def _conditions(window: Window) -> tuple[sql.Composable, dict[str, Any]]:
    row = sql.SQL("p") if window.as_of else sql.SQL("t")
    conditions: list[sql.Composable] = [sql.SQL("true")]
    parameters: dict[str, Any] = {"limit": window.limit, "after": window.after or FIRST, "as_of": window.as_of}
    for sign, bounds in (("=", window.equal), (">=", window.at_least), ("<=", window.at_most)):
        for column, value in bounds.items():
            name = f"{column}_{len(parameters)}"
            conditions.append(
                sql.SQL("{}.{} {} {}").format(row, sql.Identifier(column), sql.SQL(sign), sql.Placeholder(name))
            )
            parameters[name] = value
    return sql.SQL(" and ").join(conditions), parameters


# --- the past -----------------------------------------------------------------------------------------------------

READ_AS_OF = """
    select after as image from audit.event
    where record_id = %(id)s and kind = %(kind)s and at <= %(as_of)s order by id desc limit 1"""

READ_VERSION = """
    select after as image from audit.event where record_id = %(id)s and kind = %(kind)s and version = %(version)s"""

# What a change set wrote of a participant is one moment: it ends with its last event, or before the next version.
MOMENT = """
    select max(e.at) as at
    from audit.event kept
    join audit.event e on e.participant_id = kept.participant_id and e.change_set = kept.change_set
    where kept.record_id = %(id)s and kept.kind = %(kind)s and kept.version = %(version)s
      and e.at < all (select later.at from audit.event later
                      where later.record_id = kept.record_id and later.kind = kept.kind and later.version > kept.version)"""

HISTORY = """
    select id, at, change_set, request_id, actor, organisation, role, client, reason, action, version, before, after
    from audit.event where record_id = %(id)s and kind = %(kind)s order by id"""


def settle(tx: Transaction) -> datetime:
    """Wait for what is being committed, so that the past, once read, stays as it was read; give the moment up to which."""
    row = tx.one("select audit.settled() as moment")
    if row is None:
        raise RuntimeError("the database gave no moment")
    moment: datetime = row["moment"]
    return moment


def read_as_of(tx: Transaction, table: str, record_id: str, as_of: datetime) -> Image:
    """Read a record as it stood at a past moment; NoSuchRecord when it was not there yet."""
    settle(tx)
    return required(tx.image(READ_AS_OF, {"id": record_id, "kind": table, "as_of": as_of}))


def read_version(tx: Transaction, table: str, record_id: str, version: int) -> Image:
    """Read one version of a record; NoSuchRecord when there is none."""
    return required(tx.image(READ_VERSION, {"id": record_id, "kind": table, "version": version}))


def moment_of(tx: Transaction, table: str, record_id: str, version: int) -> datetime:
    """Give the moment by which a version of a participant's record was kept, with all that was written together with it.

    Raises:
        NoSuchRecord: there is none.
    """
    row = tx.one(MOMENT, {"id": record_id, "kind": table, "version": version})
    if row is None or row["at"] is None:
        raise NoSuchRecord
    moment: datetime = row["at"]
    return moment


def history(tx: Transaction, table: str, record_id: str) -> list[dict[str, Any]]:
    """Give the events of a record, first to last; NoSuchRecord when there are none to be seen."""
    events = tx.every(HISTORY, {"id": record_id, "kind": table})
    if not events:
        raise NoSuchRecord
    return events
