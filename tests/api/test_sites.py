"""Sites over HTTP: read by everyone, defined by an administrator."""

from __future__ import annotations

from typing import Any

import pytest

from tests import bodies
from tests.conftest import World


def test_an_administrator_defines_a_site_and_everybody_reads_it(shared_world: World) -> None:
    sent = {"code": "LON", "country": "GB", "time_zone": "Europe/London"}
    defined = shared_world.administrator.post("/v1/sites", sent)
    assert defined.status_code == 201, defined.text
    assert {name: defined.json[name] for name in sent} == sent
    for person in shared_world.people.values():
        assert person.get(f"/v1/sites/{defined.json['id']}").json == defined.json
        assert defined.json in person.get("/v1/sites").json


def test_a_site_moves_to_another_time_zone_with_a_reason(shared_world: World) -> None:
    sent = {"code": "MAD", "country": "ES", "time_zone": "Europe/London"}
    site = shared_world.administrator.post("/v1/sites", sent).json
    path = f"/v1/sites/{site['id']}"
    amended = shared_world.administrator.put(
        path, site | {"time_zone": "Europe/Madrid"}, version=1, reason="Typing error"
    )
    assert (amended.json["time_zone"], amended.json["version"]) == ("Europe/Madrid", 2)


def test_a_code_names_one_site(shared_world: World) -> None:
    again = shared_world.administrator.post("/v1/sites", {"code": "BER", "country": "DE", "time_zone": "Europe/Berlin"})
    assert again.status_code == 409
    assert bodies.problem(again) == "already-recorded"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"country": "XX"}, {"/country": "not_a_country"}),
        ({"country": "Germany"}, {"/country": "wrong_length"}),
        ({"country": "de"}, {"/country": "wrong_form"}),
        ({"time_zone": "Berlin"}, {"/time_zone": "not_a_time_zone"}),
        ({"time_zone": "../../etc/passwd"}, {"/time_zone": "not_a_time_zone"}),
        ({"code": "1A"}, {"/code": "wrong_form"}),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    sent = {"code": "ROM", "country": "IT", "time_zone": "Europe/Rome"} | changes
    assert bodies.said(shared_world.administrator.post("/v1/sites", sent)) == said


def test_a_site_that_does_not_exist_is_not_there(shared_world: World) -> None:
    answer = shared_world.coordinator.get("/v1/sites/0198c5a0-1111-7000-8000-000000000000")
    assert bodies.problem(answer) == "no-such-record"
