"""Lists of records: filters to a window, a page of images, and the link to the next page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import current_app, request

from registry.api import cursors
from registry.api.contract import Call
from registry.db import records
from registry.db.records import Window
from registry.db.transaction import Image
from registry.schemas.queries import USUAL_PAGE

AT_LEAST = {"changed_since": "changed_at", "from_date": "visited_on"}
AT_MOST = {"to_date": "visited_on"}
NOT_FILTERS = {"limit", "cursor", "as_of", "derived"}


def page_of_records(call: Call, table: str, *, image: str = "audit.image(to_jsonb(t))", **equal: Any) -> list[Image]:
    """Give one page of a table's records, filtered by what was asked and by `equal`."""
    if call.as_of:
        records.settle(call.tx)
    return page(call, lambda window: records.page(call.tx, table, window, image), **equal)


def by_id(row: Image) -> str:
    """Give the place of a record in a list that is in the order of their ids."""
    return str(row["id"])


def page(
    call: Call, read: Callable[[Window], list[Image]], *, place: Callable[[Image], str] = by_id, **equal: Any
) -> list[Image]:
    """Give one page of what `read` gives for a window; one entry more is read to know whether there is a next page.

    `place` gives the place of an entry in the list, after which the window of the next page starts.
    """
    limit = call.query.get("limit") or USUAL_PAGE
    rows = read(_window(call, limit + 1, equal))
    if len(rows) > limit:
        call.headers["Link"] = next_link(place(rows[limit - 1]), _list_name())
    return rows[:limit]


def _window(call: Call, limit: int, equal: Mapping[str, Any]) -> Window:
    asked = {name: value for name, value in call.query.items() if value is not None and name not in NOT_FILTERS}
    cursor = call.query.get("cursor")
    return Window(
        limit=limit,
        after=cursors.position(cursor, _list_name(), _key()) if cursor else None,
        equal={name: value for name, value in asked.items() if name not in {**AT_LEAST, **AT_MOST}} | dict(equal),
        at_least={AT_LEAST[name]: value for name, value in asked.items() if name in AT_LEAST},
        at_most={AT_MOST[name]: value for name, value in asked.items() if name in AT_MOST},
        as_of=call.as_of,
    )


def next_link(last: str, list_name: str) -> str:
    """Give the Link header to the page after the entry at this position."""
    asked = {name: value for name, value in request.args.items() if name != "cursor"}
    cursor = cursors.signed(last, list_name, _key())
    return f'<{request.path}?{urlencode(asked | {"cursor": cursor})}>; rel="next"'


def _list_name() -> str:
    asked = sorted((name, value) for name, value in request.args.items() if name not in ("cursor", "limit"))
    return f"{request.path}?{urlencode(asked)}"


def _key() -> bytes:
    key: bytes = current_app.extensions["registry"].cursor_key
    return key
