"""One PostgreSQL for the whole run, two migrated templates, empty and populated, and a fresh copy of one for whoever writes."""

from __future__ import annotations

import gc
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg.conninfo import make_conninfo
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from registry.app import create_app
from registry.db import accounts, provision, records
from registry.db.server import EmbeddedServer
from registry.db.transaction import Attribution, Database
from registry.settings import Settings

SECRET = "a secret of the tests, longer than thirty-two characters"
ROLES = (
    "coordinator", "investigator", "monitor", "data_manager", "safety_officer", "statistician", "partner", "auditor",
    "administrator", "pharmacist", "unblinded_statistician",
)  # fmt: skip


LONGEST_FIRST = (
    "system/test_contract.py", "system/test_python_client.py", "system/test_docs_page.py", "db/test_allocation_concurrency.py",
    "system/test_commands.py", "api/test_permissions.py", "api/test_blinding.py", "api/test_board_reports.py",
    "publish/test_openapi.py", "publish/test_extracts.py", "system/test_typescript_client.py", "system/test_worker.py",
    "system/test_demo.py", "api/test_signals.py", "db/test_server.py", "db/test_deidentified.py", "demo/test_derived.py",
)  # fmt: skip
"""The files that take longest, which begin first, so that no process is left with one at the end."""


@pytest.fixture(scope="session", autouse=True)
def routes_compiled_once() -> Iterator[None]:
    """Let each application take the compiled rules of the first one: nearly all the time of making one goes there."""
    compiled: dict[tuple[Any, ...], Any] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Any:
        asked = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), repr(rule._trace), append_unknown)
        if asked not in compiled:
            compiled[asked] = compile_builder(rule, append_unknown)
        return compiled[asked]

    compile_builder = Rule._compile_builder
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Rule, "_compile_builder", remembered)
        yield


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what was imported: it stays until the end."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((n for n, name in enumerate(LONGEST_FIRST) if name in item.nodeid), 99))


@dataclass(frozen=True)
class Installation:
    """A migrated database of its own, and how to reach it."""

    name: str
    admin_url: str
    home: Path

    @property
    def service_url(self) -> str:
        return provision.role_url(self.admin_url, provision.SERVICE, SECRET.encode())

    @property
    def extract_url(self) -> str:
        return provision.role_url(self.admin_url, provision.EXTRACT, SECRET.encode())

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, secret=SECRET, log_level="error")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    home = tmp_path_factory.mktemp("postgres")
    quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
    with EmbeddedServer(home, quick) as server:
        yield server


@pytest.fixture(scope="session")
def template(postgres: EmbeddedServer) -> str:
    """A migrated database without records, which others are copied from."""
    with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
        connection.execute("create database template_registry")
    provision.prepare(make_conninfo(postgres.admin_url, dbname="template_registry"), SECRET.encode())
    return "template_registry"


def copied(postgres: EmbeddedServer, template: str, home: Path) -> Installation:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(make_conninfo(postgres.admin_url, dbname="postgres"), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template} strategy file_copy")
    return Installation(name, make_conninfo(postgres.admin_url, dbname=name), home)


def dropped(postgres: EmbeddedServer, installation: Installation) -> None:
    with psycopg.connect(make_conninfo(postgres.admin_url, dbname="postgres"), autocommit=True) as connection:
        connection.execute(f"drop database {installation.name} with (force)")


@pytest.fixture
def installation(postgres: EmbeddedServer, template: str, tmp_path: Path) -> Iterator[Installation]:
    """A database of this test's own."""
    made = copied(postgres, template, tmp_path)
    yield made
    dropped(postgres, made)


@pytest.fixture(scope="module")
def shared_installation(
    postgres: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A database that the tests of one file share; each must use participants of its own."""
    made = copied(postgres, template, tmp_path_factory.mktemp("home"))
    yield made
    dropped(postgres, made)


def attribution(**changes: Any) -> Attribution:
    usual: dict[str, Any] = {
        "actor": "A test",
        "organisation": "Tests",
        "role": "administrator",
        "sites": "*",
        "client": "pytest",
        "request_id": uuid.uuid4().hex,
        "change_set": str(uuid.uuid4()),
    }
    return Attribution(**(usual | changes))


@pytest.fixture
def service(installation: Installation) -> Iterator[Database]:
    """The database as registry_service connects to it."""
    database = Database(installation.service_url, size=10)
    database.open()
    yield database
    database.close()


@dataclass
class Person:
    """Somebody with a token, who asks the API for things."""

    client: FlaskClient
    token: str
    account_id: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=self._with(headers))

    def post(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> TestResponse:
        sent = {"Idempotency-Key": key or uuid.uuid4().hex} | headers
        return self.client.post(path, data=dumped(body), headers=self._with(sent), content_type="application/json")

    def put(self, path: str, body: Any, *, version: int, reason: str = "A correction", **headers: str) -> TestResponse:
        sent = {"If-Match": f'"{version}"', "X-Change-Reason": reason} | headers
        return self.client.put(path, data=dumped(body), headers=self._with(sent), content_type="application/json")

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | self.headers | headers


def dumped(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body)


@dataclass
class World:
    """A registry with a study and two sites, and one person a role at the first site."""

    app: Flask
    installation: Installation
    study: str
    site: str
    other_site: str
    people: dict[str, Person]

    def __getattr__(self, role: str) -> Person:
        try:
            return self.people[role]
        except KeyError:
            raise AttributeError(role) from None


@dataclass(frozen=True)
class Population:
    """The database that worlds are copied from: a study, two sites by code, and for each role an account and its token."""

    database: str
    sites: dict[str, str]
    people: dict[str, tuple[str, str]]


@pytest.fixture(scope="session")
def population(postgres: EmbeddedServer, template: str, tmp_path_factory: pytest.TempPathFactory) -> Population:
    """Populate a database once; no connection to it stays, or it could not be copied."""
    made = copied(postgres, template, tmp_path_factory.mktemp("home"))
    service = Database(made.service_url, size=1)
    service.open()
    with service.transaction() as tx:
        tx.attribute(attribution())
        study = {"code": "JAKI-JDM", "title": "A study", "protocol_version": "1.0", "design": "observational_cohort"}
        records.record(tx, "study", study)
        places = {"BER": ("DE", "Europe/Berlin"), "AKL": ("NZ", "Pacific/Auckland")}
        sites = {}
        for code, (country, zone) in places.items():
            sites[code] = records.record(tx, "site", {"code": code, "country": country, "time_zone": zone})["id"]
        people = {role: account(tx, role, sites["BER"]) for role in ROLES}
        people["neighbour"] = account(tx, "coordinator", sites["AKL"])
        tx.commit()
    service.close()
    return Population(made.name, sites, people)


WIDE = {"unblinded_statistician", "statistician", "auditor", "administrator", "safety_officer", "data_manager"}


def person(app: Flask, tx: Any, role: str, site: str) -> Person:
    account_id, token = account(tx, role, site)
    return Person(app.test_client(), token, account_id)


def account(tx: Any, role: str, site: str) -> tuple[str, str]:
    """Open an account that holds a role; give it with a token."""
    grants = [{"role": role, "site_id": None if role in WIDE else site}]
    opened = accounts.open_account(tx, {"name": f"The {role}", "organisation": "Tests", "grants": grants})
    values = {"account_id": opened["id"], "label": "tests", "expires_at": "2099-01-01T00:00:00Z"}
    return opened["id"], accounts.make_token(tx, values)["token"]


@contextmanager
def inhabited(postgres: EmbeddedServer, population: Population, home: Path) -> Iterator[World]:
    """Give the application over a copy of the population."""
    installation = copied(postgres, population.database, home)
    service = Database(installation.service_url, size=10)
    service.open()
    app = create_app(installation.settings, service)
    people = {role: Person(app.test_client(), token, owner) for role, (owner, token) in population.people.items()}
    yield World(app, installation, "JAKI-JDM", population.sites["BER"], population.sites["AKL"], people)
    service.close()
    dropped(postgres, installation)


@pytest.fixture
def world(postgres: EmbeddedServer, population: Population, tmp_path: Path) -> Iterator[World]:
    """A registry of this test's own."""
    with inhabited(postgres, population, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared_world(
    postgres: EmbeddedServer, population: Population, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A registry that the tests of one file share."""
    with inhabited(postgres, population, tmp_path_factory.mktemp("home")) as made:
        yield made
