"""What the log holds after a day's work with all its failures: routes and accounts, never a patient."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from registry.api import observation, refusals
from tests import bodies
from tests.conftest import World

CODE, TERM, COMMENT, REASON = "CANARY-0001", "Canary fever", "Canary comment", "Canary reason"
WEIGHT, ONSET, DAY, BIRTH = 33.77, "2021-09-17", "2025-02-13", "2014-05-17"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> list[Any]:
    """Every structured line that is logged, at every level."""
    caplog.set_level("DEBUG")
    capture = LogCapture()
    for module in (observation, refusals):
        logger = structlog.wrap_logger(None, processors=[capture], wrapper_class=structlog.BoundLogger)
        monkeypatch.setattr(module, "log", logger)
    return capture.entries


def a_days_work(world: World) -> list[str]:  # noqa: PLR0915 (a day has many requests)
    """Work through every kind of success and failure; give what must not be in the log."""
    coordinator, path = world.coordinator, f"/v1/studies/{world.study}"
    person = bodies.participant(world.site, code=CODE, symptom_onset=ONSET, diagnosed_on="2021-09-18")
    participant = coordinator.post(f"{path}/participants", person).json["id"]
    coordinator.post(f"{path}/participants", person)
    coordinator.post(f"{path}/participants", person | {"date_of_birth": BIRTH, "code": CODE.lower()})
    coordinator.post(f"{path}/visits", bodies.visit(participant, visited_on=DAY))
    coordinator.post(f"{path}/consents", bodies.consent(participant))
    visit = bodies.visit(participant, visited_on=DAY, forms={"vital_signs": {"height": 128.5, "weight": WEIGHT}})
    recorded = coordinator.post(f"{path}/visits", visit).json
    coordinator.post(f"{path}/visits", visit)
    heavy = visit | {"event": "week_4", "visited_on": "2025-03-10", "forms": {"vital_signs": {"weight": 77.33}}}
    coordinator.post(f"{path}/visits", heavy)
    coordinator.post(f"{path}/visits", heavy | {"confirmations": [{"rule": "weight_changed", "comment": COMMENT}]})
    one = f"/v1/visits/{recorded['id']}"
    coordinator.put(one, recorded | {"mode": "remote"}, version=1, reason=REASON)
    coordinator.put(one, recorded, version=1, reason=REASON)
    coordinator.put(one, recorded, version=2, reason="")
    coordinator.post(f"{path}/adverse-events", bodies.adverse_event(participant, term=TERM))
    coordinator.post(f"{path}/doses", bodies.dose(participant))
    coordinator.post(f"{path}/doses", bodies.dose(participant))
    coordinator.post(f"{path}/visits", '{"event": "' + CODE)
    headers = {"Authorization": f"Bearer {coordinator.token}", "Idempotency-Key": uuid.uuid4().hex}
    line = json.dumps(visit | {"event": "week_8"}) + "\n" + TERM
    coordinator.client.post(f"{path}/visits:bulk", data=line, headers=headers, content_type="application/x-ndjson")
    for asked in (f"{path}/participants?code={CODE}", f"{path}/participants?name={CODE}", f"/v1/patients/{CODE}",
                  f"{one}?as_of=2025-01-01T00:00:00Z", f"{one}/versions/9", f"{path}/visits?cursor={CODE}"):  # fmt: skip
        coordinator.get(asked)
    world.neighbour.get(one)
    world.statistician.get(one)
    world.auditor.get(f"/v1/audit?participant_id={participant}")
    stolen = "jdmr_" + "C" * 43
    world.app.test_client().get(one, headers={"Authorization": f"Bearer {stolen}"})
    tokens = [person.token for person in world.people.values()]
    values = [CODE, CODE.lower(), TERM, COMMENT, REASON, str(WEIGHT), "77.33", ONSET, DAY, BIRTH]
    return [*values, participant, recorded["id"], stolen, *tokens, "as_of", "cursor=", "code="]


def test_the_log_of_a_days_work_holds_nothing_of_a_patient(
    shared_world: World, lines: list[Any], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    hidden = a_days_work(shared_world)
    assert {line["status"] for line in lines} >= {200, 201, 400, 401, 403, 404, 409, 412, 422}
    written = capfd.readouterr()
    told = "\n".join([*map(repr, lines), caplog.text, written.out, written.err])
    assert [value for value in hidden if value in told] == []


def test_each_request_is_one_line_with_its_route_and_account(shared_world: World, lines: list[Any]) -> None:
    answer = shared_world.coordinator.get(f"/v1/studies/{shared_world.study}")
    [line] = lines
    assert line["milliseconds"] >= 0
    expected = {
        "event": "answered",
        "route": "/v1/studies/<study>",
        "method": "GET",
        "status": 200,
        "account": shared_world.coordinator.account_id,
        "request_id": answer.headers["X-Request-Id"],
    }
    assert {name: line[name] for name in expected} == expected


def test_a_failure_of_the_service_is_logged_without_its_message(
    shared_world: World, lines: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError(f"could not read {CODE}")

    monkeypatch.setattr("registry.api.studies.studies.id_of", fail)
    answer = shared_world.coordinator.get(f"/v1/studies/{shared_world.study}")
    assert answer.status_code == 500
    assert bodies.problem(answer) == "unexpected"
    [failed] = [line for line in lines if line["event"] == "failed"]
    assert failed["error"] == "RuntimeError"
    assert "test_logs" in failed["where"]
    assert CODE not in repr(lines) + answer.text
