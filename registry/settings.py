"""What this installation is told by its environment, read once; the only reader of `os.environ`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LOG_LEVELS = ("debug", "info", "warning", "error")
SHORTEST_SECRET = 32
KIB = 1024
MIB = 1024 * KIB
SWITCH = {"on": True, "off": False}


class SettingsError(ValueError):
    """A variable of the environment breaks its rule; the message is the sentence to show."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation; what may hold a password is left out of its `repr`."""

    home: Path = Path(".registry")
    host: str = "127.0.0.1"
    port: int = 8000
    database_url: str | None = field(default=None, repr=False)
    """The owner's connection: it migrates. None asks for the embedded server."""
    database_service_url: str | None = field(default=None, repr=False)
    """The service's connection, used as it is; None derives one from `database_url`."""
    database_read_url: str | None = field(default=None, repr=False)
    """A streaming replica for extracts and long reads; None reads from the primary."""
    secret: str | None = field(default=None, repr=False)
    pseudonym_keys: Mapping[int, str] = field(default_factory=dict, repr=False)
    """Keys of pseudonyms by their version, from 2; version 1 is derived from the secret."""
    extract_days: int = 90
    """Days for which the files of an extract are kept."""
    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    workers: int = 1
    """Server processes."""
    threads: int = 8
    """Requests that one process works on at once; also the size of its connection pool."""
    max_body: int = MIB
    """Bytes in a request, bulk submissions apart."""
    max_bulk_line: int = 256 * KIB
    """Bytes in one line of a bulk submission."""
    log_level: str = "info"
    metrics: bool = True

    @property
    def extracts(self) -> Path:
        """The folder of the extracts, which the service and its workers share."""
        return self.home.absolute() / "extracts"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings that the environment describes; a variable that is empty counts as not set.

        Raises `SettingsError` with one line for each variable that breaks its rule.
        """
        reader = _Reader(environment)
        usual = cls()
        settings = cls(
            home=Path(reader.text("REGISTRY_HOME", str(usual.home))).expanduser().absolute(),
            host=reader.text("HOST", usual.host),
            port=reader.whole("PORT", usual.port, 1, 65535),
            database_url=reader.postgresql("DATABASE_URL"),
            database_service_url=reader.postgresql("DATABASE_SERVICE_URL"),
            database_read_url=reader.postgresql("DATABASE_READ_URL"),
            secret=reader.secret("REGISTRY_SECRET"),
            pseudonym_keys=reader.keys("REGISTRY_PSEUDONYM_KEYS"),
            extract_days=reader.whole("REGISTRY_EXTRACT_DAYS", usual.extract_days, 1, 3650),
            oidc_issuer=reader.issuer("OIDC_ISSUER"),
            oidc_audience=reader.optional("OIDC_AUDIENCE"),
            workers=reader.whole("REGISTRY_WORKERS", usual.workers, 1, 64),
            threads=reader.whole("REGISTRY_THREADS", usual.threads, 1, 256),
            max_body=reader.whole("REGISTRY_MAX_BODY", usual.max_body, KIB, 1024 * MIB),
            max_bulk_line=reader.whole("REGISTRY_MAX_BULK_LINE", usual.max_bulk_line, KIB, 1024 * MIB),
            log_level=reader.one_of("LOG_LEVEL", usual.log_level, LOG_LEVELS),
            metrics=SWITCH[reader.one_of("REGISTRY_METRICS", "on", tuple(SWITCH))],
        )
        reader.require_together("OIDC_ISSUER", "OIDC_AUDIENCE")
        reader.require_for("DATABASE_READ_URL", "DATABASE_URL")
        reader.refuse_broken()
        return settings


class _Reader:
    """Reads variables and collects a sentence for each that breaks its rule."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._broken: list[str] = []

    def optional(self, name: str) -> str | None:
        return self._environment.get(name, "").strip() or None

    def text(self, name: str, default: str) -> str:
        return self.optional(name) or default

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        given = self.optional(name)
        if given is None:
            return default
        if re.fullmatch(r"[0-9]{1,12}", given) and low <= int(given) <= high:
            return int(given)
        self._broken.append(f"{name} must be a whole number from {low} to {high}.")
        return default

    def one_of(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        given = self.text(name, default).lower()
        if given in choices:
            return given
        self._broken.append(f"{name} must be one of {', '.join(choices)}.")
        return default

    def postgresql(self, name: str) -> str | None:
        return self._matching(
            name, r"postgres(ql)?://\S+", "must be a URL like postgresql://user:password@host/database"
        )

    def issuer(self, name: str) -> str | None:
        secure = r"https://\S+|http://(localhost|127\.0\.0\.1)(:\d+)?(/\S*)?"
        return self._matching(name, secure, "must be a URL that begins with https://")

    def secret(self, name: str) -> str | None:
        return self._matching(name, rf".{{{SHORTEST_SECRET},}}", f"must have {SHORTEST_SECRET} characters or more")

    def keys(self, name: str) -> dict[int, str]:
        """Read keys by their version, such as `2:...,3:...`; version 1 is never given."""
        given = [re.fullmatch(rf"([1-9][0-9]{{0,3}}):(.{{{SHORTEST_SECRET},}})", one.strip())
                 for one in (self.optional(name) or "").split(",") if one.strip()]  # fmt: skip
        keys = {int(found[1]): found[2] for found in given if found}
        if len(keys) < len(given) or 1 in keys:
            self._broken.append(
                f"{name} must be like 2:KEY,3:KEY, each {SHORTEST_SECRET} characters or more, from version 2."
            )
        return keys

    def require_together(self, first: str, second: str) -> None:
        self.require_for(first, second)
        self.require_for(second, first)

    def require_for(self, name: str, needed: str) -> None:
        if self.optional(name) and not self.optional(needed):
            self._broken.append(f"{name} is set, so {needed} must be set too.")

    def refuse_broken(self) -> None:
        if self._broken:
            raise SettingsError("\n".join(self._broken))

    def _matching(self, name: str, pattern: str, rule: str) -> str | None:
        given = self.optional(name)
        if given is None or re.fullmatch(pattern, given):
            return given
        self._broken.append(f"{name} {rule}.")
        return None
