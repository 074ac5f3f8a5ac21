"""Prepare a database: check that it will do, make the roles, bring the tables to the head, and connect as the service."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from registry import keys

MIGRATIONS = Path(__file__).parents[2] / "alembic"
OLDEST = 18_00_00
SERVICE, EXTRACT, OWNER = "registry_service", "registry_extract", "registry_owner"


class DatabaseUnsuitable(Exception):
    """The database cannot hold the registry; the message says what to do."""


def role_url(url: str, role: str, secret: bytes) -> str:
    """Give the connection string of a role of ours beside the one that was configured."""
    return make_conninfo(url, user=role, password=keys.derive(secret, f"database role {role}").hex())


def prepare(url: str, secret: bytes) -> None:
    """Make the roles and bring the tables to the head; harmless when it was done before.

    Raises:
        DatabaseUnsuitable: it is not reached, too old, or the account lacks rights.
    """
    with _connected(url) as connection:
        _check(connection)
        try:
            connection.execute((Path(__file__).parent / "roles.sql").read_text())
            _set_passwords(connection, url, secret)
        except psycopg.errors.InsufficientPrivilege:
            raise DatabaseUnsuitable(RIGHTS) from None
    if current_revision(url) != head_revision():
        _migrate(url)


RIGHTS = (
    "The account of DATABASE_URL lacks rights: it must be allowed to make roles and extensions in this database. "
    "Run as a superuser: alter role <account> createrole; grant create on database <database> to <account>; "
    "create extension btree_gist; create extension pg_trgm; "
    "and if registry_owner exists: grant registry_owner to <account> with admin option;"
)


def _connected(url: str) -> Connection[tuple[object, ...]]:
    try:
        return psycopg.connect(url, connect_timeout=10, autocommit=True)
    except psycopg.OperationalError:
        raise DatabaseUnsuitable(
            "The database of DATABASE_URL is not reached: check host, port, database, account and password."
        ) from None


def _check(connection: Connection[tuple[object, ...]]) -> None:
    if connection.info.server_version < OLDEST:
        found = connection.info.server_version // 10000
        raise DatabaseUnsuitable(
            f"The database is PostgreSQL {found}; the registry needs 18 or newer: upgrade the server."
        )


def _set_passwords(connection: Connection[tuple[object, ...]], url: str, secret: bytes) -> None:
    for role in (SERVICE, EXTRACT):
        password = conninfo_to_dict(role_url(url, role, secret))["password"]
        connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password)))


def head_revision() -> str:
    """Give the newest migration there is: they are numbered, one file a number."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def current_revision(url: str) -> str | None:
    """Give the newest migration that this database has; None when it has none."""
    with _connected(url) as connection:
        found = connection.execute("select to_regclass('public.alembic_version')").fetchone()
        if not found or found[0] is None:
            return None
        row = connection.execute("select version_num from public.alembic_version").fetchone()
        return str(row[0]) if row else None


def _migrate(url: str, revision: str = "head") -> None:
    # alembic takes half a second to import, and most starts have nothing to migrate
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import create_engine  # noqa: PLC0415
    from sqlalchemy.pool import NullPool  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"set role {OWNER}")
        connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def check_service_role(url: str) -> None:
    """Refuse to serve as anybody but registry_service without privileges.

    Raises:
        DatabaseUnsuitable: the account owns tables, is a superuser, or passes by row-level security.
    """
    with _connected(url) as connection:
        row = connection.execute(
            "select session_user::text, rolsuper or rolbypassrls or pg_has_role(session_user, %s, 'member') "
            "from pg_roles where rolname = session_user",
            [OWNER],
        ).fetchone()
    if row is None or row[0] != SERVICE or row[1]:
        raise DatabaseUnsuitable(f"The service connects as {SERVICE} without further rights, and as nobody else.")
