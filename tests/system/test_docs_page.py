"""The page of the API, looked at in a real browser."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from tests.system.conftest import Live, published

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip
OPENED = "record_visit"
PATIENCE = 60_000
"""Milliseconds; the machine may be busy with the other tests."""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of a headless Chromium; where there is none, the tests are skipped, and fail in CI."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        page.set_default_timeout(PATIENCE)
        yield page
        browser.close()


@pytest.fixture(scope="module")
def said(page: Page) -> list[str]:
    """What the page says in the console."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.fixture(scope="module")
def asked(page: Page) -> list[str]:
    """Which addresses the page asks."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def some() -> dict[str, Any]:
    """Cut the document to the operation that is opened and the first of each group: a browser takes long over all of them."""
    whole = published()
    paths: dict[str, Any] = {}
    groups: set[str] = set()
    for path, method, operation in operations():
        if operation["operationId"] == OPENED or not groups.issuperset(operation["tags"]):
            groups.update(operation["tags"])
            paths.setdefault(path, {"parameters": whole["paths"][path].get("parameters", [])})[method] = operation
    meant = referred(paths, whole, set())
    components = {
        kind: {name: one for name, one in named.items() if kind == "securitySchemes" or (kind, name) in meant}
        for kind, named in whole["components"].items()
    }
    return {**whole, "paths": paths, "components": components}


def operations() -> Iterator[tuple[str, str, Any]]:
    for path, item in published()["paths"].items():
        yield from ((path, method, operation) for method, operation in item.items() if method != "parameters")


def referred(part: Any, whole: Any, known: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Add the components that a part of the document refers to, and those that these refer to."""
    if isinstance(part, list):
        for one in part:
            referred(one, whole, known)
    elif isinstance(part, dict):
        if isinstance(place := part.get("$ref"), str):
            kind, name = place.removeprefix("#/components/").split("/")
            if (kind, name) not in known:
                known.add((kind, name))
                referred(whole["components"][kind][name], whole, known)
        referred(list(part.values()), whole, known)
    return known


def answer(route: Route) -> None:
    """Ask the registry for its document, and give the page some of it."""
    given = route.fetch()
    assert given.ok
    route.fulfill(response=given, body=json.dumps(some()))


@pytest.fixture(scope="module")
def shown(live: Live, page: Page, said: list[str], asked: list[str]) -> Page:
    """The page of the API, once it is there."""
    page.route("**/openapi.yaml", answer)
    page.goto(f"{live.url}/docs")
    page.wait_for_selector(".opblock-tag")
    return page


def test_the_page_names_every_group_without_errors_and_asks_no_other_host(
    live: Live, shown: Page, said: list[str], asked: list[str]
) -> None:
    named = {tag for _, _, operation in operations() for tag in operation["tags"]}
    assert {
        str(tag) for tag in shown.locator(".opblock-tag").evaluate_all("all => all.map(one => one.dataset.tag)")
    } == named
    hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(live.url).netloc}
    assert said == []


def test_an_operation_opens_with_its_headers_example_and_refusals(shown: Page, said: list[str]) -> None:
    shown.locator("#operations-tag-visits").click()
    block = shown.locator(f"#operations-visits-{OPENED}")
    block.locator(".opblock-summary-control").click()
    block.locator(".responses-table").first.wait_for()
    assert block.get_by_text("Idempotency-Key").count() > 0
    assert block.locator("tr.response[data-code='409']").count() == 1
    assert "week_0" in block.locator(".opblock-section-request-body").inner_text()
    assert said == []
