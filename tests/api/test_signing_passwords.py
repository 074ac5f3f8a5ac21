"""The second component of a signature: set by its owner, guarded against guessing, removed when lost."""

from __future__ import annotations

import re
from typing import Any

import psycopg
import pytest
import structlog
from structlog.testing import LogCapture
from werkzeug.security import generate_password_hash

from registry.api import observation, signing_passwords
from registry.domain.signing import REFUSALS_IN_A_ROW
from tests import bodies, signing
from tests.conftest import Person, World


def attempt(visit: dict[str, Any], somebody: Person, password: str) -> tuple[int, str]:
    answer = somebody.post("/v1/signatures", signing.signature("visit", visit, password=password))
    return answer.status_code, "" if answer.status_code == 201 else bodies.problem(answer)


def newcomer(world: World, name: str) -> Person:
    """Another investigator at the site."""
    grants = [{"role": "investigator", "site_id": world.site}]
    account = world.administrator.post("/v1/accounts", {"name": name, "organisation": "O", "grants": grants}).json["id"]
    wanted = {"account_id": account, "label": "x", "expires_at": "2099-01-01T00:00:00Z"}
    token = world.administrator.post("/v1/tokens", wanted).json["token"]
    return Person(world.app.test_client(), token, account)


@pytest.mark.requirement("S4", "S5")
def test_a_password_is_set_replaced_by_giving_it_and_never_shown(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_passwords, "generate_password_hash", generate_password_hash)
    somebody = newcomer(shared_world, "Ada Lovelace")
    assert somebody.get(signing.PASSWORD_PATH).status_code == 404
    first = signing.put(somebody, {"password": signing.PASSWORD})
    assert (first.status_code, first.json["is_set"]) == (200, True)
    assert bodies.said(signing.put(somebody, {"password": "a second long one"})) == {"/current": "required"}
    assert somebody.get(signing.PASSWORD_PATH).json["refusals"] == 0
    refused = signing.put(somebody, {"password": "a second long one", "current": "not what it is"})
    assert (refused.status_code, bodies.problem(refused)) == (403, "signing-refused")
    weak = signing.put(somebody, {"password": "Ada Lovelace 1", "current": signing.PASSWORD})
    assert bodies.said(weak) == {"/password": "weak_password"}
    second = signing.put(somebody, {"password": "a second long one", "current": signing.PASSWORD})
    assert (second.status_code, second.json["refusals"]) == (200, 0)
    with psycopg.connect(shared_world.installation.admin_url) as connection:
        row = connection.execute("select scrypt from signing_password where account_id = %s", [somebody.account_id])
        kept = str((row.fetchone() or [""])[0])
        everything = connection.execute("select string_agg(e::text, ' ') from audit.event e").fetchone()
    assert kept.startswith("scrypt:32768:8:1$")
    for secret in (kept, signing.PASSWORD, "a second long one"):
        assert secret not in str(everything)
        assert secret not in second.text


@pytest.mark.requirement("S5", "A10")
def test_five_refused_attempts_in_a_row_pause_signing_though_each_request_failed(shared_world: World) -> None:
    somebody, visit = newcomer(shared_world, "The investigator"), bodies.visited(shared_world)
    assert attempt(visit, somebody, signing.PASSWORD) == (409, "signing-password-missing")
    signing.put(somebody, {"password": signing.PASSWORD})
    for _ in range(REFUSALS_IN_A_ROW - 1):
        assert attempt(visit, somebody, "not what it is") == (403, "signing-refused")
    assert attempt(visit, somebody, signing.PASSWORD)[0] == 201
    assert somebody.get(signing.PASSWORD_PATH).json["refusals"] == 0
    for _ in range(REFUSALS_IN_A_ROW):
        assert attempt(visit, somebody, "not what it is") == (403, "signing-refused")
    paused = somebody.post("/v1/signatures", signing.signature("visit", visit))
    assert (paused.status_code, bodies.problem(paused)) == (429, "signing-paused")
    assert 0 < int(paused.headers["Retry-After"]) <= 900
    stands = somebody.get(signing.PASSWORD_PATH).json
    assert (stands["refusals"], stands["paused_until"] is not None) == (REFUSALS_IN_A_ROW, True)
    query = f"/v1/audit?actor_id={somebody.account_id}&kind=signing"
    events = shared_world.auditor.get(query).json
    assert [event["action"] for event in events] == ["refuse"] * (2 * REFUSALS_IN_A_ROW)
    history = shared_world.auditor.get(f"/v1/audit?record_id={stands['id']}").json
    assert history[-1]["reason"] == "A refused attempt at signing"


@pytest.mark.requirement("S5", "S3")
def test_a_lost_password_is_removed_by_an_administrator_and_set_anew_by_its_owner(shared_world: World) -> None:
    somebody = newcomer(shared_world, "Grace Hopper")
    signing.put(somebody, {"password": signing.PASSWORD})
    path = f"/v1/accounts/{somebody.account_id}/signing-password"
    stale = shared_world.administrator.put(f"{path}/removal", {}, version=7)
    removed = shared_world.administrator.put(f"{path}/removal", {}, version=1, reason="Lost, asked for by telephone")
    assert (stale.status_code, removed.status_code, removed.json["is_set"]) == (412, 200, False)
    assert shared_world.administrator.get(path).json == removed.json
    again = signing.put(somebody, {"password": "another long password"})
    assert (again.status_code, again.json["is_set"], again.json["version"]) == (200, True, 3)
    events = shared_world.auditor.get(f"/v1/audit?record_id={removed.json['id']}").json
    assert [event["actor"] for event in events] == ["Grace Hopper", "The administrator", "Grace Hopper"]
    assert signing.put(shared_world.coordinator, {"password": signing.PASSWORD}).status_code == 403


@pytest.mark.requirement("S5")
def test_a_pause_of_signing_is_counted_and_told_in_the_log_without_a_name(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = LogCapture()
    logger = structlog.wrap_logger(None, processors=[capture], wrapper_class=structlog.BoundLogger)
    monkeypatch.setattr(observation, "log", logger)
    somebody, visit = newcomer(shared_world, "Mary Somerville"), bodies.visited(shared_world)
    signing.put(somebody, {"password": signing.PASSWORD})

    def counted() -> float:
        metrics = shared_world.app.test_client().get("/metrics").text
        return float(re.findall(r"^registry_signing_pauses_total (\S+)$", metrics, re.MULTILINE)[0])

    before = counted()
    for _ in range(REFUSALS_IN_A_ROW + 1):
        attempt(visit, somebody, "not what it is")
    assert counted() == before + 1
    [told] = [line for line in capture.entries if line["event"] == "signing paused"]
    assert (told["log_level"], told["account"]) == ("warning", somebody.account_id)
    assert "Somerville" not in repr(capture.entries)
