"""Access tokens of an identity provider: a real one on this machine, with real keys."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from dataclasses import replace as changed
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from werkzeug.test import TestResponse

from registry.api import provider as ours
from registry.api.throttle import Throttle
from registry.app import create_app
from registry.db import accounts
from registry.db.transaction import Database
from tests import bodies
from tests.conftest import World, attribution

AUDIENCE = "https://registry.example"
SUBJECT = "auth0|coordinator-7"


@dataclass
class Provider:
    """An OpenID Connect provider: its keys, and what it publishes."""

    url: str = ""
    keys: list[Any] = field(default_factory=list)
    published: Any = None
    asked: int = 0

    def token(self, key: Any, alg: str, header: dict[str, Any] | None = None, **claims: Any) -> str:
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": SUBJECT, "iat": now, "exp": now + 300}
        said = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode({"alg": alg, "kid": key.kid} | (header or {}), said, key, algorithms=[alg])

    def answer(self, path: str) -> Any:
        self.asked += 1
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        return self.published if self.published is not None else KeySet(self.keys).as_dict(private=False)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    rsa, ec = (
        RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"}),
        ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig"}),
    )
    provider = Provider(keys=[rsa, ec])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(provider.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    provider.url = f"http://127.0.0.1:{server.server_port}"
    yield provider
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def database(shared_world: World, provider: Provider) -> Database:
    """The database, with an account for the provider's subject."""
    database: Database = shared_world.app.extensions["registry"].database
    with database.transaction() as tx:
        tx.attribute(attribution())
        grants = [{"role": "coordinator", "site_id": shared_world.site}]
        account = {
            "name": "Signed in",
            "organisation": "Tests",
            "subject": f"{provider.url} {SUBJECT}",
            "grants": grants,
        }
        accounts.open_account(tx, account)
        tx.commit()
    return database


@pytest.fixture(scope="module")
def made(shared_world: World, provider: Provider, database: Database) -> Flask:
    """The application with a provider, which takes longer to make than most tests here."""
    settings = changed(shared_world.installation.settings, oidc_issuer=provider.url, oidc_audience=AUDIENCE)
    return create_app(settings, database)


@pytest.fixture
def app(made: Flask, provider: Provider) -> Flask:
    """The application, which knows nothing of its provider yet."""
    registry = made.extensions["registry"]
    registry.throttle = Throttle(10_000)
    registry.provider = ours.IdentityProvider(provider.url, AUDIENCE)
    provider.published = None
    return made


def asked(app: Flask, token: str, path: str = "/v1/studies") -> TestResponse:
    return app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})


def is_refused(answer: TestResponse) -> None:
    assert answer.status_code == 401, answer.text
    assert bodies.problem(answer) == "not-authenticated"


@pytest.mark.parametrize(("number", "alg"), [(0, "RS256"), (0, "RS384"), (0, "PS256"), (1, "ES256")])
def test_a_valid_token_of_a_known_subject_is_accepted(
    shared_world: World, app: Flask, provider: Provider, number: int, alg: str
) -> None:
    token = provider.token(provider.keys[number], alg)
    assert asked(app, token).status_code == 200
    visit = bodies.visited(shared_world)
    assert asked(app, token, f"/v1/visits/{visit['id']}").json["id"] == visit["id"]
    assert asked(app, token, "/v1/accounts").status_code == 403


def test_what_a_signed_in_person_writes_is_attributed(shared_world: World, app: Flask, provider: Provider) -> None:
    headers = {
        "Authorization": f"Bearer {provider.token(provider.keys[0], 'RS256')}",
        "Idempotency-Key": "from-the-provider",
    }
    body = bodies.participant(shared_world.site)
    enrolled = app.test_client().post(f"/v1/studies/{shared_world.study}/participants", json=body, headers=headers)
    assert enrolled.status_code == 201, enrolled.text
    history = shared_world.coordinator.get(f"/v1/participants/{enrolled.json['id']}/history").json
    assert (history[0]["actor"], history[0]["role"]) == ("Signed in", "coordinator")


def test_an_audience_may_be_one_of_several(app: Flask, provider: Provider) -> None:
    assert asked(app, provider.token(provider.keys[0], "RS256", aud=["other", AUDIENCE])).status_code == 200


WRONG: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "https://elsewhere.example"},
    "several other audiences": {"aud": ["a", "b"]},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://elsewhere.example"},
    "no issuer": {"iss": None},
    "expired": {"exp": int(time.time()) - 120},
    "no expiry": {"exp": None},
    "an expiry that is no number": {"exp": "tomorrow"},
    "not valid yet": {"nbf": int(time.time()) + 3600},
    "an unknown subject": {"sub": "auth0|stranger"},
    "no subject": {"sub": None},
    "a subject that is no text": {"sub": {"a": 1}},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG.keys())
def test_a_token_with_a_wrong_claim_is_refused(app: Flask, provider: Provider, claims: dict[str, Any]) -> None:
    is_refused(asked(app, provider.token(provider.keys[0], "RS256", **claims)))


def test_a_token_that_somebody_else_signed_is_refused(app: Flask, provider: Provider) -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "rsa-1"})
    is_refused(asked(app, provider.token(stranger, "RS256")))
    unknown = RSAKey.generate_key(2048, {"kid": "rsa-9"})
    is_refused(asked(app, provider.token(unknown, "RS256")))


def test_a_token_that_was_altered_is_refused(app: Flask, provider: Provider) -> None:
    head, claims, signature = provider.token(provider.keys[0], "RS256").split(".")
    other = provider.token(provider.keys[0], "RS256", sub="auth0|stranger").split(".")[1]
    is_refused(asked(app, f"{head}.{other}.{signature}"))
    is_refused(asked(app, f"{head}.{claims}."))
    is_refused(asked(app, f"{head}.{claims}.{'A' * len(signature)}"))


def test_a_token_without_a_signature_or_with_a_shared_key_is_refused(app: Flask, provider: Provider) -> None:
    shared = OctKey.import_key(b"x" * 32, {"kid": "rsa-1"})
    _, claims, _ = provider.token(provider.keys[0], "RS256").split(".")
    none = "eyJhbGciOiJub25lIiwia2lkIjoicnNhLTEifQ"
    is_refused(asked(app, f"{none}.{claims}."))
    is_refused(asked(app, provider.token(shared, "HS256")))
    is_refused(asked(app, _signed_with_the_public_key(provider, claims)))


def _signed_with_the_public_key(provider: Provider, claims: str) -> str:
    """A token whose shared key is the published public key, which a careless verifier accepts."""
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "rsa-1"}).encode()).decode().rstrip("=")
    digest = hmac.digest(provider.keys[0].as_pem(private=False), f"{head}.{claims}".encode(), "sha256")
    return f"{head}.{claims}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


@pytest.mark.parametrize(
    "token",
    [
        "x" * 40,
        "a.b.c" + "d" * 20,
        "......." * 5,
        "e30.e30.e30" + "A" * 20,
        "bnVsbA.bnVsbA.bnVsbAAAAAAAAAA",
        "W10.W10.W10AAAAAAAA",
    ],
)
def test_what_is_no_token_is_refused(app: Flask, token: str) -> None:
    is_refused(asked(app, token))


def test_keys_are_fetched_once_and_again_when_a_new_one_is_met(
    app: Flask, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        assert asked(app, provider.token(provider.keys[0], "RS256")).status_code == 200
    before = provider.asked
    assert asked(app, provider.token(provider.keys[1], "ES256")).status_code == 200
    assert provider.asked == before
    new = ECKey.generate_key("P-256", {"kid": "ec-2", "use": "sig"})
    provider.published = KeySet([*provider.keys, new]).as_dict(private=False)
    app.extensions["registry"].provider._fetched -= 2
    assert asked(app, provider.token(new, "ES256")).status_code == 200
    assert provider.asked == before + 2


def test_a_key_that_was_withdrawn_is_refused_after_a_while(app: Flask, provider: Provider) -> None:
    assert asked(app, provider.token(provider.keys[0], "RS256")).status_code == 200
    provider.published = KeySet([provider.keys[1]]).as_dict(private=False)
    app.extensions["registry"].provider._fetched -= ours.KEYS_KEPT_SECONDS + 1
    is_refused(asked(app, provider.token(provider.keys[0], "RS256")))


@pytest.mark.parametrize(
    "published", [{}, [], {"keys": "none"}, {"keys": [{"kty": "RSA"}]}, "text", None, {"keys": [7]}]
)
def test_a_provider_that_answers_nonsense_lets_nobody_in(app: Flask, provider: Provider, published: Any) -> None:
    provider.published = published if published is not None else 0
    is_refused(asked(app, provider.token(provider.keys[0], "RS256")))


def test_a_provider_that_does_not_answer_lets_nobody_in(shared_world: World, app: Flask, provider: Provider) -> None:
    app.extensions["registry"].provider.issuer = "http://127.0.0.1:1"
    is_refused(asked(app, provider.token(provider.keys[0], "RS256")))
    assert asked(app, shared_world.coordinator.token).status_code == 200


def test_without_a_provider_its_tokens_are_refused(shared_world: World, provider: Provider) -> None:
    shared_world.app.extensions["registry"].throttle = Throttle(10_000)
    is_refused(asked(shared_world.app, provider.token(provider.keys[0], "RS256")))
