"""Extracts: what was pulled, by whom, and the de-identified views read in one unchanging snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import DictRow

from registry.db import events, records
from registry.db.transaction import Attribution, Database, Image, Transaction

SCHEMA = "deidentified"
DOWNLOAD = "extract_download"
"""The kind of the event that a download is; its record is the extract."""

SNAPSHOT = "set transaction isolation level repeatable read, read only"
PATIENCE = "select set_config('idle_in_transaction_session_timeout', '0', true)"
COVER = """
    select set_config('registry.sites', %s, true), set_config('registry.uses', %s, true),
           set_config('registry.covered_at', %s, true),
           clock_timestamp() as cut_at, pg_export_snapshot() as name"""
STUDY = "select exists (select from deidentified.study where study_code = %s) as known"
PARTICIPANTS = "select participant_id::text as id from deidentified.participant where study_code = %s"

ROWS = """
    copy (select {columns}
          from unnest({ids}::uuid[]) with ordinality as wanted(participant_id, place)
          join deidentified.{view} v on v.participant_id = wanted.participant_id
          where v.study_code = {study} and v.participant_id = any ({ids}::uuid[])
          order by {order})
    to stdout (format csv, encoding 'UTF8')"""

CONSTANTS = "select rule_constants from study where code = %s"


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """One file of an extract as it was written."""

    name: str
    rows: int
    columns: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an extract is made of: which study, at which moment, by which profile, program and rules, and its files.

    `cut` is the data cut that it was pulled for, as code and moment. `uses` are those of the data that everybody in it agrees to.
    `rule_constants` are the study's own; with the program they tell by which rules its values were derived.
    """

    study: str
    cut_at: datetime
    profile: str
    software: str
    every_site: bool
    uses: tuple[str, ...]
    rule_constants: Mapping[str, Any]
    files: tuple[ExtractFile, ...]
    cut: Mapping[str, str] | None = None


class Snapshot:
    """The de-identified views as they stood at one moment, for the sites and the consents that are covered."""

    def __init__(self, connection: Connection[DictRow], cut_at: datetime, name: str) -> None:
        self.connection = connection
        self.cut_at = cut_at
        self.name = name

    def has_study(self, study: str) -> bool:
        row = self.connection.execute(STUDY, [study]).fetchone()
        return bool(row and row["known"])

    def participants(self, study: str) -> Iterator[str]:
        """Give the ids of the study's participants, in no order that matters."""
        for row in self.connection.execute(PARTICIPANTS, [study]):
            yield row["id"]

    def rows(
        self, view: str, columns: Sequence[str], keys: Sequence[str], study: str, ids: Sequence[str]
    ) -> Iterator[bytes]:
        """Stream the rows of these participants as lines of CSV: the participant's id, then the columns.

        The rows come in the order of `ids`, then of `keys`, whatever order the database keeps them in.
        """
        wanted = sql.Literal(list(ids))
        statement = sql.SQL(ROWS).format(
            columns=_names(["participant_id", *columns]),
            view=sql.Identifier(view),
            study=sql.Literal(study),
            ids=wanted,
            order=sql.SQL(", ").join([sql.SQL("wanted.place"), _names(keys)] if keys else [sql.SQL("wanted.place")]),
        )
        with self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            yield from map(bytes, copy)


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier("v", column) for column in columns)


@contextmanager
def snapshot(database: Database, sites: str, uses: Sequence[str], covered_at: str = "") -> Iterator[Snapshot]:
    """Give one snapshot of the records of `sites` (`*`, or identifiers with commas), read as registry_extract.

    It holds the participants whose consent agrees to every one of `uses`, now or at the moment `covered_at` of a data cut.

    It is held while other connections work, however long they take.
    """
    with database.pool.connection() as connection:
        try:
            connection.execute(SNAPSHOT)
            connection.execute(PATIENCE)
            row = connection.execute(COVER, [sites, ",".join(uses), covered_at]).fetchone()
            if row is None:
                raise RuntimeError("the database gave no moment")
            yield Snapshot(connection, row["cut_at"], row["name"])
        finally:
            connection.rollback()


@contextmanager
def whole_records(database: Database, snapshot: Snapshot, attribution: Attribution) -> Iterator[Transaction]:
    """Give a transaction of registry_service that reads whole records in the same snapshot, for the sites attributed.

    `database` must be on the server of the snapshot; its pool need not be open. The connection is apart from every pool:
    an extract takes long, and requests shall not wait for it.
    """
    with database.apart() as tx:
        tx.run(SNAPSHOT)
        tx.run(sql.SQL("set transaction snapshot {}").format(sql.Literal(snapshot.name)))
        tx.run(PATIENCE)
        tx.attribute(attribution)
        yield tx


def rule_constants(tx: Transaction, study: str) -> Mapping[str, Any]:
    """Give the rule constants that a study has of its own."""
    row = tx.one(CONSTANTS, [study])
    return (row and row["rule_constants"]) or {}


# --- what was pulled ----------------------------------------------------------------------------------------------


def next_id(tx: Transaction) -> str:
    """Give the id of the extract that is about to be written, and let its transaction wait for the files."""
    tx.run(PATIENCE)
    row = tx.one("select uuidv7()::text as id")
    return str(row["id"]) if row else ""


def record(tx: Transaction, extract: Mapping[str, Any]) -> Image:
    """Keep who pulled what, and why; the audit keeps it with them."""
    return records.record(tx, "extract", extract)


def read(tx: Transaction, extract_id: str, account_id: str | None) -> Image:
    """Read an extract of an account, or of anybody; NoSuchRecord when its sites may not all be seen any more."""
    image = records.read(tx, "extract", extract_id)
    return records.required(image if account_id in (None, image["account_id"]) else None)


def note_download(tx: Transaction, extract: Mapping[str, Any], file: str) -> None:
    """Keep a download as an event of the audit."""
    events.note(tx, "download", DOWNLOAD, {"id": extract["id"], "file": file})
