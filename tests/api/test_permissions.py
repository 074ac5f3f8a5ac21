"""Every route, role and site against the one table of permissions, and every write against the audit."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from registry.api.contract import Contract
from registry.api.throttle import Throttle
from registry.permissions import MAY, Role
from tests import bodies
from tests.conftest import ROLES, WIDE, Person, World, dumped

NOBODY = "0198c5a0-1111-7000-8000-000000000000"
OPEN_PAGES = {"/health/live", "/health/ready", "/metrics", "/openapi.yaml", "/docs", "/docs/<path:name>"}
ASKED = {"GET", "POST", "PUT", "PATCH", "DELETE"}
RECORDS = {
    "participants": lambda participant: None,
    "consents": bodies.consent,
    "visits": bodies.visit,
    "doses": bodies.dose,
    "concomitant-medications": bodies.concomitant_medication,
    "adverse-events": bodies.adverse_event,
}


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


def recorded_by(somebody: Person, study: str, site: str) -> dict[str, dict[str, Any]]:
    participant = somebody.post(f"/v1/studies/{study}/participants", bodies.participant(site)).json
    found = {"participants": participant}
    for kind, body in RECORDS.items():
        if kind != "participants":
            answer = somebody.post(f"/v1/studies/{study}/{kind}", body(participant["id"]))
            assert answer.status_code == 201, answer.text
            found[kind] = answer.json
    return found | {"laboratory-results": found["visits"]["laboratory_results"][0]}


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
def test_a_role_may_do_what_the_table_says_and_nothing_else(
    shared_world: World, records_here: dict[str, dict[str, Any]], role: str
) -> None:
    wrong = []
    for operation in operations(shared_world.app):
        path = filled(operation.route, shared_world.study, ids_of(records_here))
        status = sent(shared_world.people[role], operation, path).status_code
        permitted = role in MAY[operation.contract.may]
        if (status == 403) is permitted or status == 401 or status >= 500:
            wrong.append(f"{operation}: {status}")
    assert wrong == []


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
    return [one for one in operations(app) if one.route.split("/")[2] in kinds and "<uuid:" in one.route]


@pytest.mark.parametrize("role", ROLES)
def test_another_sites_records_are_there_only_for_those_who_see_every_site(
    shared_world: World,
    records_here: dict[str, dict[str, Any]],
    records_there: dict[str, dict[str, Any]],
    role: str,
) -> None:
    found = of_one_record(shared_world.app)
    assert len(found) == 6 * 4 + 1 + 3
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


def writes(world: World) -> dict[str, Callable[[], TestResponse]]:
    """A successful request for every route that writes."""
    people, base, study = world.people, f"/v1/studies/{world.study}", world.study
    coordinator, administrator = world.coordinator, world.administrator
    records = recorded_by(coordinator, study, world.site)
    participant = records["participants"]["id"]
    code = f"W{uuid.uuid4().hex[:8].upper()}"
    new_study = {"code": code, "title": "T", "protocol_version": "1", "design": "single_arm"}
    new_site = {"code": code, "country": "FR", "time_zone": "Europe/Paris"}
    account = administrator.post("/v1/accounts", {"name": "N", "organisation": "O"}).json
    token = {"account_id": account["id"], "label": "x", "expires_at": "2099-01-01T00:00:00Z"}
    revocable = administrator.post("/v1/tokens", token).json["id"]
    site = administrator.post("/v1/sites", new_site | {"code": f"{code}-1"}).json
    administrator.post("/v1/studies", new_study | {"code": f"{code}-1"})
    line = bodies.visit(participant, event="week_76", laboratory_results=[], visited_on="2025-03-01")
    created = {
        f"POST /v1/studies/<study>/{kind}": (lambda kind=kind, body=body: coordinator.post(
            f"{base}/{kind}", _another(kind, body, participant, world.site)))
        for kind, body in RECORDS.items()
    }  # fmt: skip
    changes = {
        "participants": {"birth_month": 6}, "consents": {"document_version": "1.1"}, "visits": {"mode": "remote"},
        "doses": {"adherence": "full"}, "concomitant-medications": {"dose": 5}, "adverse-events": {"grade": 3},
    }  # fmt: skip
    amended = {
        f"PUT /v1/{kind}/<uuid:record_id>": (lambda kind=kind: coordinator.put(
            f"/v1/{kind}/{records[kind]['id']}", records[kind] | changes[kind], version=1))
        for kind in RECORDS
    }  # fmt: skip
    bulk = {"Authorization": f"Bearer {coordinator.token}", "Idempotency-Key": uuid.uuid4().hex}
    return created | amended | {
        "POST /v1/studies": lambda: administrator.post("/v1/studies", new_study),
        "PUT /v1/studies/<study>": lambda: administrator.put(f"/v1/studies/{code}-1", new_study | {"code": f"{code}-1",
                                                             "title": "U"}, version=1),
        "POST /v1/sites": lambda: administrator.post("/v1/sites", new_site),
        "PUT /v1/sites/<uuid:site_id>": lambda: administrator.put(f"/v1/sites/{site['id']}", site | {"country": "BE"},
                                                                  version=1),
        "POST /v1/accounts": lambda: administrator.post("/v1/accounts", {"name": "M", "organisation": "O"}),
        "PUT /v1/accounts/<uuid:account_id>": lambda: administrator.put(f"/v1/accounts/{account['id']}",
                                                                        account | {"name": "L"}, version=1),
        "POST /v1/tokens": lambda: administrator.post("/v1/tokens", token),
        "PUT /v1/tokens/<uuid:token_id>/revocation": lambda: administrator.put(f"/v1/tokens/{revocable}/revocation", {},
                                                                               version=1),
        "POST /v1/extracts": lambda: people["statistician"].post("/v1/extracts", {"study": study, "purpose": "A test"}),
        "POST /v1/studies/<study>/visits:bulk": lambda: coordinator.client.post(
            f"{base}/visits:bulk", data=bodies_line(line), headers=bulk, content_type="application/x-ndjson"),
    }  # fmt: skip


def _another(kind: str, body: Callable[..., Any], participant: str, site: str) -> dict[str, Any]:
    changes = {"visits": {"event": "week_104"}, "doses": {"started_on": "2025-01-01", "ended_on": "2025-01-02"}}
    if kind == "participants":
        return bodies.participant(site)
    found: dict[str, Any] = body(participant, **changes.get(kind, {}))
    return found


def bodies_line(body: dict[str, Any]) -> str:
    return dumped(body) + "\n"


def test_every_route_that_writes_leaves_an_event_of_its_actor(shared_world: World) -> None:
    successful = writes(shared_world)
    asked = (one for one in operations(shared_world.app) if one.method != "GET")
    writing = {str(one) for one in asked if not one.contract.stateless}
    assert writing == set(successful)
    with psycopg.connect(shared_world.installation.admin_url, autocommit=True) as connection:
        for route, request in successful.items():
            answer = request()
            assert answer.status_code in (200, 201), f"{route}: {answer.text}"
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
