"""Accounts and tokens over HTTP: a secret shown once, and what is revoked refused at once."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import psycopg
import pytest
from werkzeug.test import TestResponse

from registry.permissions import UNBLINDED
from tests import bodies
from tests.conftest import Person, World

NOBODY = "0198c5a0-1111-7000-8000-000000000000"


def opened(world: World, *grants: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {"name": "Somebody", "organisation": "Berlin site", "grants": list(grants)} | changes
    answer = world.administrator.post("/v1/accounts", body)
    assert answer.status_code == 201, answer.text
    account: dict[str, Any] = answer.json
    return account


def token_of(world: World, account_id: str, key: str | None = None) -> TestResponse:
    wanted = {"account_id": account_id, "label": "Upload script", "expires_at": "2099-01-01T00:00:00Z"}
    return world.administrator.post("/v1/tokens", wanted, key=key)


def somebody(world: World, *grants: dict[str, Any]) -> Person:
    account = opened(world, *grants)
    return Person(world.app.test_client(), token_of(world, account["id"]).json["token"], account["id"])


def coordinator(world: World) -> dict[str, Any]:
    return {"role": "coordinator", "site_id": world.site}


def test_an_administrator_opens_an_account_whose_token_works(shared_world: World) -> None:
    account = opened(shared_world, coordinator(shared_world), {"role": "monitor", "site_id": None})
    assert [(grant["role"], grant["site_id"]) for grant in account["grants"]] == [
        ("coordinator", shared_world.site), ("monitor", None),
    ]  # fmt: skip
    assert shared_world.administrator.get(f"/v1/accounts/{account['id']}").json == account
    made = token_of(shared_world, account["id"])
    assert made.status_code == 201, made.text
    person = Person(shared_world.app.test_client(), made.json["token"])
    assert person.get(f"/v1/studies/{shared_world.study}/visits").status_code == 200


def test_a_secret_is_shown_once_and_kept_nowhere(shared_world: World) -> None:
    account, key = opened(shared_world, coordinator(shared_world)), uuid.uuid4().hex
    made = token_of(shared_world, account["id"], key)
    secret = made.json["token"]
    assert len(secret) >= 43
    repeated = token_of(shared_world, account["id"], key)
    assert (repeated.status_code, bodies.problem(repeated)) == (409, "answer-shown-once")
    listed = shared_world.administrator.get("/v1/tokens?limit=200")
    [mine] = [token for token in listed.json if token["id"] == made.json["id"]]
    assert mine == made.json | {"token": None}
    export = shared_world.auditor.get("/v1/audit:export")
    digest = hashlib.sha256(secret.encode())
    for told in (repeated.text, listed.text, export.text):
        assert secret not in told
        assert digest.hexdigest() not in told
    with psycopg.connect(shared_world.installation.admin_url) as connection:
        query = "select sha256, to_jsonb(t)::text from api_token t where id = %s"
        row = connection.execute(query, [made.json["id"]]).fetchone()
    assert row is not None
    assert bytes(row[0]) == digest.digest()
    assert secret not in row[1]


@pytest.mark.requirement("P3")
def test_a_revoked_token_is_refused_at_once(shared_world: World) -> None:
    account = opened(shared_world, coordinator(shared_world))
    made = token_of(shared_world, account["id"]).json
    person = Person(shared_world.app.test_client(), made["token"])
    assert person.get("/v1/studies").status_code == 200
    path = f"/v1/tokens/{made['id']}/revocation"
    revoked = shared_world.administrator.put(path, {}, version=1, reason="Laptop lost")
    assert revoked.status_code == 200, revoked.text
    assert revoked.json["revoked_at"] is not None
    assert person.get("/v1/studies").status_code == 401


def test_a_token_that_does_not_exist_is_not_revoked(shared_world: World) -> None:
    answer = shared_world.administrator.put(f"/v1/tokens/{NOBODY}/revocation", {}, version=1)
    assert bodies.problem(answer) == "no-such-record"


@pytest.mark.requirement("P3")
def test_a_role_that_is_taken_away_is_gone_at_once(shared_world: World) -> None:
    person = somebody(shared_world, coordinator(shared_world))
    visits = f"/v1/studies/{shared_world.study}/visits"
    assert person.get(visits).status_code == 200
    path = f"/v1/accounts/{person.account_id}"
    account = shared_world.administrator.get(path).json
    without = shared_world.administrator.put(path, account | {"grants": []}, version=1, reason="Left the site")
    assert (without.status_code, without.json["grants"], without.json["version"]) == (200, [], 2)
    assert person.get(visits).status_code == 403
    back = account | {"grants": [coordinator(shared_world)]}
    assert shared_world.administrator.put(path, back, version=2).status_code == 200
    assert person.get(visits).status_code == 200


def test_a_site_that_is_taken_away_is_hidden_at_once(shared_world: World) -> None:
    both = [{"role": "coordinator", "site_id": site} for site in (shared_world.site, shared_world.other_site)]
    person = somebody(shared_world, *both)
    visit = bodies.visited(shared_world)
    assert person.get(f"/v1/visits/{visit['id']}").status_code == 200
    path = f"/v1/accounts/{person.account_id}"
    account = shared_world.administrator.get(path).json
    shared_world.administrator.put(path, account | {"grants": both[1:]}, version=1)
    assert person.get(f"/v1/visits/{visit['id']}").status_code == 404


def test_a_role_counts_only_at_its_site(shared_world: World) -> None:
    person = somebody(shared_world, coordinator(shared_world), {"role": "monitor", "site_id": shared_world.other_site})
    here, there = bodies.enrolled(shared_world), bodies.participant(shared_world.other_site)
    path = f"/v1/studies/{shared_world.study}/participants"
    elsewhere = shared_world.neighbour.post(path, there).json
    assert person.get(f"/v1/participants/{elsewhere['id']}").status_code == 200
    assert (
        person.put(f"/v1/participants/{elsewhere['id']}", elsewhere | {"birth_month": 7}, version=1).status_code == 404
    )
    assert person.post(f"/v1/studies/{shared_world.study}/doses", bodies.dose(here)).status_code == 201
    dose = person.post(f"/v1/studies/{shared_world.study}/doses", bodies.dose(elsewhere["id"]))
    assert bodies.said(dose) == {"/participant_id": "no_such_participant"}


def test_a_closed_account_is_refused_and_may_be_opened_again(shared_world: World) -> None:
    person = somebody(shared_world, coordinator(shared_world))
    path = f"/v1/accounts/{person.account_id}"
    account = shared_world.administrator.get(path).json
    shared_world.administrator.put(path, account | {"active": False}, version=1, reason="On leave")
    assert person.get("/v1/studies").status_code == 401
    shared_world.administrator.put(path, account, version=2, reason="Back")
    assert person.get("/v1/studies").status_code == 200


def test_a_subject_stands_for_one_account(shared_world: World) -> None:
    subject = f"https://id.example {uuid.uuid4()}"
    opened(shared_world, subject=subject)
    body = {"name": "Another", "organisation": "O", "subject": subject}
    assert bodies.problem(shared_world.administrator.post("/v1/accounts", body)) == "already-recorded"


def test_what_cannot_be_is_refused_with_its_place(shared_world: World) -> None:
    body = {"name": "", "organisation": None, "active": None, "grants": [{"role": "doctor"}, {"site_id": "x"}]}
    answer = shared_world.administrator.post("/v1/accounts", body | {"password": "secret"})
    assert bodies.said(answer) == {
        "/name": "wrong_length",
        "/organisation": "null",
        "/active": "null",
        "/password": "unknown_field",
        "/grants/0/role": "not_in_list",
        "/grants/1/role": "required",
        "/grants/1/site_id": "wrong_type",
    }


def test_a_grant_at_no_site_and_a_token_for_nobody_are_refused(shared_world: World) -> None:
    grant = {"role": "coordinator", "site_id": NOBODY}
    body = {"name": "N", "organisation": "O", "grants": [grant]}
    assert bodies.problem(shared_world.administrator.post("/v1/accounts", body)) == "rules-broken"
    assert bodies.problem(token_of(shared_world, NOBODY)) == "rules-broken"


def test_only_an_administrator_sees_accounts(shared_world: World) -> None:
    for role, person in shared_world.people.items():
        expected = 200 if role == "administrator" else 403
        assert {person.get(path).status_code for path in ("/v1/accounts", "/v1/tokens")} == {expected}


PAIRS_KEPT_APART = [
    ("administrator", "coordinator"), ("administrator", "auditor"), ("administrator", "statistician"),
    ("administrator", "pharmacist"), ("pharmacist", "coordinator"), ("pharmacist", "safety_officer"),
    ("unblinded_statistician", "statistician"), ("unblinded_statistician", "data_manager"), ("auditor", "data_manager"),
]  # fmt: skip


@pytest.mark.requirement("P2")
@pytest.mark.parametrize("roles", PAIRS_KEPT_APART)
def test_duties_that_are_kept_apart_are_not_held_by_one_account(shared_world: World, roles: tuple[str, str]) -> None:
    grants = [{"role": role, "site_id": None} for role in roles]
    body = {"name": "Somebody", "organisation": "Berlin site", "grants": grants}
    answer = shared_world.administrator.post("/v1/accounts", body)
    assert (answer.status_code, bodies.problem(answer)) == (422, "duties-kept-apart")
    held = opened(shared_world, grants[0])
    answer = shared_world.administrator.put(f"/v1/accounts/{held['id']}", held | {"grants": grants}, version=1)
    assert bodies.problem(answer) == "duties-kept-apart"
    changed = shared_world.administrator.put(f"/v1/accounts/{held['id']}", held | {"grants": grants[1:]}, version=1)
    if roles[0] in UNBLINDED:
        assert bodies.problem(changed) == "duties-kept-apart", "what was known is not unlearnt"
    else:
        assert [grant["role"] for grant in changed.json["grants"]] == [roles[1]]


@pytest.mark.requirement("P2", "A13")
def test_who_was_ever_unblinded_is_never_given_a_blinded_role_again(shared_world: World) -> None:
    held = opened(shared_world, coordinator(shared_world))
    path = f"/v1/accounts/{held['id']}"

    def given(version: int, *roles: str) -> TestResponse:
        grants = [{"role": role, "site_id": shared_world.site} for role in roles]
        return shared_world.administrator.put(path, held | {"grants": grants}, version=version)

    assert given(1, "pharmacist").status_code == 200, "who was blinded may become unblinded"
    assert given(2).status_code == 200
    refused = given(3, "investigator")
    assert (refused.status_code, bodies.problem(refused)) == (422, "duties-kept-apart")
    assert [error["code"] for error in refused.json["errors"]] == ["access_grant_once_unblinded"]
    assert given(3, "auditor").status_code == 422
    assert given(3, "pharmacist").status_code == 200


def test_the_unblinded_statistician_is_granted_no_site(shared_world: World) -> None:
    grant = {"role": "unblinded_statistician", "site_id": shared_world.site}
    answer = shared_world.administrator.post("/v1/accounts", {"name": "N", "organisation": "O", "grants": [grant]})
    assert bodies.said(answer) == {"/grants/0/site_id": "without_site"}


@pytest.mark.requirement("P2")
def test_one_duty_may_be_held_in_several_roles_and_at_several_sites(shared_world: World) -> None:
    roles = ("pharmacist", "unblinded_statistician"), ("coordinator", "investigator", "monitor")
    for together in roles:
        account = opened(shared_world, *({"role": role, "site_id": None} for role in together))
        assert len(account["grants"]) == len(together)
