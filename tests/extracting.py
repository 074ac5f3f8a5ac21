"""Extracts in tests: ordered over HTTP, written as the worker does, and fetched whole."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from registry import extracting
from registry.db.transaction import Database
from registry.publish.extracts.workshop import Workshop
from registry.publish.extracts.writing import Sources
from tests.conftest import Installation, Person, World


@contextmanager
def workshop(installation: Installation, **changes: Any) -> Iterator[Workshop]:
    """Give what a worker writes with, over the databases of an installation."""
    service, views = Database(installation.service_url, size=2), Database(installation.extract_url, size=2)
    service.open()
    views.open()
    try:
        sources = Sources(views, Database(installation.service_url, size=1))
        yield Workshop(**{"sources": sources, "service": service, "settings": installation.settings} | changes)
    finally:
        service.close()
        views.close()


def worked(world: World, extract_id: str, **changes: Any) -> str:
    """Write an extract as a worker does, and give its state then."""
    with workshop(world.installation, **changes) as shop:
        return extracting.work(shop, extract_id)


def ordered(world: World, by: Person | None = None, **asked: Any) -> dict[str, Any]:
    """Order an extract, by the statistician unless told."""
    body = {"study": world.study, "purpose": "A test", **asked}
    answer = (by or world.statistician).post("/v1/extracts", body)
    assert answer.status_code == 202, answer.text
    extract: dict[str, Any] = answer.json
    return extract


def pulled(world: World, by: Person | None = None, **asked: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Order an extract and write it; give its record with the bytes of its files."""
    somebody = by or world.statistician
    extract = ordered(world, somebody, **asked)
    state = worked(world, extract["id"])
    complete = somebody.get(f"/v1/extracts/{extract['id']}").json
    assert state == complete["state"] == "complete", complete["failure"]
    return complete, fetched(somebody, extract["id"])


def fetched(by: Person, extract_id: str) -> dict[str, bytes]:
    """Download an extract whole, and give the bytes of each file in it."""
    whole = by.get(f"/v1/extracts/{extract_id}/download")
    assert whole.status_code == 200, whole.text
    with zipfile.ZipFile(io.BytesIO(whole.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
