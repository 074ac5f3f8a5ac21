"""What the environment says is taken as said, or refused with the name of the variable and its rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.settings import Settings, SettingsError

OWNER = "postgresql://owner:hidden@db/registry"


def test_an_empty_environment_gives_the_settings_of_a_first_try() -> None:
    settings = Settings.from_environment({})
    assert settings.home == Path.cwd() / ".registry"
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8000, None)
    assert (settings.max_body, settings.metrics) == (1024 * 1024, True)


def test_what_is_set_is_read() -> None:
    settings = Settings.from_environment(
        {
            "REGISTRY_HOME": "/srv/registry",
            "PORT": "9000",
            "DATABASE_URL": OWNER,
            "DATABASE_READ_URL": OWNER,
            "OIDC_ISSUER": "https://login.example.org",
            "OIDC_AUDIENCE": "registry",
            "LOG_LEVEL": "DEBUG",
            "REGISTRY_METRICS": "off",
        }
    )
    assert (settings.home, settings.port, settings.database_url) == (Path("/srv/registry"), 9000, OWNER)
    assert (settings.oidc_audience, settings.log_level, settings.metrics) == ("registry", "debug", False)


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment({"DATABASE_URL": " ", "PORT": ""}) == Settings.from_environment({})


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "http"}, "PORT must be a whole number from 1 to 65535."),
        ({"PORT": "70000"}, "PORT must be a whole number from 1 to 65535."),
        ({"REGISTRY_WORKERS": "0"}, "REGISTRY_WORKERS must be a whole number from 1 to 64."),
        ({"DATABASE_URL": "mysql://db"}, "DATABASE_URL must be a URL like postgresql://user:password@host/database."),
        ({"DATABASE_READ_URL": OWNER}, "DATABASE_READ_URL is set, so DATABASE_URL must be set too."),
        ({"REGISTRY_SECRET": "short"}, "REGISTRY_SECRET must have 32 characters or more."),
        ({"OIDC_ISSUER": "https://login.example.org"}, "OIDC_ISSUER is set, so OIDC_AUDIENCE must be set too."),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be one of debug, info, warning, error."),
        ({"REGISTRY_EXTRACT_DAYS": "0"}, "REGISTRY_EXTRACT_DAYS must be a whole number from 1 to 3650."),
        (
            {"REGISTRY_PSEUDONYM_KEYS": f"1:{'a' * 32}"},
            "REGISTRY_PSEUDONYM_KEYS must be like 2:KEY,3:KEY, each 32 characters or more, from version 2.",
        ),
        (
            {"REGISTRY_PSEUDONYM_KEYS": "2:short"},
            "REGISTRY_PSEUDONYM_KEYS must be like 2:KEY,3:KEY, each 32 characters or more, from version 2.",
        ),
        ({"REGISTRY_METRICS": "maybe"}, "REGISTRY_METRICS must be one of on, off."),
    ],
)
def test_a_value_against_its_rule_is_refused_by_name(environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(environment)
    assert str(refused.value) == sentence


def test_every_broken_rule_is_said_at_once() -> None:
    with pytest.raises(SettingsError, match=r"PORT .*\nLOG_LEVEL "):
        Settings.from_environment({"PORT": "-1", "LOG_LEVEL": "loud"})


def test_no_password_is_in_what_is_printed() -> None:
    settings = Settings.from_environment({"DATABASE_URL": OWNER, "REGISTRY_SECRET": "hidden" * 6})
    assert "hidden" not in repr(settings)
