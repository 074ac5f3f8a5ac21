"""Every route, role and site against the one table of permissions, and every write against the audit."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from registry.api.contract import Contract
from registry.api.throttle import Throttle
from registry.permissions import MAY, Role
from tests.api.every_write import RECORDS, recorded_by, writes
from tests.conftest import ROLES, WIDE, Person, World

NOBODY = "0198c5a0-1111-7000-8000-000000000000"
OPEN_PAGES = {
    "/health/live", "/health/ready", "/metrics", "/openapi.yaml", "/docs", "/docs/<path:name>", "/dictionary",
    "/dictionary.csv",
}  # fmt: skip
ASKED = {"GET", "POST", "PUT", "PATCH", "DELETE"}


NOT_OF_EVERYONE = ("/allocation", "/treatment", "/sponsor-assessment", "/expedited-report", "/expedited-report/message")
"""What lies below a participant only where it was allocated, and below an event only where it was assessed or is serious."""


@dataclass(frozen=True)
class Operation:
    """One method of one route, with its contract."""

    method: str
    route: str
    contract: Contract

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def operations(app: Flask) -> Iterator[Operation]:
    for rule in app.url_map.iter_rules():
        view = getattr(app.view_functions[rule.endpoint], "view_class", None)
        for method in sorted((rule.methods or set()) & ASKED):
            handler = getattr(view, method.lower(), None)
            if handler is not None and hasattr(handler, "__contract__"):
                yield Operation(method, rule.rule, handler.__contract__)


def filled(route: str, study: str, ids: dict[str, str]) -> str:
    """The route with a study, the id of a record of its kind, and whatever else it needs."""
    kind = route.split("/")[2] if route.startswith("/v1/") else ""
    path = route.replace("<study>", study).replace("<int:number>", "1").replace("<name>", "visits.csv")
    return re.sub(r"<uuid:\w+>", ids.get(kind, NOBODY), path)


def sent(somebody: Person, operation: Operation, path: str, body: Any = None) -> TestResponse:
    headers = {"Idempotency-Key": uuid.uuid4().hex, "If-Match": '"1"', "X-Change-Reason": "A test"}
    signed = {"Authorization": f"Bearer {somebody.token}"} if somebody.token else {}
    return somebody.client.open(
        path, method=operation.method, json={} if body is None else body, headers=headers | signed
    )


@pytest.fixture(scope="module")
def records_here(shared_world: World) -> dict[str, dict[str, Any]]:
    """One record a kind at the first site, as it was answered."""
    return recorded_by(shared_world.coordinator, shared_world.study, shared_world.site)


@pytest.fixture(scope="module")
def records_there(shared_world: World) -> dict[str, dict[str, Any]]:
    """One record a kind at the other site."""
    return recorded_by(shared_world.neighbour, shared_world.study, shared_world.other_site)


@pytest.fixture(autouse=True)
def _patient(shared_world: World) -> None:
    shared_world.app.extensions["registry"].throttle = Throttle(100_000)


def ids_of(records: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {kind: record["id"] for kind, record in records.items()}


# --- the table ----------------------------------------------------------------------------------------------------


def test_every_route_has_a_contract_or_is_open_to_everyone(shared_world: World) -> None:
    known = {(operation.route, operation.method) for operation in operations(shared_world.app)}
    every = {(rule.rule, method) for rule in shared_world.app.url_map.iter_rules()
             for method in (rule.methods or set()) & ASKED}  # fmt: skip
    assert {route for route, _ in every - known} - {"/"} == OPEN_PAGES
    assert {method for _, method in every - known} == {"GET"}
    assert len(known) >= 45


def test_every_verb_of_the_table_is_asked_by_a_route_and_held_by_a_role(shared_world: World) -> None:
    assert {operation.contract.may for operation in operations(shared_world.app)} == set(MAY)
    assert all(MAY.values())
    assert set(ROLES) == set(Role)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.requirement("P1")
def test_a_role_may_do_what_the_table_says_and_nothing_else(
    shared_world: World, records_here: dict[str, dict[str, Any]], role: str
) -> None:
    wrong, done = [], set()
    for number, operation in enumerate(operations(shared_world.app)):
        verb = operation.contract.may
        without = [one for one in ROLES if one not in MAY[verb]]
        if (verb, operation.method) in done and not (without and role == without[number % len(without)]):
            continue  # each verb and method is tried by every role, and every route by one without its verb, in turn
        done.add((verb, operation.method))
        path = filled(operation.route, shared_world.study, ids_of(records_here))
        status = sent(shared_world.people[role], operation, path).status_code
        permitted = role in MAY[verb]
        if (status == 403) is permitted or status == 401 or status >= 500:
            wrong.append(f"{operation}: {status}")
    assert wrong == []


@pytest.mark.requirement("P1")
def test_nobody_does_anything_without_a_token(shared_world: World, records_here: dict[str, dict[str, Any]]) -> None:
    nobody = Person(shared_world.app.test_client(), "")
    for operation in operations(shared_world.app):
        path = filled(operation.route, shared_world.study, ids_of(records_here))
        assert sent(nobody, operation, path).status_code == 401, str(operation)


def test_a_role_at_no_site_may_do_nothing(shared_world: World) -> None:
    body = {"name": "New", "organisation": "O", "grants": []}
    account = shared_world.administrator.post("/v1/accounts", body).json["id"]
    wanted = {"account_id": account, "label": "x", "expires_at": "2099-01-01T00:00:00Z"}
    token = shared_world.administrator.post("/v1/tokens", wanted).json["token"]
    newcomer = Person(shared_world.app.test_client(), token)
    for operation in operations(shared_world.app):
        path = filled(operation.route, shared_world.study, {})
        assert sent(newcomer, operation, path).status_code == 403, str(operation)


# --- sites --------------------------------------------------------------------------------------------------------


def of_one_record(app: Flask) -> list[Operation]:
    kinds = {*RECORDS, "laboratory-results"}
    found = (one for one in operations(app) if one.method in ("GET", "PUT") and "<uuid:" in one.route)
    return [one for one in found if one.route.split("/")[2] in kinds and not one.route.endswith(NOT_OF_EVERYONE)]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.requirement("P1")
def test_another_sites_records_are_there_only_for_those_who_see_every_site(
    shared_world: World,
    records_here: dict[str, dict[str, Any]],
    records_there: dict[str, dict[str, Any]],
    role: str,
) -> None:
    found = of_one_record(shared_world.app)
    assert len(found) >= len(RECORDS) * 4 + 1 + 3
    for records, expected in ((records_here, 200), (records_there, 200 if role in WIDE else 404)):
        for operation in found:
            kind = operation.route.split("/")[2]
            path = filled(operation.route, shared_world.study, ids_of(records))
            status = sent(shared_world.people[role], operation, path, records[kind]).status_code
            permitted = role in MAY[operation.contract.may]
            assert status == (expected if permitted else 403), f"{operation} as {role}"


@pytest.mark.parametrize("role", ROLES)
def test_a_list_shows_the_sites_of_the_role(
    shared_world: World,
    records_here: dict[str, dict[str, Any]],
    records_there: dict[str, dict[str, Any]],
    role: str,
) -> None:
    for kind in records_here:
        answer = shared_world.people[role].get(f"/v1/studies/{shared_world.study}/{kind}?limit=200")
        if role not in MAY[kind.replace("-", "_").removesuffix("s") + ".read"]:
            assert answer.status_code == 403
            continue
        ids = {row["id"] for row in answer.json}
        assert records_here[kind]["id"] in ids
        assert (records_there[kind]["id"] in ids) is (role in WIDE)


# --- the audit ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("A10")
def test_every_route_that_writes_leaves_an_event_of_its_actor(shared_world: World) -> None:
    successful = writes(shared_world)
    asked = (one for one in operations(shared_world.app) if one.method != "GET")
    writing = {str(one) for one in asked if not one.contract.stateless}
    assert writing == set(successful)
    with psycopg.connect(shared_world.installation.admin_url, autocommit=True) as connection:
        for route, request in successful.items():
            answer = request()
            assert answer.status_code in (200, 201, 202), f"{route}: {answer.text}"
            query = "select action, actor_id is not null, role <> '-' from audit.event where request_id = %s"
            events = connection.execute(query, [answer.headers["X-Request-Id"]]).fetchall()
            assert events, route
            assert {event[1:] for event in events} == {(True, True)}, route


def test_no_route_that_reads_writes_a_record(shared_world: World, records_here: dict[str, dict[str, Any]]) -> None:
    with psycopg.connect(shared_world.installation.admin_url, autocommit=True) as connection:
        for operation in operations(shared_world.app):
            if operation.method == "GET":
                role = sorted(MAY[operation.contract.may])[0]
                path = filled(operation.route, shared_world.study, ids_of(records_here))
                answer = sent(shared_world.people[role], operation, path)
                query = "select count(*) from audit.event where request_id = %s and action in ('record', 'amend')"
                row = connection.execute(query, [answer.headers["X-Request-Id"]]).fetchone()
                assert row == (0,), str(operation)
