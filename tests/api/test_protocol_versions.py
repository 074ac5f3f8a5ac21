"""Protocol versions over HTTP: defined whole, never edited, compared field by field; every record knows its own."""

from __future__ import annotations

from typing import Any

import pytest

from registry.schemas import study_files
from tests import bodies, protocols
from tests.conftest import World


def study(world: World, code: str) -> str:
    """Define a study of its own, so that tests do not share versions; give the path of its versions."""
    body = {"code": code, "title": "A trial", "protocol_version": "0", "design": "randomised"}
    assert world.administrator.post("/v1/studies", body).status_code == 201
    return f"/v1/studies/{code}/protocol-versions"


@pytest.mark.parametrize("name", study_files.SHIPPED)
def test_a_shipped_protocol_is_defined_and_read_back_as_it_was_sent(shared_world: World, name: str) -> None:
    path, sent = study(shared_world, f"SHIPPED-{name[:3].upper()}"), protocols.definition(name)
    defined = shared_world.data_manager.post(path, sent)
    assert defined.status_code == 201, defined.text
    read = shared_world.coordinator.get(f"/v1/protocol-versions/{defined.json['id']}")
    assert read.json == defined.json
    assert shared_world.partner.get(path).json == [defined.json]
    assert [planned["event"] for planned in read.json["schedule"]] == [planned["event"] for planned in sent["schedule"]]
    assert read.json["schedule"][0]["repeat_every"] is None, "what an entry does not say is empty"


@pytest.mark.requirement("A3")
def test_a_version_is_never_edited(shared_world: World) -> None:
    defined = shared_world.administrator.post(study(shared_world, "NEVER"), protocols.definition()).json
    answer = shared_world.administrator.put(f"/v1/protocol-versions/{defined['id']}", defined, version=1)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    history = shared_world.auditor.get(f"/v1/protocol-versions/{defined['id']}/history").json
    assert [entry["action"] for entry in history] == ["record"]


def test_a_number_names_one_version(shared_world: World) -> None:
    path = study(shared_world, "NUMBERS")
    assert shared_world.administrator.post(path, protocols.definition()).status_code == 201
    again = shared_world.administrator.post(path, protocols.definition(assent_from_age=10))
    assert (again.status_code, bodies.problem(again)) == (409, "already-recorded")
    assert bodies.said(again) == {"/number": "protocol_version_number_once"}


def test_a_version_that_says_what_the_newest_says_is_refused(shared_world: World) -> None:
    path = study(shared_world, "NOTHING-NEW")
    for changes in ({}, {"number": "2.0", "assent_from_age": 10}):
        assert shared_world.administrator.post(path, protocols.definition(**changes)).status_code == 201
    same = shared_world.administrator.post(path, protocols.definition(number="3.0", assent_from_age=10, summary="Same"))
    assert (same.status_code, bodies.said(same)) == (422, {"": "nothing_new"})
    back = shared_world.administrator.post(path, protocols.definition(number="3.0"))
    assert back.status_code == 201, "a study may go back to what an earlier version said"


def test_every_broken_rule_of_a_definition_is_named_at_once(shared_world: World) -> None:
    wrong = protocols.definition("randomised")
    wrong["number"] = None
    wrong["schedule"][0]["target_day"] = 1.5
    wrong["schedule"][2]["required_forms"] = ["x_ray"]
    wrong["randomisation"]["block_sizes"] = [4, 6]
    wrong["stratification"][0]["levels"] = wrong["stratification"][0]["levels"][:1]
    wrong["eligibility"].append(wrong["eligibility"][0])
    wrong["consent_documents"][0]["valid_until"] = "2014-12-31"
    answer = shared_world.administrator.post(study(shared_world, "WRONG"), wrong)
    assert answer.status_code == 422
    last = len(wrong["eligibility"]) - 1
    assert bodies.said(answer) == {
        "/number": "null",
        "/schedule/0/target_day": "wrong_type",
        "/schedule/2/required_forms/0": "not_in_list",
        "/randomisation/block_sizes": "unknown_field",
        "/stratification/0/levels": "too_few_levels",
        "/eligibility/0/code": "code_repeated",
        f"/eligibility/{last}/code": "code_repeated",
        "/consent_documents/0/valid_until": "before_validity",
    }


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"arms": {}}, {"/arms": "wrong_type"}),
        ({"schedule": [1]}, {"/schedule/0": "wrong_type"}),
        ({"schedule": [{}]}, dict.fromkeys((f"/schedule/0/{name}" for name in (
            "event", "anchor", "target_day", "window_before", "window_after")), "required")),
        ({"protocol": {}}, {"/protocol": "unknown_field"}),
        ({"blinding": {"masking": "triple"}}, {"/blinding/masking": "not_in_list"}),
        ({"summary": ""}, {"/summary": "wrong_length"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(
    shared_world: World, changes: dict[str, Any], said: dict[str, str]
) -> None:
    answer = shared_world.administrator.post(
        f"/v1/studies/{shared_world.study}/protocol-versions", protocols.definition(**changes)
    )
    assert bodies.said(answer) == said


def test_a_document_of_a_site_that_is_not_there_is_refused(shared_world: World) -> None:
    documents = [document | {"site_code": "NOWHERE"} for document in protocols.definition()["consent_documents"]]
    answer = shared_world.administrator.post(
        study(shared_world, "SITES"), protocols.definition(consent_documents=documents)
    )
    assert bodies.said(answer) == {f"/consent_documents/{index}/site_code": "no_such_site" for index in (0, 1)}


@pytest.mark.requirement("P1")
@pytest.mark.parametrize("role", ["coordinator", "investigator", "monitor", "statistician", "pharmacist"])
def test_only_an_administrator_or_data_manager_defines_a_version(shared_world: World, role: str) -> None:
    path = f"/v1/studies/{shared_world.study}/protocol-versions"
    assert shared_world.people[role].post(path, protocols.definition()).status_code == 403
    assert shared_world.people[role].get(path).status_code == 200


def test_two_versions_are_compared_field_by_field(shared_world: World) -> None:
    path = study(shared_world, "COMPARED")
    second = protocols.definition(number="2.0", assent_from_age=10)
    second["schedule"][1]["window_after"] = 10
    for sent in (protocols.definition(), second):
        assert shared_world.administrator.post(path, sent).status_code == 201
    asked = "/v1/studies/COMPARED/protocol-differences"
    assert shared_world.coordinator.get(f"{asked}?from=1.0&to=2.0").json == [
        {"field": "/number", "old": "1.0", "new": "2.0"},
        {"field": "/schedule/week_4/window_after", "old": 7, "new": 10},
        {"field": "/assent_from_age", "old": 12, "new": 10},
    ]
    assert shared_world.coordinator.get(f"{asked}?from=1.0&to=1.0").json == []
    assert bodies.problem(shared_world.coordinator.get(f"{asked}?from=1.0&to=9.0")) == "no-such-record"
    assert bodies.said(shared_world.coordinator.get(asked)) == {"/from": "required", "/to": "required"}


def test_a_repeated_request_gives_the_same_version(shared_world: World) -> None:
    path = study(shared_world, "REPEATED")
    first, second = (
        shared_world.administrator.post(path, protocols.definition(), key="the-same-key-of-a-version") for _ in range(2)
    )
    assert (first.json, second.headers["Idempotency-Replayed"]) == (second.json, "true")
    assert len(shared_world.administrator.get(path).json) == 1
