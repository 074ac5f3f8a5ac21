"""Reporting clocks: what is known of the events that start them, the work list by urgency, and those that ran out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import sql

from registry.db import records
from registry.db.transaction import Image, Transaction

HELD = "select id from adverse_event where id = any (%(ids)s::uuid[]) order by id for no key update"
HELD_CLOCKS = (
    "select id from reporting_clock where adverse_event_id = any (%(ids)s::uuid[]) order by id for no key update"
)

# What the participant of an event was given, as far as it counts.
GIVEN = sql.SQL("""
    jsonb_build_object(
        'doses', (select coalesce(jsonb_agg(audit.image(to_jsonb(d)) order by d.id), '[]') from dose d
                  where d.participant_id = v.participant_id and not d.entered_in_error),
        'intakes', (select coalesce(jsonb_agg(audit.image(to_jsonb(i)) order by i.id), '[]') from study_product_intake i
                    where i.participant_id = v.participant_id and not i.entered_in_error))""")
GIVEN_AROUND = sql.SQL("select {given} as given from adverse_event v where v.id = %(id)s").format(given=GIVEN)

# The whole past of events: every version of each and of its assessment, with what was submitted and the clocks that there are.
PASTS = sql.SQL("""
    select jsonb_build_object(
        'id', v.id, 'participant_id', v.participant_id,
        'events', (select coalesce(jsonb_agg(e.after order by e.id), '[]') from audit.event e
                   where e.record_id = v.id and e.kind = 'adverse_event'),
        'assessments', (select coalesce(jsonb_agg(e.after order by e.id), '[]')
                        from sponsor_assessment a
                        join audit.event e on e.record_id = a.id and e.kind = 'sponsor_assessment'
                        where a.adverse_event_id = v.id),
        'submissions', (select coalesce(jsonb_agg(audit.image(to_jsonb(s)) order by s.id), '[]') from safety_submission s
                        where s.adverse_event_id = v.id),
        'clocks', (select coalesce(jsonb_agg(audit.image(to_jsonb(c)) order by c.id), '[]') from reporting_clock c
                   where c.adverse_event_id = v.id),
        'now', clock_timestamp(), 'given', {given}) as past
    from adverse_event v
    where v.id = any (%(ids)s::uuid[])
    order by v.id""").format(given=GIVEN)

PAGE = """
    select audit.image(to_jsonb(c)) || jsonb_build_object(
               'time_zone', s.time_zone, 'participant_code', p.code, 'event_term', e.term) as image
    from reporting_clock c
    join site s on s.id = c.site_id
    join participant p on p.id = c.participant_id
    join adverse_event e on e.id = c.adverse_event_id
    where {conditions}
    order by c.due_at, c.id limit %(limit)s"""

FILTERS: Mapping[str, Any] = {
    "id": sql.SQL("c.id = %(id)s"),
    "study_id": sql.SQL("c.study_id = %(study_id)s"),
    "adverse_event_id": sql.SQL("c.adverse_event_id = %(adverse_event_id)s"),
    "status": sql.SQL("c.status = %(status)s"),
    "kind": sql.SQL("c.kind = %(kind)s"),
    "site_id": sql.SQL("c.site_id = %(site_id)s"),
    "due_before": sql.SQL("c.due_at < %(due_before)s"),
}
OVERDUE = sql.SQL("(c.status = 'running' and c.due_at < %(now)s) = %(overdue)s")
AFTER = sql.SQL("(c.due_at, c.id) > (%(after_moment)s::timestamptz, %(after_id)s::uuid)")

# Serious events that count and have no clock: stored before there were clocks.
WITHOUT_CLOCK = """
    select v.id::text as id from adverse_event v
    where not v.entered_in_error and v.seriousness_criteria <> '{}'
      and not exists (select from reporting_clock c where c.adverse_event_id = v.id)
    order by v.id"""

HEARTBEAT = """
    select extract(epoch from clock_timestamp() - max(last_heartbeat))::float as seconds
    from procrastinate.procrastinate_workers"""

SEEN = "select exists (select from adverse_event where id = %(id)s) as seen"

# A clock that another worker notes at this moment is left to it.
NOTE_OVERDUE = """
    update reporting_clock c
    set overdue_at = %(now)s, version = c.version + 1, changed_at = clock_timestamp()
    where c.id in (select id from reporting_clock where status = 'running' and overdue_at is null and due_at < %(now)s
                   order by id for update skip locked)
    returning c.id::text as id, c.kind, c.site_id::text as site_id"""

COUNTS = """
    select count(*) as running, count(*) filter (where due_at < %(now)s) as overdue
    from reporting_clock where status = 'running'"""

MOST_OF_AN_EVENT = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the clocks: filters by name, the moment that decides what is overdue, and where the page starts."""

    limit: int
    now: datetime
    after: str | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)

    def conditions(self) -> sql.Composable:
        given = {name for name, value in self.filters.items() if value is not None}
        found = [condition for name, condition in FILTERS.items() if name in given]
        found += [OVERDUE] if "overdue" in given else []
        found += [AFTER] if self.after else []
        joined: sql.Composable = sql.SQL(" and ").join(found or [sql.SQL("true")])
        return joined

    def parameters(self) -> dict[str, Any]:
        moment, _, record_id = (self.after or "").partition("_")
        place = {"after_moment": moment or None, "after_id": record_id or None}
        return {**self.filters, **place, "now": self.now, "limit": self.limit}


def place(row: Mapping[str, Any]) -> str:
    """Give the place of a clock in the work list, from which the next page goes on."""
    return f"{row['due_at']}_{row['id']}"


def page(tx: Transaction, asked: Asked) -> list[Image]:
    """Give a page of clocks in the order of their due moments, each with its site's time zone."""
    return tx.images(sql.SQL(PAGE).format(conditions=asked.conditions()), asked.parameters())


def read(tx: Transaction, clock_id: str, now: datetime) -> Image:
    """Read a clock with its site's time zone; NoSuchRecord without one that may be seen."""
    found = page(tx, Asked(1, now, filters={"id": clock_id}))
    return records.required(found[0] if found else None)


def of_event(tx: Transaction, event_id: str, now: datetime) -> list[Image]:
    """Give every clock of an event, by their due moments; NoSuchRecord where the event may not be seen."""
    row = tx.one(SEEN, {"id": event_id})
    records.required(row if row and row["seen"] else None)
    return page(tx, Asked(MOST_OF_AN_EVENT, now, filters={"adverse_event_id": event_id}))


# --- keeping them -------------------------------------------------------------------------------------------------


def hold(tx: Transaction, event_ids: Sequence[str]) -> None:
    """Keep others from changing these events and their clocks until the end of this transaction."""
    for statement in (HELD, HELD_CLOCKS):
        tx.run(statement, {"ids": list(map(str, event_ids))})


def pasts(tx: Transaction, event_ids: Sequence[str]) -> list[Image]:
    """Give what is known of events: `events`, `assessments`, `submissions`, `clocks`, each first to last, with what was
    `given` to the participant, and the moment `now`.

    The events must be held, so that nobody adds to their past meanwhile.
    """
    return tx.images(PASTS, {"ids": list(map(str, event_ids))})


def given(tx: Transaction, event_id: str) -> Image:
    """Give the doses and the intakes of the study product of an event's participant."""
    return tx.image(GIVEN_AROUND, {"id": event_id}) or {}


# --- those that ran out -------------------------------------------------------------------------------------------


def note_overdue(tx: Transaction, now: datetime) -> list[dict[str, Any]]:
    """Note the clocks that have run out and are not noted yet; give what was noted, each clock once whoever asks."""
    return tx.every(NOTE_OVERDUE, {"now": now})


def events_without_clock(tx: Transaction) -> list[str]:
    """Give the serious events that count and have no clock, first to last."""
    return [row["id"] for row in tx.every(WITHOUT_CLOCK, {})]


def heartbeat_age(tx: Transaction) -> float | None:
    """Give the seconds since a worker last told that it lives; None where no worker is known."""
    row = tx.one(HEARTBEAT, {})
    return row["seconds"] if row else None


def counts(tx: Transaction, now: datetime) -> dict[str, int]:
    """Count the clocks that run and those among them that are overdue, at the sites that may be seen."""
    found = tx.one(COUNTS, {"now": now})
    return {name: int(found[name]) for name in ("running", "overdue")} if found else {}
