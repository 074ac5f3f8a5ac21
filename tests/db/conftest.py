"""What the tests of the database start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Installation
from tests.db.clinic import Clinic, furnished


@pytest.fixture(scope="module")
def clinic(shared_installation: Installation) -> Iterator[Clinic]:
    """A database that the tests of one file share; each uses participants of its own."""
    yield from furnished(shared_installation)
