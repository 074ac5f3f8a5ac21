"""How the registry says no: one form for all refusals, which tell nothing that was sent and nothing that is hidden."""

from __future__ import annotations

import json
import re
from typing import Any

import psycopg
import pytest
from marshmallow import fields as plain
from werkzeug.test import TestResponse

from registry.api.throttle import Throttle
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.base import Record
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.consents import Consent
from registry.schemas.doses import Dose
from registry.schemas.fields import ListOf, Part
from registry.schemas.participants import Participant
from registry.schemas.visits import Visit
from tests import bodies
from tests.conftest import World

NOBODY = "0198c5a0-1111-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def _patient(shared_world: World) -> None:
    """Count refused log-ins anew for each test."""
    shared_world.app.extensions["registry"].throttle = Throttle()


def asked(world: World, authorization: str | None, path: str = "/v1/studies") -> TestResponse:
    headers = {"Authorization": authorization} if authorization is not None else {}
    return world.app.test_client().get(path, headers=headers)


def is_problem(answer: TestResponse, status: int, name: str) -> None:
    assert answer.status_code == status, answer.text
    assert bodies.problem(answer) == name
    assert answer.json["title"].endswith(".")
    assert answer.json["instance"] == f"urn:request:{answer.headers['X-Request-Id']}"


# --- who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer short",
        "Basic dXNlcjpwYXNzd29yZA==",
        "Bearer jdmr_" + "A" * 43,
        "Bearer jdmr_" + "A" * 9000,
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.",
        "Bearer jdmr_" + "\u00e9" * 43,
    ],
)
def test_a_request_without_a_valid_token_is_refused(shared_world: World, authorization: str | None) -> None:
    answer = asked(shared_world, authorization)
    is_problem(answer, 401, "not-authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_that_expired_or_whose_account_was_closed_is_refused(shared_world: World) -> None:
    for change in ("update api_token set expires_at = now() - interval '1 second', version = version + 1",
                   "update account set active = false, version = version + 1"):  # fmt: skip
        grants = [{"role": "coordinator", "site_id": shared_world.site}]
        opened = {"name": "A short stay", "organisation": "O", "grants": grants}
        account = shared_world.administrator.post("/v1/accounts", opened).json["id"]
        wanted = {"account_id": account, "label": "short", "expires_at": "2099-01-01T00:00:00Z"}
        token = shared_world.administrator.post("/v1/tokens", wanted).json
        assert asked(shared_world, f"Bearer {token['token']}").status_code == 200
        chosen = token["id"] if "api_token" in change else account
        with psycopg.connect(shared_world.installation.admin_url) as connection:
            for name in ("actor", "request_id", "reason"):
                connection.execute("select set_config(%s, 'A test', true)", [f"registry.{name}"])
            connection.execute("select set_config('registry.change_set', %s, true)", [NOBODY])
            connection.execute(f"{change} where id = %s", [chosen])
        is_problem(asked(shared_world, f"Bearer {token['token']}"), 401, "not-authenticated")


@pytest.mark.requirement("P4")
def test_after_too_many_refused_log_ins_an_address_must_wait(shared_world: World) -> None:
    statuses = [asked(shared_world, "Bearer jdmr_" + "A" * 43).status_code for _ in range(31)]
    assert statuses == [401] * 30 + [429]
    answer = asked(shared_world, "Bearer jdmr_" + "B" * 43)
    is_problem(answer, 429, "too-many-requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_a_valid_token_passes_where_others_were_refused_too_often(shared_world: World) -> None:
    for _ in range(31):
        asked(shared_world, "Bearer jdmr_" + "A" * 43)
    assert asked(shared_world, f"Bearer {shared_world.coordinator.token}").status_code == 200


def test_other_refusals_are_not_counted_as_log_ins(shared_world: World) -> None:
    for _ in range(31):
        assert shared_world.statistician.get(f"/v1/visits/{NOBODY}").status_code == 403
    assert shared_world.coordinator.get("/v1/studies").status_code == 200


# --- what is hidden -----------------------------------------------------------------------------------------------


def test_what_no_role_permits_is_refused_whether_it_exists_or_not(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    for path in (f"/v1/visits/{recorded['id']}", f"/v1/visits/{NOBODY}"):
        answer = shared_world.statistician.get(path)
        is_problem(answer, 403, "not-permitted")
        assert "insufficient_scope" in answer.headers["WWW-Authenticate"]


def test_another_sites_record_and_none_at_all_are_answered_alike_to_the_byte(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    participant = recorded["participant_id"]
    for kind, record_id, body in (
        ("visits", recorded["id"], recorded),
        ("participants", participant, bodies.participant(shared_world.site)),
    ):
        answers = []
        for one in (record_id, NOBODY):
            path = f"/v1/{kind}/{one}"
            for found in (
                shared_world.neighbour.get(path),
                shared_world.neighbour.get(f"{path}/history"),
                shared_world.neighbour.get(f"{path}/versions/1"),
                shared_world.neighbour.put(path, body, version=1),
            ):
                is_problem(found, 404, "no-such-record")
                headers = {name: value for name, value in found.headers if name not in ("X-Request-Id", "Date")}
                answers.append((re.sub(rb"urn:request:\w+", b"", found.data), headers))
        assert all(answer == answers[0] for answer in answers)


# --- routes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/", "/v1/patients", "/v2/studies", "/v1/visits/abc", "/favicon.ico"])
def test_an_address_without_anything_is_said_so(shared_world: World, path: str) -> None:
    is_problem(shared_world.coordinator.get(path), 404, "no-such-route")


def test_a_method_that_is_not_answered_names_those_that_are(shared_world: World) -> None:
    recorded = bodies.visited(shared_world)
    headers = {"Authorization": f"Bearer {shared_world.coordinator.token}"}
    for path, allowed in ((f"/v1/visits/{recorded['id']}", {"GET", "PUT"}), ("/v1/analytes", {"GET"})):
        for method in ("DELETE", "PATCH"):
            answer = shared_world.coordinator.client.open(path, method=method, headers=headers)
            is_problem(answer, 405, "method-not-allowed")
            assert set(answer.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"} == allowed
    page = shared_world.coordinator.client.post("/health/live")
    is_problem(page, 405, "method-not-allowed")
    assert "GET" in page.headers["Allow"]


# --- the request id -----------------------------------------------------------------------------------------------


def test_a_request_id_runs_through_answer_and_audit(shared_world: World) -> None:
    path = f"/v1/studies/{shared_world.study}/participants"
    sent = bodies.participant(shared_world.site)
    answer = shared_world.coordinator.post(path, sent, **{"X-Request-Id": "upload-2025.02.10_1"})
    assert answer.headers["X-Request-Id"] == "upload-2025.02.10_1"
    history = shared_world.coordinator.get(f"/v1/participants/{answer.json['id']}/history").json
    assert history[0]["request_id"] == "upload-2025.02.10_1"


@pytest.mark.parametrize("wanted", ["short", "x" * 65, "with blank inside", "quote'; --", "\u00e9" * 8])
def test_a_request_id_of_another_form_is_replaced(shared_world: World, wanted: str) -> None:
    answer = shared_world.coordinator.get("/v1/studies", **{"X-Request-Id": wanted})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-Id"])


# --- nothing that was sent comes back -----------------------------------------------------------------------------

CANARY = "Zx9Canary7Qv"
SUBMISSIONS: dict[str, type[Record]] = {
    "participants": Participant,
    "consents": Consent,
    "visits": Visit,
    "doses": Dose,
    "concomitant-medications": ConcomitantMedication,
    "adverse-events": AdverseEvent,
}


def planted(schema: Record, value: Any) -> dict[str, Any]:
    """A submission with the value in every field, however deep."""
    return {name: _planted(field, value) for name, field in schema.load_fields.items()}


def _planted(field: plain.Field[Any], value: Any) -> Any:
    if isinstance(field, Part):
        return planted(field.schema, value)
    if isinstance(field, ListOf):
        return [_planted(field.inner, value)]
    return {"height": value} if field.name == "missing" else value


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Any:
    caplog.set_level("DEBUG")

    def said() -> str:
        written = capfd.readouterr()
        return written.out + written.err + caplog.text

    return said


PLANTED = [
    pytest.param(path, value)
    for path in SUBMISSIONS
    for value in (CANARY, CANARY + "\x00", 98765432.125, [CANARY], {"a": CANARY})
]


@pytest.mark.parametrize(("path", "value"), PLANTED)
def test_a_refusal_and_its_log_never_hold_what_was_sent(
    shared_world: World, everything_logged: Any, path: str, value: Any
) -> None:
    body = planted(SUBMISSIONS[path](), value)
    answer = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/{path}", body)
    assert answer.status_code == 422, answer.text
    assert len(answer.json["errors"]) >= 5
    logged = everything_logged()
    assert "answered" in logged
    for told in (answer.text, logged):
        assert CANARY not in told
        assert "98765432" not in told


def test_a_refusal_by_the_database_does_not_hold_what_was_sent(shared_world: World, everything_logged: Any) -> None:
    recorded = bodies.visited(shared_world)
    participant = shared_world.coordinator.get(f"/v1/participants/{recorded['participant_id']}").json
    path = f"/v1/studies/{shared_world.study}"
    refused = [
        shared_world.coordinator.post(f"{path}/participants", bodies.participant(shared_world.site, code=participant["code"])),
        shared_world.coordinator.post(f"{path}/visits", bodies.visit(participant["id"], visited_on="2024-03-07")),
        shared_world.coordinator.post(f"{path}/visits", bodies.visit(participant["id"], event="week_4", visited_on="2024-03-07")),
    ]  # fmt: skip
    assert [answer.status_code for answer in refused] == [409, 409, 422]
    told = json.dumps([answer.json for answer in refused]) + everything_logged()
    for value in (participant["code"], "2024-03-07", "2025-02-10"):
        assert value not in told
