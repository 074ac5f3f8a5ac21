"""Bodies that are no submission at all: every one is refused as a problem, none ends in a failure of the service."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests import bodies
from tests.conftest import World

JSON = "application/json"


def sent(world: World, data: bytes, content_type: str | None = JSON, path: str = "visits") -> TestResponse:
    headers = {"Authorization": f"Bearer {world.coordinator.token}", "Idempotency-Key": uuid.uuid4().hex}
    route = f"/v1/studies/{world.study}/{path}"
    return world.coordinator.client.post(route, data=data, headers=headers, content_type=content_type)


MALFORMED = {
    "nothing": b"",
    "cut short": b'{"event": "week_0"',
    "a name twice": b'{"event": "week_0", "event": "week_4"}',
    "a name twice deep inside": b'{"forms": {"vital_signs": {"height": 120, "height": 121}}}',
    "not a number": b'{"forms": {"vital_signs": {"height": NaN}}}',
    "infinity": b'{"forms": {"vital_signs": {"height": -Infinity}}}',
    "latin-1": '{"event": "wéek"}'.encode("latin-1"),
    "bytes that are no text": b"\xff\xfe\x00",
    "deep nesting": b"[" * 100_000,
    "deep nesting of objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a number of ten thousand digits": b'{"birth_year": ' + b"9" * 10_000 + b"}",
    "two values": b"{} {}",
    "a comment": b"{} // done",
    "single quotes": b"{'event': 'week_0'}",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_what_is_not_json_is_refused(shared_world: World, data: bytes) -> None:
    answer = sent(shared_world, data)
    assert answer.status_code == 400, answer.text
    assert bodies.problem(answer) == "malformed-request"
    assert bodies.said(answer) == {"": "not_json"}


@pytest.mark.parametrize("data", [b"null", b"[]", b"3", b'"visit"', b"true"])
def test_what_is_not_an_object_is_refused(shared_world: World, data: bytes) -> None:
    answer = sent(shared_world, data)
    assert answer.status_code == 422, answer.text
    assert bodies.said(answer) == {"": "wrong_type"}


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_another_media_type_is_refused_and_the_right_one_is_named(
    shared_world: World, content_type: str | None
) -> None:
    answer = sent(shared_world, b"{}", content_type)
    assert answer.status_code == 415
    assert bodies.problem(answer) == "unsupported"
    assert answer.headers["Accept"] == JSON


def test_json_may_name_its_encoding(shared_world: World) -> None:
    body = json.dumps(bodies.participant(shared_world.site)).encode()
    answer = sent(shared_world, body, "application/json; charset=utf-8", "participants")
    assert answer.status_code == 201, answer.text


def test_a_body_above_the_limit_is_refused(shared_world: World) -> None:
    answer = sent(shared_world, b'{"event": "' + b"a" * 2**20 + b'"}')
    assert answer.status_code == 413
    assert bodies.problem(answer) == "body-too-large"
    assert answer.json["largest_bytes"] == 2**20


def test_a_body_at_the_limit_is_read(shared_world: World) -> None:
    body = bodies.visit(bodies.enrolled(shared_world))
    text = json.dumps(body).encode()
    assert sent(shared_world, text + b" " * (2**20 - len(text))).status_code == 201


ODD: list[tuple[str, dict[str, Any]]] = [
    ("a lone surrogate", {"laboratory_results": [{"analyte": "CK", "missing_reason": "unknown", "assay": "\ud83d"}]}),
    ("a NUL", {"laboratory_results": [{"analyte": "CK", "missing_reason": "unknown", "assay": "a\x00b"}]}),
    ("a NUL in a code", {"event": "week\x00_0"}),
    ("a NUL in an identifier", {"participant_id": "\x00" * 36}),
    ("a surrogate in a code", {"event": "\ud800"}),
    ("a surrogate as a name", {"\ud800": 1}),
    ("a NUL as a name", {"\x00": 1}),
    ("an object for a code", {"event": {}}),
    ("a list for a code", {"status": ["draft"]}),
    ("a list as a reason for missing", {"forms": {"vital_signs": {"missing": {"height": ["not_done"]}}}}),
    ("an object as a reason for missing", {"forms": {"vital_signs": {"missing": {"height": {}}}}}),
    ("a list of lists as codes", {"forms": {"organ_involvement": {"calcinosis_types": [["planar"]]}}}),
    ("forms as a list", {"forms": []}),
    ("a form as a text", {"forms": {"damage": "none"}}),
    ("a date with a time", {"visited_on": "2025-02-10T00:00:00Z"}),
    ("a day that is not in the calendar", {"visited_on": "2025-02-30"}),
    ("Arabic digits", {"visited_on": "\u0662\u0660\u0662\u0665-02-10"}),
    ("true for a number", {"forms": {"vital_signs": {"height": True}}}),
    ("a decimal for a whole number", {"forms": {"vital_signs": {"heart_rate": 80.0}}}),
    ("null for a flag that is never null", {"entered_in_error": None}),
    ("null in a list", {"laboratory_results": [None]}),
    ("a moment without a zone", {"laboratory_results": [{"analyte": "CK", "collected_at": "2025-02-10T08:30:00"}]}),
]


@pytest.mark.parametrize(
    "changes",
    [pytest.param(changes, id=name) for name, changes in ODD],
)
def test_a_value_of_another_kind_is_refused_with_its_place(shared_world: World, changes: dict[str, Any]) -> None:
    body = bodies.visit("0198c5a0-1111-7000-8000-000000000000") | changes
    answer = sent(shared_world, json.dumps(body).encode())
    assert answer.status_code == 422, answer.text
    [name] = changes
    assert any(pointer.split("/")[1] == name for pointer in bodies.said(answer)), answer.text


NUMBERS = ["1e400000000", "-1e400000000", "1e-400000000", "9" * 4000, "0.30000000000000004"]


@pytest.mark.parametrize("number", NUMBERS, ids=["huge", "huge negative", "tiny", "long", "too fine"])
def test_a_number_beyond_its_limits_is_refused(shared_world: World, number: str) -> None:
    body = json.dumps(bodies.visit("0198c5a0-1111-7000-8000-000000000000", forms={"vital_signs": {"height": "?"}}))
    answer = sent(shared_world, body.replace('"?"', number).encode())
    assert answer.status_code == 422, answer.text
    assert list(bodies.said(answer)) == ["/forms/vital_signs/height"]


@pytest.mark.parametrize("number", ["2.50", "2.5e0", "25e-1", "0.25E1", "2.5000000000"])
def test_a_number_is_kept_however_it_is_written(shared_world: World, number: str) -> None:
    form = {"disease_activity": {"pain": "?"}}
    body = json.dumps(bodies.visit(bodies.enrolled(shared_world), forms=form)).replace('"?"', number)
    answer = sent(shared_world, body.encode())
    assert answer.status_code == 201, answer.text
    assert answer.json["forms"]["disease_activity"]["pain"] == 2.5


@pytest.mark.parametrize("zero", ["0e-99999", "0e400000", "-0.0", "0.000000000000000000"])
def test_a_zero_is_a_zero_however_it_is_written(shared_world: World, zero: str) -> None:
    form = {"disease_activity": {"pain": "?"}}
    body = json.dumps(bodies.visit(bodies.enrolled(shared_world), forms=form)).replace('"?"', zero)
    answer = sent(shared_world, body.encode())
    assert answer.status_code == 201, answer.text
    assert answer.json["forms"]["disease_activity"]["pain"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "/v1/studies/%00/visits",
        "/v1/studies/%FF/visits",
        "/v1/studies/%ED%A0%80/participants",
        "/v1/studies/%00",
        "/v1/visits/%00",
        "/v1/visits/1",
        "/v1/visits/0198c5a0-1111-7000-8000-000000000000/versions/99999999999999999999",
        "/v1/visits/0198c5a0-1111-7000-8000-000000000000/versions/-1",
    ],
)
def test_an_address_that_cannot_be_is_not_there(shared_world: World, path: str) -> None:
    answer = shared_world.coordinator.get(path)
    assert answer.status_code == 404, answer.text
    assert bodies.problem(answer) in ("no-such-record", "no-such-route")


@pytest.mark.parametrize(
    "query", ["code=%00", "code=%FF", "site_id=%00", "changed_since=%00", "cursor=%00", "limit=%00"]
)
def test_a_query_that_cannot_be_is_refused(shared_world: World, query: str) -> None:
    answer = shared_world.coordinator.get(f"/v1/studies/{shared_world.study}/participants?{query}")
    assert answer.status_code in (200, 400, 422), answer.text
    assert answer.status_code != 200 or answer.json == []
