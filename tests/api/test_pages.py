"""What is open to everyone: health, metrics, the OpenAPI document and its page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from registry.api import pages
from registry.app import create_app
from registry.db import health
from registry.db.transaction import Database
from tests import bodies
from tests.conftest import World


def test_a_living_service_says_so(shared_world: World) -> None:
    answer = shared_world.app.test_client().get("/health/live")
    assert (answer.status_code, answer.json) == (200, {"status": "live"})


def test_a_service_that_can_serve_says_so(shared_world: World) -> None:
    answer = shared_world.app.test_client().get("/health/ready")
    assert answer.status_code == 200
    assert (answer.json["ready"], answer.json["database"]) == (True, "reached")
    assert answer.json["clock_skew_seconds"] < 5


@pytest.mark.requirement("A7")
def test_a_service_whose_clock_differs_from_its_databases_is_not_ready(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = (
        "select clock_timestamp() + interval '7 seconds' as now, (select version_num from alembic_version) as migration"
    )
    monkeypatch.setattr(health, "FACTS", ahead)
    answer = shared_world.app.test_client().get("/health/ready")
    assert answer.status_code == 503
    assert (answer.json["ready"], answer.json["database"]) == (False, "clock differs")
    assert 6 < answer.json["clock_skew_seconds"] < 8


@pytest.fixture
def cut_off(shared_world: World) -> Any:
    """The service after its database went away."""
    gone = Database("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1", size=1, wait=0.2)
    gone.open()
    yield create_app(shared_world.installation.settings, gone).test_client()
    gone.close()


def test_a_service_without_its_database_is_alive_and_not_ready(cut_off: Any) -> None:
    assert cut_off.get("/health/live").status_code == 200
    answer = cut_off.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json["ready"] is False
    assert "nobody" not in answer.text


def test_a_request_without_the_database_is_to_be_tried_again(shared_world: World, cut_off: Any) -> None:
    headers = {"Authorization": f"Bearer {shared_world.coordinator.token}"}
    answer = cut_off.get("/v1/studies", headers=headers)
    assert answer.status_code == 503, answer.text
    assert bodies.problem(answer) == "unavailable"
    assert int(answer.headers["Retry-After"]) >= 1


def test_metrics_count_by_route_and_hold_no_patient(shared_world: World) -> None:
    visit = bodies.visited(shared_world)
    shared_world.coordinator.get(f"/v1/visits/{visit['id']}")
    shared_world.coordinator.get(f"/v1/studies/{shared_world.study}/participants?code=SECRET-CODE")
    shared_world.coordinator.get("/v1/patients/SECRET-CODE")
    metrics = shared_world.app.test_client().get("/metrics")
    assert metrics.status_code == 200
    assert 'route="/v1/visits/<uuid:record_id>",status="200"' in metrics.text
    for hidden in (visit["id"], visit["participant_id"], "SECRET-CODE", shared_world.study):
        assert hidden not in metrics.text


def test_the_document_of_the_api_is_served(shared_world: World) -> None:
    answer = shared_world.app.test_client().get("/openapi.yaml")
    assert answer.status_code == 200
    assert answer.mimetype == "application/yaml"
    assert answer.text.startswith("openapi: 3.1.0\n")
    assert answer.data == pages.DOCUMENT.read_bytes()


def test_the_page_of_the_api_needs_nothing_from_elsewhere(shared_world: World) -> None:
    client = shared_world.app.test_client()
    page = client.get("/docs")
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert not re.search(r'(src|href)="(https?:)?//', page.text)
    for asset in re.findall(r'(?:src|href)="(/docs/[^"]+)"', page.text):
        assert client.get(asset).status_code == 200, asset


@pytest.mark.parametrize("path", ["/docs/../app.py", "/docs/%2e%2e/pages.py", "/docs/nothing.js", "/docs//etc/passwd"])
def test_the_page_gives_no_other_file(shared_world: World, path: str) -> None:
    answer = shared_world.app.test_client().get(path)
    assert answer.status_code in (308, 404)
    assert "import" not in answer.text


def test_a_problem_of_a_page_is_a_problem_too(shared_world: World) -> None:
    answer = shared_world.app.test_client().get("/health")
    assert bodies.problem(answer) == "no-such-route"
