"""One secret an installation, made once, kept to its owner; a key of its own for each purpose."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry.keys import add_pseudonym_key, derive, installation_secret, pseudonym_keys
from registry.settings import Settings, SettingsError


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    made = installation_secret(settings)
    assert len(made) == 64
    assert installation_secret(settings) == made
    assert stat.S_IMODE((settings.home / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700


def test_processes_that_begin_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: installation_secret(settings), range(32)))
    assert len(secrets) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    assert installation_secret(Settings(home=tmp_path, secret="s" * 32)) == b"s" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    installation_secret(Settings(home=tmp_path))
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        installation_secret(Settings(home=tmp_path))


def test_a_secret_cut_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(mode=0o600)
    with pytest.raises(SettingsError, match="holds no secret"):
        installation_secret(Settings(home=tmp_path))


def test_each_purpose_has_its_own_key() -> None:
    assert derive(b"secret", "cursor") == derive(b"secret", "cursor")
    assert derive(b"secret", "cursor") != derive(b"secret", "pseudonym")
    assert derive(b"other", "cursor") != derive(b"secret", "cursor")
    assert derive(b"key", "The quick brown fox jumps over the lazy dog").hex() == (
        "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"  # a published example of HMAC-SHA-256
    )


def test_a_new_key_of_pseudonyms_stands_beside_the_earlier_ones(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, secret="s" * 32)
    [first] = pseudonym_keys(settings).items()
    assert (add_pseudonym_key(settings), add_pseudonym_key(settings)) == (2, 3)
    held = pseudonym_keys(settings)
    assert (list(held), held[1], len(set(held.values()))) == ([1, 2, 3], first[1], 3)
    assert pseudonym_keys(settings) == held
    assert stat.S_IMODE((tmp_path / "pseudonym-keys" / "2").stat().st_mode) == 0o600
    (tmp_path / "pseudonym-keys" / "3").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        pseudonym_keys(settings)


def test_keys_of_pseudonyms_that_the_environment_tells_are_used_and_not_made(tmp_path: Path) -> None:
    told = Settings.from_environment({"REGISTRY_PSEUDONYM_KEYS": f"2:{'a' * 32}, 3:{'b' * 32}"})
    settings = Settings(home=tmp_path, secret="s" * 32, pseudonym_keys=told.pseudonym_keys)
    assert pseudonym_keys(settings) == pseudonym_keys(Settings(home=tmp_path, secret="s" * 32)) | {
        2: b"a" * 32,
        3: b"b" * 32,
    }
    assert "aaaa" not in repr(settings)
    with pytest.raises(SettingsError, match="REGISTRY_PSEUDONYM_KEYS"):
        add_pseudonym_key(settings)
