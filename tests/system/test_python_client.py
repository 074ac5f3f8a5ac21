"""A partner's Python client, generated from the document, does a coordinator's and a statistician's work over HTTP."""

from __future__ import annotations

import importlib
import io
import json
import sys
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from openapi_python_client.cli import app
from openapi_python_client.parser import openapi
from typer.testing import CliRunner

from registry.api.extract_files import MEDIA
from registry.publish import examples
from registry.publish.shapes import plainly
from tests.extracting import worked
from tests.system.conftest import Live, published

PACKAGE = "registry_client"
CONFIGURATION = {
    "package_name_override": PACKAGE,
    "literal_enums": True,
    "post_hooks": [],
    "content_type_overrides": {
        "application/problem+json": "application/json",
        "application/x-ndjson": "application/octet-stream",
        "application/yaml": "application/json",
        **{media: "application/octet-stream" for media in MEDIA.values() if media != "application/json"},
    },
}


def itself(endpoint: Any) -> Any:
    """Stand in for the copies that the generator makes of each operation and drops: two thirds of its time."""
    return endpoint


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The client, made by openapi-python-client without a warning, where Python finds it."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "configuration.yaml").write_text(yaml.safe_dump(CONFIGURATION))
    (folder / "openapi.json").write_text(json.dumps(published()))  # as JSON it is read in no time
    command = [
        "generate", "--fail-on-warning", "--path", str(folder / "openapi.json"),
        "--config", str(folder / "configuration.yaml"), "--meta", "none", "--output-path", str(folder / PACKAGE),
    ]  # fmt: skip
    with mock.patch.object(openapi, "deepcopy", itself):
        made = CliRunner().invoke(app, command)
    assert made.exit_code == 0, made.output
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))


class Partner:
    """Calls operations by their id as one role, and gives what was answered with its headers."""

    def __init__(self, live: Live, role: str) -> None:
        self.study = live.world.study
        client: Any = importlib.import_module(f"{PACKAGE}.client")
        self.client = client.AuthenticatedClient(base_url=live.url, token=live.tokens[role])

    def does(self, tag: str, operation: str, *parts: Any, **asked: Any) -> Any:
        module: ModuleType = importlib.import_module(f"{PACKAGE}.api.{tag}.{operation}")
        return module.sync_detailed(*parts, client=self.client, **asked)

    def posts(self, tag: str, operation: str, *parts: Any, body: Any, status: int = 201) -> Any:
        answer = self.does(tag, operation, *parts, body=body, idempotency_key=uuid.uuid4().hex)
        assert answer.status_code == status, answer.content
        return answer.parsed


def model(name: str, values: dict[str, Any]) -> Any:
    """Make an instance of a generated model."""
    return getattr(importlib.import_module(f"{PACKAGE}.models"), name).from_dict(values)


@pytest.fixture
def coordinator(live: Live, generated: Path) -> Partner:
    return Partner(live, "coordinator")


def enrolled(coordinator: Partner, live: Live, code: str) -> Any:
    sent = {**examples.PARTICIPANT, "site_id": live.world.site, "code": code}
    participant = coordinator.posts(
        "participants", "enrol_participant", coordinator.study, body=model("ParticipantSubmission", sent)
    )
    consent = {**examples.CONSENT, "participant_id": str(participant.id)}
    coordinator.posts("consents", "record_consent", coordinator.study, body=model("ConsentSubmission", consent))
    return participant


def visit_of(participant: Any, **changes: Any) -> Any:
    whole = plainly(examples.named(examples.Visit)["full_visit"])
    return model("VisitSubmission", {**whole, "participant_id": str(participant.id), **changes})


def test_a_full_visit_goes_in_is_amended_with_a_reason_and_is_read_back(coordinator: Partner, live: Live) -> None:
    participant = enrolled(coordinator, live, "PY-001")
    visit = coordinator.posts("visits", "record_visit", coordinator.study, body=visit_of(participant))
    assert visit.forms.muscle_strength.cmas_maximum == 52
    assert len(visit.laboratory_results) == 30

    changed = model("VisitSubmission", visit.to_dict())
    changed.forms.vital_signs.weight = 31.4
    amended = coordinator.does(
        "visits", "amend_visit", visit.id, body=changed, if_match='"1"', x_change_reason="Read off the wrong scale"
    )
    assert amended.status_code == 200, amended.content
    assert amended.headers["ETag"].startswith('"2.')

    read = coordinator.does("visits", "read_visit", visit.id).parsed
    assert (read.version, read.forms.vital_signs.weight) == (2, 31.4)
    assert coordinator.does("visits", "read_visit_version", visit.id, 1).parsed == visit
    _, change = coordinator.does("visits", "read_visit_history", visit.id).parsed
    assert (change.reason, [one.field for one in change.changes]) == (
        "Read off the wrong scale",
        ["/forms/vital_signs/weight"],
    )


def test_a_refusal_arrives_as_a_problem(coordinator: Partner, live: Live) -> None:
    participant = enrolled(coordinator, live, "PY-002")
    sent = visit_of(participant, forms={"muscle_strength": {"cmas_total": 99}})
    answer = coordinator.does("visits", "record_visit", coordinator.study, body=sent, idempotency_key=uuid.uuid4().hex)
    assert answer.status_code == 422
    assert answer.parsed.type_ == "/problems/rules-broken"
    assert [error.pointer for error in answer.parsed.errors] == ["/forms/muscle_strength/cmas_total"]


def test_a_list_is_paged_to_its_end_by_its_links(coordinator: Partner, live: Live) -> None:
    participant = enrolled(coordinator, live, "PY-003")
    events = ("week_0", "week_4", "week_8", "week_12", "week_16")
    for event in events:
        sent = model("VisitSubmission", {"participant_id": str(participant.id), "event": event, "status": "draft"})
        coordinator.posts("visits", "record_visit", coordinator.study, body=sent)
    listed = [visit.event for page in pages(coordinator, participant_id=participant.id, limit=2) for visit in page]
    assert listed == list(events)


def pages(partner: Partner, **asked: Any) -> Iterator[Any]:
    """Follow `Link: rel="next"` until there is none."""
    while True:
        answer = partner.does("visits", "list_visits", partner.study, **asked)
        assert answer.status_code == 200, answer.content
        yield answer.parsed
        if "Link" not in answer.headers:
            return
        asked["cursor"] = parse_qs(urlsplit(answer.headers["Link"].partition(">")[0]).query)["cursor"][0]


def test_a_statistician_pulls_a_de_identified_extract(coordinator: Partner, live: Live) -> None:
    enrolled(coordinator, live, "PY-004")
    statistician = Partner(live, "statistician")
    order = model("ExtractRequestSubmission", examples.EXTRACT | {"kinds": ["participant"]})
    extract = statistician.posts("extracts", "pull_extract", status=202, body=order)
    assert worked(live.world, str(extract.id)) == "complete"
    complete = statistician.does("extracts", "read_extract", extract.id).parsed
    downloaded = statistician.does("extracts", "download_extract", extract.id)
    with zipfile.ZipFile(io.BytesIO(downloaded.content)) as files:
        assert {file.name for file in complete.files} - {"extract.zip"} == set(files.namelist())
        assert b"PY-004" not in files.read("participant.csv")
