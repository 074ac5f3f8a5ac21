"""What an extract can be ordered to be: its profile by role, its recipient, its moment; each refusal an event of the audit."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry import keys
from registry.db import extracts
from registry.domain import releases
from tests import bodies
from tests.conftest import World, attribution, person
from tests.extracting import ordered, pulled

ASKED = {"study": "JAKI-JDM", "purpose": "A test", "kinds": ["participant"]}


@pytest.fixture
def fresh(shared_world: World) -> World:
    """The shared world with a study that nobody was given yet."""
    code = f"T-{uuid.uuid4().hex[:8].upper()}"
    body = {"code": code, "title": "A study", "protocol_version": "1.0", "design": "single_arm"}
    assert shared_world.administrator.post("/v1/studies", body).status_code == 201
    return replace(shared_world, study=code)


def refused(world: World, role: str = "statistician", **asked: Any) -> tuple[int, str, dict[str, Any]]:
    """Give the answer to an order that is refused, once the audit has it and nothing of what it was for."""
    asked = {"study": world.study} | asked
    answer = world.people[role].post("/v1/extracts", ASKED | {"purpose": "A canary"} | asked)
    assert answer.status_code >= 400, answer.text
    [event] = [
        event
        for event in world.auditor.get("/v1/audit?kind=extract_refused&limit=200").json
        if event["request_id"] == answer.headers["X-Request-Id"]
    ]
    assert (event["action"], event["actor"]) == ("refuse", f"The {role}")
    assert {change["field"]: change["new"] for change in event["changes"]} == {
        "/problem": bodies.problem(answer), "/study": asked["study"],
    }  # fmt: skip
    assert "canary" not in str(event)
    return answer.status_code, bodies.problem(answer), answer.json


@pytest.mark.parametrize(
    ("role", "usual", "other"),
    [
        ("statistician", "internal", "safe_harbor"),
        ("unblinded_statistician", "internal", "limited"),
        ("data_manager", "blinded_review", "internal"),
        ("monitor", "blinded_review", None),
        ("partner", "safe_harbor", "limited"),
    ],
)
def test_the_profile_is_the_roles_first_unless_another_of_its_own_is_named(
    fresh: World, role: str, usual: str, other: str | None
) -> None:
    somebody = fresh.people[role]
    first = ordered(fresh, somebody)
    assert first["profile"] == usual
    assert somebody.post(f"/v1/extracts/{first['id']}/cancellation", {}).status_code == 200
    if other:
        assert ordered(fresh, somebody, profile=other)["profile"] == other


@pytest.mark.parametrize(
    ("role", "profile", "allowed"),
    [
        ("partner", "internal", ["safe_harbor", "limited"]),
        ("monitor", "limited", ["blinded_review"]),
        ("data_manager", "safe_harbor", ["blinded_review", "internal"]),
        ("unblinded_statistician", "blinded_review", ["internal", "limited", "safe_harbor"]),
    ],
)
def test_a_profile_of_another_role_is_refused_and_noted(
    shared_world: World, role: str, profile: str, allowed: list[str]
) -> None:
    status, problem, said = refused(shared_world, role, profile=profile)
    assert (status, problem, said["allowed"]) == (403, "profile-not-allowed", allowed)


def test_a_profile_must_be_allowed_at_every_site_that_is_covered(shared_world: World) -> None:
    grant = "insert into access_grant (account_id, role, site_id) values (%s, 'monitor', %s)"
    with shared_world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        both = person(shared_world.app, tx, "partner", shared_world.site)
        tx.run(grant, [both.account_id, shared_world.other_site])
        tx.commit()
    people = {**shared_world.people, "partner": both}
    assert refused(replace(shared_world, people=people), "partner")[2]["allowed"] == []


def test_the_recipient_is_ones_own_organisation_unless_another_is_named(fresh: World) -> None:
    assert ordered(fresh)["recipient"] == "Tests"
    assert ordered(fresh, recipient=" University  of Leeds ")["recipient"] == "University of Leeds"
    assert ordered(fresh, fresh.partner, recipient="TESTS")["recipient"] == "TESTS"
    status, problem, _ = refused(fresh, "partner", recipient="Somebody else")
    assert (status, problem) == (403, "recipient-not-yours")


def test_a_partner_whose_organisation_has_a_long_name_is_its_own_recipient(fresh: World) -> None:
    named = "A university hospital with a name that is longer than a recipient's is kept, and goes on"
    with fresh.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution(reason="A new name"))
        partner = person(fresh.app, tx, "partner", fresh.site)
        rename = "update account set organisation = %s, version = version + 1 where id = %s"
        tx.run(rename, [named, partner.account_id])
        tx.commit()
    assert ordered(fresh, partner)["recipient"] == named[:80]


def test_what_leaves_for_another_organisation_asks_for_sharing_with_partners(fresh: World) -> None:
    assert ordered(fresh, profile="limited", recipient="Elsewhere")["uses"] == ["partner_sharing", "registry"]
    assert ordered(fresh, profile="limited", recipient=" tests ")["uses"] == ["registry"]
    assert ordered(fresh, recipient="Elsewhere")["uses"] == ["registry"], "it stays inside the study"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"study": "NOWHERE"}, {"/study": "no_such_study"}),
        ({"cut": "NONE-1"}, {"/cut": "no_such_cut"}),
        ({"kinds": ["allocation"]}, {"/kinds/0": "kind_not_given"}),
        ({"as_of": "2020-01-01T00:00:00Z"}, {"/as_of": "before_the_study"}),
        ({"as_of": "2099-01-01T00:00:00Z"}, {"/as_of": "in_the_future"}),
    ],
)
def test_what_is_not_there_is_named_as_a_broken_rule_and_noted(
    shared_world: World, asked: dict[str, Any], said: dict[str, str]
) -> None:
    status, _, body = refused(shared_world, **asked)
    assert status == 422
    assert {rule["pointer"]: rule["code"] for rule in body["errors"]} == said


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"as_of": "2026-01-01T00:00:00"}, {"/as_of": "wrong_type"}),
        ({"as_of": "2026-01-01T00:00:00Z", "cut": "A-1"}, {"/as_of": "one_of_both"}),
        ({"formats": ["xlsx"]}, {"/formats/0": "not_in_list"}),
        ({"kinds": ["participant", "participant"]}, {"/kinds": "repeated"}),
        ({"profile": "none"}, {"/profile": "not_in_list"}),
        ({"recipient": "x" * 81}, {"/recipient": "too_long"}),
        ({"recipient": "Leeds\n"}, {"/recipient": "unprintable"}),
        ({"recipient": "Le\N{ZERO WIDTH SPACE}eds"}, {"/recipient": "unprintable"}),
        ({"recipient": "\N{RIGHT-TO-LEFT OVERRIDE}sdeeL"}, {"/recipient": "unprintable"}),
        ({"role": "auditor"}, {"/role": "unknown_field"}),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(
    shared_world: World, asked: dict[str, Any], said: dict[str, str]
) -> None:
    answer = shared_world.statistician.post("/v1/extracts", ASKED | asked)
    assert (answer.status_code, set(bodies.said(answer))) == (422, set(said)), answer.text


# --- releases -----------------------------------------------------------------------------------------------------


def aged(world: World, extract: dict[str, Any], days: int) -> datetime:
    """Let a release be of so many days ago, as if time had passed; give its moment."""
    moment = datetime.now(UTC) - timedelta(days=days)
    with world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        values = {name: extract[name] for name in ("study_id", "purpose", "profile", "profile_version", "recipient",
                                                   "uses", "formats", "kinds", "role", "key_version")}  # fmt: skip
        extracts.record(tx, values | {"unblinded": False, "cut_at": moment, "state": "queued", "ordered_by": "A test"})
        tx.commit()
    return moment


def test_releases_of_a_study_are_of_one_moment_for_ninety_days(world: World) -> None:
    limited = ordered(world, profile="limited", recipient="One")
    assert ordered(world, profile="safe_harbor", recipient="Another")["cut_at"] == limited["cut_at"]
    assert ordered(world, world.partner)["cut_at"] == limited["cut_at"]
    again = ordered(world, profile="limited", recipient="One", as_of=limited["cut_at"])
    assert again["cut_at"] == limited["cut_at"]
    inside = ordered(world)
    assert inside["cut_at"] > limited["cut_at"], "what stays inside is of now"
    status, problem, said = refused(world, profile="limited", recipient="One", as_of=inside["cut_at"])
    assert (status, problem, said["interval_days"]) == (409, "release-too-close", 90)
    assert [one[:19] for one in said["moments"]] == [limited["cut_at"][:19]]
    cut = world.data_manager.post(f"/v1/studies/{world.study}/data-cuts", {"code": "CUT-1", "name": "C"}).json
    assert refused(world, "partner", cut="CUT-1")[1] == "release-too-close"
    assert ordered(world, cut="CUT-1")["cut_at"] == cut["moment"]


def test_a_new_release_moment_comes_after_ninety_days(world: World) -> None:
    earlier = ordered(world, profile="internal")
    released = aged(world, earlier | {"profile": "limited"}, releases.INTERVAL_DAYS + 1)
    new = datetime.fromisoformat(ordered(world, profile="limited")["cut_at"])
    assert new - released > releases.INTERVAL


def test_releases_that_are_ordered_at_once_are_of_one_moment(fresh: World) -> None:
    def order(number: int) -> str:
        somebody = replace(fresh.statistician, client=fresh.app.test_client())
        return str(ordered(fresh, somebody, profile="limited", recipient=f"Number {number}")["cut_at"])

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(order, range(8)))) == 1


def test_one_recipient_gets_a_study_in_one_way(fresh: World) -> None:
    first = ordered(fresh, profile="limited", recipient="Leeds")
    for asked in ({"profile": "safe_harbor"}, {"uses": ["partner_sharing"]}):
        status, problem, said = refused(fresh, **{"profile": "limited", "recipient": " LEEDS"} | asked)
        assert (status, problem) == (409, "released-otherwise")
        assert said["ways"] == [{"profile": "limited", "uses": ["partner_sharing", "registry"]}]
    assert ordered(fresh, profile="limited", recipient="leeds", uses=["registry", "partner_sharing"])
    assert ordered(fresh, profile="safe_harbor", recipient="York")
    assert ordered(fresh, recipient="Leeds")["profile"] == "internal", "what stays inside is no release"
    assert first["recipient"] == "Leeds"


def test_what_was_given_of_every_site_is_not_given_of_one_also_to_who_may_not_see_the_first(fresh: World) -> None:
    ordered(fresh, profile="safe_harbor", uses=["partner_sharing", "registry"])
    status, problem, said = refused(fresh, "partner")
    assert (status, problem, said["ways"]) == (409, "released-otherwise", [])


def test_of_two_ways_that_are_asked_for_at_once_one_is_given(fresh: World) -> None:
    def order(number: int) -> tuple[int, str]:
        somebody = replace(fresh.statistician, client=fresh.app.test_client())
        profile = ("limited", "safe_harbor")[number % 2]
        body = ASKED | {"study": fresh.study, "profile": profile}
        return somebody.post("/v1/extracts", body).status_code, profile

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(order, range(8)))
    assert len({profile for status, profile in answers if status == 202}) == 1
    assert sorted(status for status, _ in answers) == [202] * 4 + [409] * 4


# --- the same inputs ----------------------------------------------------------------------------------------------


def withdrawn(world: World, participant: str) -> None:
    body = bodies.withdrawal(participant, kind="data_use")
    assert world.coordinator.post(f"/v1/studies/{world.study}/withdrawals", body).status_code == 201


def test_the_same_inputs_give_the_same_bytes_after_everything_has_changed(world: World) -> None:
    visits = [bodies.visited(world) for _ in range(3)]
    first, files = pulled(world, kinds=["participant", "visit", "vital_signs", "derived"])
    asked = {"as_of": first["cut_at"], "kinds": first["kinds"]}
    amended = visits[0] | {"mode": "remote", "forms": {"vital_signs": {"weight": 99}}}
    assert world.coordinator.put(f"/v1/visits/{visits[0]['id']}", amended, version=1).status_code == 200
    error = visits[1] | {"entered_in_error": True}
    assert world.coordinator.put(f"/v1/visits/{visits[1]['id']}", error, version=1).status_code == 200
    withdrawn(world, visits[2]["participant_id"])
    keys.add_pseudonym_key(world.installation.settings)
    again, same = pulled(world, recipient="tests", purpose="a  TEST", **asked)
    assert (again["id"] != first["id"], same) == (True, files)
    assert [file["sha256"] for file in again["files"]] == [file["sha256"] for file in first["files"]]
    other, new = pulled(world, recipient="A new one", **asked)
    assert (other["participants"], first["participants"], other["key_version"]) == (2, 3, 2)
    for changed in ({"purpose": "Another test"}, {"kinds": [*first["kinds"], "dose"]}, {"uses": ["partner_sharing"]}):
        assert ordered(world, **asked | changed)["key_version"] == 2, changed
    assert ordered(world, **asked | {"kinds": ["visit"]})["key_version"] == 1, "they were told already"
    names = {line.split(b",")[0] for line in files["participant.csv"].splitlines()[1:]}
    assert not any(name in content for name in names for content in new.values())
    held = world.auditor.get(f"/v1/extracts?participant_id={visits[2]['participant_id']}").json
    assert {one["id"] for one in held} == {first["id"], again["id"]}
