"""The ground of a benchmark: a real PostgreSQL that syncs every commit, a study, its sites, participants and tokens."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from registry.db import accounts, provision, records
from registry.db.server import EmbeddedServer
from registry.db.transaction import SAY, Attribution, Database

SECRET = "the secret of a benchmark, of more than thirty-two characters"
STUDY = "BENCH"
SITES = 8


@dataclass(frozen=True)
class Site:
    """A site, the token of its coordinator, and its participants."""

    id: str
    account: str
    token: str


@dataclass(frozen=True)
class Ground:
    """A prepared database."""

    home: Path
    admin_url: str
    study: str
    sites: list[Site]

    @property
    def service_url(self) -> str:
        return provision.role_url(self.admin_url, provision.SERVICE, SECRET.encode())

    @property
    def extract_url(self) -> str:
        return provision.role_url(self.admin_url, provision.EXTRACT, SECRET.encode())

    def owner(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.admin_url, autocommit=True)

    def enrol(self, site: Site, count: int) -> list[str]:
        """Enrol participants of a site, each with a consent, by plain SQL; give their identifiers."""
        with self.owner() as connection, connection.transaction():
            connection.execute(SAY, attribution().settings())
            ids = [str(row[0]) for row in connection.execute(ENROL, [count, self.study, site.id]).fetchall()]
            connection.execute(CONSENT, [ids])
        return ids


ENROL = """
    with made as (select uuidv7() as id from generate_series(1, %s))
    insert into participant (id, study_id, site_id, code, birth_year, birth_month, sex_at_birth)
    select id, %s, %s, 'P-' || upper(right(id::text, 12)), 2013, 5, 'female' from made
    returning id"""

CONSENT = """
    insert into consent (participant_id, study_id, site_id, document_version, kind, given_by, given_on)
    select id, study_id, site_id, '1.0', 'consent', 'parent', '2020-01-01' from participant where id = any (%s::uuid[])"""


def attribution() -> Attribution:
    return Attribution(
        actor="bench", organisation="bench", role="administrator", sites="*", client="bench",
        request_id=uuid.uuid4().hex, change_set=str(uuid.uuid4()),
    )  # fmt: skip


def twin(ground: Ground, name: str) -> Ground:
    """Copy the database as it is now into another one of the same server; nobody may be connected to it."""
    with psycopg.connect(make_conninfo(ground.admin_url, dbname="postgres"), autocommit=True) as connection:
        original = conninfo_to_dict(ground.admin_url)["dbname"]
        connection.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(str(original))
            )
        )
    return replace(ground, admin_url=make_conninfo(ground.admin_url, dbname=name))


@contextmanager
def prepared(settings: dict[str, str] | None = None, home: Path | None = None) -> Iterator[Ground]:
    """Start a PostgreSQL of its own, with the settings that an installation has, and what a study needs."""
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
        place = home or Path(folder)
        with EmbeddedServer(place, settings) as server:
            provision.prepare(server.admin_url, SECRET.encode())
            yield populated(place, server.admin_url)


def populated(home: Path, admin_url: str) -> Ground:
    database = Database(provision.role_url(admin_url, provision.SERVICE, SECRET.encode()), size=1)
    database.open()
    with database.transaction() as tx:
        tx.attribute(attribution())
        study = {"code": STUDY, "title": "Bench", "protocol_version": "1.0", "design": "observational_cohort"}
        study_id = records.record(tx, "study", study)["id"]
        sites = [site(tx, number) for number in range(SITES)]
        tx.commit()
    database.close()
    return Ground(home, admin_url, study_id, sites)


def site(tx: Any, number: int) -> Site:
    made = records.record(tx, "site", {"code": f"S{number:02d}", "country": "DE", "time_zone": "Europe/Berlin"})
    grants = [{"role": "coordinator", "site_id": made["id"]}]
    account = accounts.open_account(tx, {"name": f"Coordinator {number}", "organisation": "Bench", "grants": grants})
    values = {"account_id": account["id"], "label": "bench", "expires_at": "2099-01-01T00:00:00Z"}
    return Site(made["id"], account["id"], accounts.make_token(tx, values)["token"])
