"""The events of the audit, read in pages or streamed whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry.db.transaction import Transaction, as_json

SELECT = """
    select id, at, change_set::text, request_id, actor, actor_id::text, organisation, role, client, reason, action, kind,
           record_id::text, version, site_id::text, participant_id::text, before, after
    from audit.event
    where id > %(after)s and (%(kind)s::text is null or kind = %(kind)s)
      and (%(record_id)s::uuid is null or record_id = %(record_id)s)
      and (%(participant_id)s::uuid is null or participant_id = %(participant_id)s)
      and (%(actor_id)s::uuid is null or actor_id = %(actor_id)s)
      and (%(change_set)s::uuid is null or change_set = %(change_set)s)
      and (%(since)s::timestamptz is null or at >= %(since)s)
      and (%(until)s::timestamptz is null or at <= %(until)s)
      and at <= %(settled)s
    order by id limit %(limit)s"""

FILTERS = ("kind", "record_id", "participant_id", "actor_id", "change_set", "since", "until")
BATCH = 500


def page(tx: Transaction, asked: Mapping[str, Any], after: int, limit: int) -> list[dict[str, Any]]:
    """Give a page of events that fit what was asked, in the order they were kept.

    Only events up to the moment of asking, once all of them are committed: none can appear later behind a page.
    """
    settled = tx.one("select audit.settled() as moment")
    filters = {name: asked.get(name) for name in FILTERS}
    return tx.every(SELECT, filters | {"after": after, "limit": limit, "settled": settled and settled["moment"]})


def every(tx: Transaction, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Stream all events that fit what was asked, page by page, so that memory stays flat."""
    after = 0
    while found := page(tx, asked, after, BATCH):
        yield from found
        after = found[-1]["id"]


def note(tx: Transaction, action: str, kind: str, details: Mapping[str, Any]) -> None:
    """Keep an event that is not the writing of a record."""
    tx.run("select audit.note(%s, %s, %s::jsonb)", [action, kind, as_json(details)])
