"""Access tokens of an OpenID Connect provider: verified by joserfc with the provider's published keys."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ["RS256", "RS384", "ES256", "ES384", "PS256"]
KEYS_KEPT_SECONDS = 300
FETCH_TIMEOUT_SECONDS = 5
SKEW_SECONDS = 30


class IdentityProvider:
    """Verifies tokens of one issuer for one audience; its keys are fetched when they are first needed."""

    def __init__(self, issuer: str, audience: str) -> None:
        self.issuer = issuer.rstrip("/")
        self.audience = audience
        self._keys: KeySet | None = None
        self._fetched = 0.0
        self._lock = threading.Lock()

    def subject_of(self, token: str) -> str | None:
        """Give `issuer subject` of a valid token; None when the token is not valid now, here and for us."""
        try:
            claims = self._verified(token)
        except (JoseError, OSError, ValueError):
            return None
        return f"{self.issuer} {claims['sub']}"

    def _verified(self, token: str) -> dict[str, Any]:
        try:
            decoded = jwt.decode(token, self._current_keys(), algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            decoded = jwt.decode(token, self._current_keys(renewed=True), algorithms=ALGORITHMS)
        self._rules().validate(decoded.claims)
        return decoded.claims

    def _rules(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    def _current_keys(self, renewed: bool = False) -> KeySet:
        with self._lock:
            age = time.monotonic() - self._fetched
            if self._keys is None or age > KEYS_KEPT_SECONDS or (renewed and age > 1):
                self._keys = self._published_keys()
                self._fetched = time.monotonic()
            return self._keys

    def _published_keys(self) -> KeySet:
        try:
            return KeySet.import_key_set(self._fetch(self._fetch(self._discovery())["jwks_uri"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("the identity provider does not answer as OpenID Connect says") from error

    def _discovery(self) -> str:
        return f"{self.issuer}/.well-known/openid-configuration"

    def _fetch(self, url: str) -> Any:
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ValueError("an identity provider is read over https")
        with urllib.request.urlopen(url, timeout=FETCH_TIMEOUT_SECONDS) as answer:  # noqa: S310 (checked above)
            return json.load(answer)
