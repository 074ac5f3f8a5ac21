"""Worlds that several modules of these tests share."""

import pytest

from tests import double_entry
from tests.conftest import World


@pytest.fixture(scope="module")
def doubled(shared_world: World) -> World:
    """A study whose protocol asks for two entries of two forms."""
    return double_entry.asked_for(shared_world)
