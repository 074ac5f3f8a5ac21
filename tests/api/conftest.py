"""Worlds that several modules of these tests share."""

from collections.abc import Iterator

import pytest

from registry.api import signing_passwords
from tests import double_entry, signing
from tests.conftest import World


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Let signing passwords be kept by a cost of no use to a guesser, where a test does not ask what they are kept by."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(signing_passwords, "generate_password_hash", signing.cheaply_hashed)
        yield


@pytest.fixture(scope="module")
def doubled(shared_world: World) -> World:
    """A study whose protocol asks for two entries of two forms."""
    return double_entry.asked_for(shared_world)
