"""Every operation answers as the document says, whatever is sent: schemathesis makes up requests, right and wrong."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, SerializationContext
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests import bodies, protocols
from tests.api import (
    conduct_of_alerts,
    conduct_of_blinding,
    conduct_of_coding,
    conduct_of_events,
    conduct_of_interest,
    conduct_of_protocols,
    conduct_of_randomisation,
    conduct_of_reporting,
    conduct_of_review,
    conduct_of_schedule,
)
from tests.conftest import World
from tests.extracting import pulled
from tests.system.conftest import DOCUMENT, published, read

EXAMPLES = 2
NOW: dict[str, GenerationMode] = {}
"""Whether what is made up now is to be right or wrong."""
SEED = 20260101
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
CONFIGURATION = {
    "analysis": {"constants": {"enabled": False}},
    "checks": {
        "negative_data_rejection": {
            "expected-statuses": [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429]
        }
    },
}
"""What the document accepts and the registry refuses is no failure: rules across fields are said in words only.
Constants of our sources are not tried: looking each up for each field takes an eighth of the time."""


@pytest.fixture(scope="module")
def known(shared_world: World) -> dict[str, str]:
    """One record of each kind, by the first step of its path."""
    participant = bodies.enrolled(shared_world)
    visit = bodies.visited(shared_world, participant)
    known = {
        "participants": participant,
        "visits": visit["id"],
        "laboratory-results": visit["laboratory_results"][0]["id"],
    }
    for kind in ("dose", "concomitant_medication", "adverse_event"):
        name = f"{kind.replace('_', '-')}s"
        sent = getattr(bodies, kind)(participant)
        answer = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/{name}", sent)
        known[name] = answer.json["id"]
    leaving = bodies.withdrawal(participant)
    known["withdrawals"] = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/withdrawals", leaving).json[
        "id"
    ]
    document = bodies.consent_document()
    known["consent-documents"] = shared_world.administrator.post(
        f"/v1/studies/{shared_world.study}/consent-documents", document
    ).json["id"]
    deviation = bodies.protocol_deviation(participant)
    reported = shared_world.coordinator.post(f"/v1/studies/{shared_world.study}/protocol-deviations", deviation)
    known["protocol-deviations"] = reported.json["id"]
    known["enrolments"] = shared_world.coordinator.get(f"/v1/participants/{participant}/enrolment").json["id"]
    known["eligibility-assessments"] = _assessed(shared_world, participant)
    queried = {
        "record_kind": "visit",
        "record_id": visit["id"],
        "record_version": 1,
        "field": "/mode",
        "text": "By phone?",
    }
    known["queries"] = shared_world.monitor.post(f"/v1/studies/{shared_world.study}/queries", queried).json["id"]
    known |= conduct_of_blinding.known(shared_world) | conduct_of_protocols.known(shared_world)
    known |= conduct_of_events.known(shared_world) | conduct_of_coding.known(shared_world)
    known |= conduct_of_reporting.known(shared_world) | conduct_of_interest.known(shared_world)
    known |= conduct_of_randomisation.known(shared_world) | conduct_of_schedule.known(shared_world)
    known |= conduct_of_alerts.known(shared_world) | conduct_of_review.known(shared_world, visit["id"])
    consents = shared_world.coordinator.get(f"/v1/studies/{shared_world.study}/consents").json
    extract = pulled(shared_world, kinds=["participant"])[0]["id"]
    token = shared_world.administrator.get("/v1/tokens").json[0]["id"]
    known["studies"] = shared_world.administrator.get(f"/v1/studies/{shared_world.study}").json["id"]
    of_people = {"sites": shared_world.site, "accounts": shared_world.people["neighbour"].account_id, "tokens": token}
    return known | of_people | {"consents": consents[0]["id"], "extracts": extract}


def _assessed(world: World, participant: str) -> str:
    """Assess a participant's eligibility; give the assessment."""
    willing = {"code": "willing", "kind": "inclusion", "text": "Willing to take part", "condition": None}
    protocols.with_criteria(world, [willing], "2025-01-01")
    path = f"/v1/participants/{participant}/eligibility-assessments"
    body = {"assessed_on": "2025-02-12", "attestations": [{"criterion": "willing", "met": True}]}
    assessed: str = world.investigator.post(path, body).json["id"]
    return assessed


@pytest.fixture(scope="module")
def document(shared_world: World, known: dict[str, str]) -> OpenApiSchema:
    """The committed document against the application, with submissions that mostly name what is there."""
    configuration = schemathesis.Config.from_dict(CONFIGURATION)
    said = {name: part for name, part in published().items() if name != "security"}
    loaded = schemathesis.openapi.from_dict(said, config=configuration)
    loaded.app = shared_world.app

    @loaded.hook
    def map_body(context: Any, body: Any) -> Any:
        named = likely(body, {"participant_id": known["participants"], "site_id": known["sites"]})
        return named if NOW["mode"] is GenerationMode.NEGATIVE else readable(named)

    @loaded.hook
    def map_headers(context: Any, headers: Any) -> Any:
        return (
            {**headers, "If-Match": '"1"'} if re.match(r'"\d+[".]', str((headers or {}).get("If-Match"))) else headers
        )

    return loaded


@schemathesis.serializer("application/x-ndjson")
def lines(context: SerializationContext, value: Any) -> Any:
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@schemathesis.deserializer("text/yaml")
def whole(context: Any, response: Any) -> Any:
    """Read a document once, however often it is answered; the first type of YAML that is known is asked for all of them."""
    return read(response.content)


def can_be_wrong(operation: dict[str, Any]) -> bool:
    """Tell whether there is anything to get wrong beside the path and the headers."""
    return "requestBody" in operation or any(asked.get("in") == "query" for asked in operation.get("parameters", []))


def places(path: str, world: World, known: dict[str, str]) -> dict[str, Any]:
    """Give the parts of a path as they name what is there."""
    collection = path.removeprefix("/v1/").split("/")[0]
    named = re.findall(r"{(\w+)}", path)
    parts: dict[str, Any] = {"study": world.study, "number": 1, "name": "manifest.json"}
    return {name: parts.get(name) or known[collection] for name in named}


def likely(value: Any, known: dict[str, str]) -> Any:
    """Name known records."""
    if isinstance(value, dict):
        return {
            name: known[name] if name in known and is_uuid(inner) else likely(inner, known)
            for name, inner in value.items()
        }
    return [likely(inner, known) for inner in value] if isinstance(value, list) else value


def readable(value: Any) -> Any:
    """Write numbers as finely as they can be read; what is to be wrong stays so, for 29.7 is below 30 and 30 is not."""
    if isinstance(value, dict):
        return {name: readable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [readable(inner) for inner in value]
    return round(value) if isinstance(value, float) else value


def is_uuid(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) is not None


NAMES = re.findall(r"^ +operationId: (\w+)$", DOCUMENT.read_text(), re.MULTILINE)
"""Read off the text: each process of a run collects every case, and reading the whole document takes a second."""


def test_every_operation_is_among_the_cases() -> None:
    operations = [
        one for path in published()["paths"].values() for method, one in path.items() if method != "parameters"
    ]
    assert sorted(NAMES) == sorted(operation["operationId"] for operation in operations)


@pytest.mark.parametrize("name", NAMES)
def test_an_operation_keeps_its_contract(
    name: str, document: OpenApiSchema, shared_world: World, known: dict[str, str]
) -> None:
    operation = document.find_operation_by_id(name)
    for mode in GenerationMode:
        if mode is GenerationMode.POSITIVE or can_be_wrong(operation.definition.raw):
            NOW["mode"] = mode
            keeps_its_contract(operation, mode, shared_world, known)


def keeps_its_contract(operation: Any, mode: GenerationMode, shared_world: World, known: dict[str, str]) -> None:
    roles = operation.definition.raw.get("x-permission", {}).get("roles", [])
    person = shared_world.people["coordinator" if "coordinator" in roles else next(iter(roles), "coordinator")]

    there = places(operation.path, shared_world, known) or None

    @seed(SEED)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=there))
    def keeps(case: Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {person.token}"}, checks=CHECKS)

    with contextlib.suppress(Unsatisfiable):
        keeps()
