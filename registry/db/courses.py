"""The course of a participant as the rules read it: every record that counts, now, at a past moment, or event by event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from psycopg import Cursor
from psycopg.rows import DictRow

from registry.db.transaction import Image, Transaction
from registry.problems import NoSuchRecord

KINDS = ["participant", "visit", "dose", "concomitant_medication", "adverse_event"]
"""The kinds of record that a course is made of."""

# Today is that of the moment whose records are read, where an extract says one.
# A visit's image is read where it is kept, in the audit: making it again from its nine tables takes three times as long.
# What this transaction wrote of visits is kept there first.
KEEP_IMAGES = "set constraints audit_visit immediate"
OF_PARTICIPANTS = """
    select jsonb_build_object(
        'participant', audit.image(to_jsonb(p)),
        'study', jsonb_build_object('id', study.id, 'version', study.version),
        'rule_constants', study.rule_constants,
        'today', (coalesce(said('as_of')::timestamptz, now()) at time zone site.time_zone)::date,
        'visits', (select coalesce(jsonb_agg(e.after), '[]') from visit v
                   join audit.event e on e.record_id = v.id and e.kind = 'visit' and e.version = v.version
                   where v.participant_id = p.id and (not v.entered_in_error or v.id = any (%(visits)s::uuid[]))),
        'doses', (select coalesce(jsonb_agg(audit.image(to_jsonb(d))), '[]') from dose d
                  where d.participant_id = p.id and not d.entered_in_error),
        'concomitant_medications', (select coalesce(jsonb_agg(audit.image(to_jsonb(m))), '[]')
                                    from concomitant_medication m
                                    where m.participant_id = p.id and not m.entered_in_error),
        'adverse_events', (select coalesce(jsonb_agg(audit.image(to_jsonb(a))), '[]') from adverse_event a
                           where a.participant_id = p.id and not a.entered_in_error)) as course
    from participant p
    join study on study.id = p.study_id
    join site on site.id = p.site_id
    where p.id = any (%(ids)s::uuid[] || array(select v.participant_id from visit v where v.id = any (%(visits)s::uuid[])))
    order by p.id"""

OF_PARTICIPANTS_AS_OF = """
    select jsonb_build_object(
        'participant', past.images -> 'participant' -> 0,
        'study', jsonb_build_object('id', p.study_id, 'version', study.after -> 'version'),
        'rule_constants', study.after -> 'rule_constants',
        'today', (%(as_of)s::timestamptz at time zone site.time_zone)::date,
        'visits', coalesce(past.images -> 'visit', '[]'),
        'doses', coalesce(past.images -> 'dose', '[]'),
        'concomitant_medications', coalesce(past.images -> 'concomitant_medication', '[]'),
        'adverse_events', coalesce(past.images -> 'adverse_event', '[]')) as course
    from participant p
    cross join lateral (
        select s.after from audit.event s
        where s.record_id = p.study_id and s.kind = 'study' and s.at <= %(as_of)s
        order by s.id desc limit 1) study
    cross join lateral (
        select jsonb_object_agg(of_kind.kind, of_kind.images) as images
        from (select newest.kind, jsonb_agg(newest.after) as images
              from (select distinct on (e.record_id) e.kind, e.after from audit.event e
                    where e.participant_id = p.id and e.kind = any (%(kinds)s) and e.at <= %(as_of)s
                    order by e.record_id, e.id desc) newest
              group by newest.kind) of_kind) past
    cross join lateral (
        select s.after ->> 'time_zone' as time_zone from audit.event s
        where s.record_id = (past.images -> 'participant' -> 0 ->> 'site_id')::uuid and s.kind = 'site' and s.at <= %(as_of)s
        order by s.id desc limit 1) site
    where p.id = any (%(ids)s::uuid[]) and past.images -> 'participant' is not null
    order by p.id"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Courses that were asked for, and not waited for: they may arrive with the commit."""

    cursor: Cursor[DictRow]

    def courses(self) -> list[Image]:
        """Give the courses, waiting for them if need be."""
        return [row["course"] for row in self.cursor.fetchall()]


def ask(tx: Transaction, ids: Iterable[Any], as_of: datetime | None = None, visits: Iterable[Any] = ()) -> Asked:
    """Ask for the courses of participants, in one statement; those that may not be seen are left out.

    `visits` are in it whether they count or not, for their own images are wanted. The past has them all, and must have
    been settled before (`records.settle`).
    """
    wanted = sorted({str(one) for one in ids})
    if as_of is None:
        tx.run(KEEP_IMAGES)
        return Asked(tx.run(OF_PARTICIPANTS, {"ids": wanted, "visits": list(map(str, visits))}))
    return Asked(tx.run(OF_PARTICIPANTS_AS_OF, {"ids": wanted, "as_of": as_of, "kinds": KINDS}))


def ask_of_visit(tx: Transaction, visit_id: str) -> Asked:
    """Ask for the course that a visit is part of, as this transaction sees it."""
    tx.run(KEEP_IMAGES)
    return Asked(tx.run(OF_PARTICIPANTS, {"ids": [], "visits": [visit_id]}))


def of_participants(tx: Transaction, ids: Iterable[Any], as_of: datetime | None = None) -> list[Image]:
    """Give the courses of participants in the order of their ids, as they are or as they stood."""
    return ask(tx, ids, as_of).courses()


def of_participant(tx: Transaction, participant_id: str, as_of: datetime | None = None) -> Image:
    """Give the course of a participant; NoSuchRecord when it is not among those that may be seen, or was not there."""
    found = of_participants(tx, [participant_id], as_of)
    if not found:
        raise NoSuchRecord
    return found[0]


# --- event by event -----------------------------------------------------------------------------------------------

CONSTANTS = "select s.rule_constants from participant p join study s on s.id = p.study_id where p.id = %(id)s"

OWNER = "select v.participant_id::text as id from visit v where v.id = %(id)s"

STATE = """
    with mine as (
        (select distinct on (e.record_id) e.id from audit.event e
         where e.participant_id = %(id)s and e.kind = any (%(kinds)s) and e.id <= %(after)s
         order by e.record_id, e.id desc)
        union all
        (select e.id from audit.event e join participant p on p.id = %(id)s
         where e.record_id = p.study_id and e.kind = 'study' and e.id <= %(after)s
         order by e.id desc limit 1))
    select e.kind, e.record_id::text, e.after, (e.at at time zone site.time_zone)::date as today
    from mine join audit.event e on e.id = mine.id
    join participant p on p.id = %(id)s join site on site.id = p.site_id"""

# One change set is one moment: a bulk submission or a visit with its results is one change to the course.
# They are told up to the first that is not settled whole: it is told later, whole, and nothing appears behind a page.
MOMENTS = """
    with visible as (
        select e.id, e.change_set, e.at from audit.event e
        where e.participant_id = %(id)s and e.kind = any (%(kinds)s) and e.id > %(after)s
        union all
        select e.id, e.change_set, e.at from audit.event e join participant p on p.id = %(id)s
        where e.record_id = p.study_id and e.kind = 'study' and e.id > %(after)s
          and '{}' <> any (array[coalesce(e.after -> 'rule_constants', '{}'), coalesce(e.before -> 'rule_constants', '{}')])),
    unsettled as (select min(id) as first from visible group by change_set having max(at) > %(settled)s),
    mine as (select id, change_set from visible where id < all (select first from unsettled)),
    asked as (select max(id) as last from mine group by change_set order by last limit %(limit)s)
    select e.id, e.at, (e.at at time zone site.time_zone)::date as today, e.change_set::text, e.kind, e.record_id::text,
           e.version, e.action, e.actor, e.reason, e.after
    from mine join audit.event e on e.id = mine.id
    join participant p on p.id = %(id)s join site on site.id = p.site_id
    where mine.id <= (select max(last) from asked)
    order by e.id"""


def participant_of_visit(tx: Transaction, visit_id: str) -> str:
    """Give the participant of a visit; NoSuchRecord when there is none among the visits that may be seen."""
    row = tx.one(OWNER, {"id": visit_id})
    if row is None:
        raise NoSuchRecord
    return str(row["id"])


def rule_constants(tx: Transaction, participant_id: str) -> dict[str, Any] | None:
    """Give the rule constants that the study of a participant has of its own."""
    return tx.image(CONSTANTS, {"id": participant_id})


def state_at(tx: Transaction, participant_id: str, event_id: int) -> list[dict[str, Any]]:
    """Give the newest image of each record of the course, up to an event; the study's among them."""
    return tx.every(STATE, {"id": participant_id, "kinds": KINDS, "after": event_id})


def moments(tx: Transaction, participant_id: str, after: int, limit: int, *, settled: datetime) -> list[dict[str, Any]]:
    """Give the moments at which the course changed, after an event: each the events of one change set.

    A change of a study with constants of its own, before or after, is one of them. `settled` is the moment up to which
    the past is settled.
    """
    asked = {"id": participant_id, "kinds": KINDS, "after": after, "limit": limit, "settled": settled}
    events: Sequence[dict[str, Any]] = tx.every(MOMENTS, asked)
    together = [list(group) for _, group in groupby(events, key=lambda event: event["change_set"])]
    return [{"id": group[-1]["id"], "events": group} for group in together]
