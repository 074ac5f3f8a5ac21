"""One attributed transaction over a pooled connection: statements are pipelined, and every write has an actor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg
import simplejson
from psycopg import Connection, Cursor, sql
from psycopg.errors import InFailedSqlTransaction
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import ConnectionPool

from registry.permissions import UNBLINDED

Statement = LiteralString | sql.SQL | sql.Composed
Parameters = Mapping[str, Any] | Sequence[Any] | None
Image = dict[str, Any]


def as_json(value: Any) -> str:
    """Write JSON with exact decimals; dates, moments and identifiers as their ISO text."""
    return simplejson.dumps(value, use_decimal=True, default=str, separators=(",", ":"))


def from_json(text: str | bytes) -> Any:
    """Read JSON with exact decimals."""
    return simplejson.loads(text, use_decimal=True)


set_json_dumps(as_json)
set_json_loads(from_json)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who writes in this transaction, from where and why; the database keeps it with every event.

    `sites` is `*` or the comma-separated identifiers of the sites whose records this transaction may see and write.
    `role` names every role by which this is done, with commas; `site_roles` those at each site, where they are not the same.
    """

    actor: str
    organisation: str
    role: str
    sites: str
    client: str
    request_id: str
    change_set: str
    actor_id: str = ""
    reason: str = ""
    site_roles: Mapping[str, str] = field(default_factory=dict)

    def role_at(self, site_id: str) -> str:
        """Give the roles by which this is done at a site; `*` stands for every other one (SQL: role_at)."""
        return self.site_roles.get(site_id) or self.site_roles.get("*") or self.role

    @property
    def unblinded(self) -> str:
        """Say `yes` where every role by which this is done knows the treatment, so that no other role learns it beside one."""
        return "yes" if set(self.role.split(",")) <= UNBLINDED else "no"

    def settings(self) -> dict[str, str]:
        said = {"unblinded": self.unblinded, "site_roles": as_json(self.site_roles)}
        return {name: getattr(self, name) for name in self.__slots__} | said


SAY = """
    select set_config('registry.actor', %(actor)s, true), set_config('registry.organisation', %(organisation)s, true),
           set_config('registry.role', %(role)s, true), set_config('registry.sites', %(sites)s, true),
           set_config('registry.client', %(client)s, true), set_config('registry.request_id', %(request_id)s, true),
           set_config('registry.change_set', %(change_set)s, true), set_config('registry.actor_id', %(actor_id)s, true),
           set_config('registry.reason', %(reason)s, true), set_config('registry.unblinded', %(unblinded)s, true),
           set_config('registry.site_roles', %(site_roles)s, true)"""


@dataclass(frozen=True, slots=True)
class Awaited:
    """The image of a record that was written: asked for, and not waited for, because it arrives with the commit."""

    record_id: str
    version: int
    cursor: Cursor[DictRow]

    def image(self) -> Image:
        """Give the image, waiting for it if need be."""
        image: Image = next(iter(self.cursor.fetchall()[0].values()))
        return image


class Transaction:
    """A transaction in progress: `run` sends a statement, `one` and `every` wait for rows, `commit` keeps the work.

    Statements are pipelined. It begins with its first statement and ends with `commit`, by statements of its own:
    psycopg's would wait for PostgreSQL at the beginning and once more at the end.
    """

    def __init__(self, connection: Connection[DictRow]) -> None:
        self.connection = connection
        self.pipeline: ExitStack | None = None

    def attribute(self, attribution: Attribution) -> None:
        """Say who acts; sent together with the next statement."""
        self.run(SAY, attribution.settings())

    def run(self, statement: Statement, parameters: Parameters = None) -> Cursor[DictRow]:
        if self.pipeline is None:
            self._begin()
        return self.connection.execute(statement, parameters)

    def every(self, statement: Statement, parameters: Parameters = None) -> list[DictRow]:
        return self.run(statement, parameters).fetchall()

    def one(self, statement: Statement, parameters: Parameters = None) -> DictRow | None:
        return self.run(statement, parameters).fetchone()

    def image(self, statement: Statement, parameters: Parameters = None) -> Image | None:
        """Give the one value of the one row, an image, or None when there is no row."""
        row = self.one(statement, parameters)
        return next(iter(row.values())) if row else None

    def images(self, statement: Statement, parameters: Parameters = None) -> list[Image]:
        return [next(iter(row.values())) for row in self.every(statement, parameters)]

    def commit(self) -> None:
        """Keep the work, and wait until it is kept; the next statement begins another transaction."""
        if self.pipeline is None:
            return
        done = self.connection.execute("commit")
        self._end_pipeline()
        if done.statusmessage != "COMMIT":
            raise InFailedSqlTransaction("a statement before the commit had failed")

    def undo(self) -> None:
        """Undo what was not committed."""
        try:
            self._end_pipeline()
        finally:
            self.connection.rollback()

    def _begin(self) -> None:
        self.pipeline = ExitStack()
        self.pipeline.enter_context(self.connection.pipeline())
        self.connection.execute("begin")

    def _end_pipeline(self) -> None:
        ended, self.pipeline = self.pipeline, None
        if ended is not None:
            ended.close()


class Database:
    """A pool of connections as one role, and transactions over them."""

    def __init__(self, url: str, *, size: int, wait: float = 10.0) -> None:
        self.url = url
        self.pool: ConnectionPool[Connection[DictRow]] = ConnectionPool(
            url, min_size=1, max_size=size, timeout=wait, open=False, kwargs={"row_factory": dict_row}
        )

    def open(self) -> None:
        self.pool.open()

    def close(self) -> None:
        self.pool.close()

    @contextmanager
    def apart(self) -> Iterator[Transaction]:
        """Give a transaction over a connection of its own, for long reading; it is rolled back. The pool need not be open."""
        with psycopg.connect(self.url, row_factory=dict_row, autocommit=True) as connection:
            tx = Transaction(connection)
            try:
                yield tx
            finally:
                tx.undo()

    @contextmanager
    def transaction(self, wait: float | None = None) -> Iterator[Transaction]:
        """Give a transaction whose statements are pipelined; it is rolled back unless it was committed.

        `wait` is how many seconds it may wait for a connection, where that is not as long as usual.
        """
        with self.pool.connection(timeout=wait) as connection:
            connection.autocommit = True
            tx = Transaction(connection)
            try:
                yield tx
            except BaseException:
                with suppress(psycopg.Error):
                    tx.undo()
                raise
            else:
                tx.undo()
            finally:
                _as_the_pool_gave_it(connection)


def _as_the_pool_gave_it(connection: Connection[DictRow]) -> None:
    """Prepare a connection for its return; one whose backend ended in the middle of a pipeline is closed instead."""
    try:
        if not connection.broken:
            connection.autocommit = False
    except psycopg.Error:
        connection.close()
