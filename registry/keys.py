"""The one secret of an installation, and the keys for each purpose that are derived from it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from registry.settings import SHORTEST_SECRET, Settings, SettingsError

SECRET_BYTES = 32
FIRST_VERSION = 1


def installation_secret(settings: Settings) -> bytes:
    """The secret of `REGISTRY_SECRET`, or of the file `secret` in the home, which is made when it is missing.

    Raises `SettingsError` when others than its owner may read the file, or when it is cut short.
    """
    if settings.secret is not None:
        return settings.secret.encode()
    path = settings.home / "secret"
    if not path.exists():
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(path, secrets.token_hex(SECRET_BYTES))
    return _read(path)


def derive(secret: bytes, purpose: str) -> bytes:
    """The 32 bytes that serve one purpose and tell nothing about the secret or another purpose's key."""
    return hmac.digest(secret, purpose.encode(), hashlib.sha256)


def pseudonym_keys(settings: Settings) -> dict[int, bytes]:
    """Give the keys of pseudonyms by their version: derived from the secret, kept in the home, or told by the environment.

    Raises `SettingsError` when others than its owner may read a file of a key, or when it is cut short.
    """
    told = {version: key.encode() for version, key in settings.pseudonym_keys.items()}
    files = {int(path.name): path for path in _folder(settings).glob("*") if path.name.isdecimal()}
    held = {version: _read(path) for version, path in files.items() if version not in told}
    return {FIRST_VERSION: derive(installation_secret(settings), "pseudonym")} | dict(sorted((held | told).items()))


def add_pseudonym_key(settings: Settings) -> int:
    """Make the next key of pseudonyms in the home, for every extract with new inputs from now on; give its version.

    Raises `SettingsError` where the environment tells the keys: then it must tell the next one too.
    """
    if settings.pseudonym_keys:
        raise SettingsError(
            "REGISTRY_PSEUDONYM_KEYS tells the keys: add the next version there, and keep the earlier ones."
        )
    version = max(pseudonym_keys(settings)) + 1
    _folder(settings).mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_once(_folder(settings) / str(version), secrets.token_hex(SECRET_BYTES))
    return version


def _folder(settings: Settings) -> Path:
    return settings.home / "pseudonym-keys"


def _read(path: Path) -> bytes:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{path} can be read by others; run 'chmod 600 {path}'.")
    secret = path.read_bytes().strip()
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(f"{path} holds no secret; put back the one that this installation began with.")
    return secret


def _write_once(path: Path, secret: str) -> None:
    """Write the file whole or not at all; of two processes at once, the first one's secret stays."""
    draft = path.with_name(f".secret-{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
