"""Many visits at once: what a real submission wrote is copied inside PostgreSQL under new identifiers, audit included."""

from __future__ import annotations

import random
from typing import Any

import psycopg
from psycopg import sql

from bench import bodies, statements
from bench.ground import Ground

PLANNED = len(bodies.EVENTS)
BATCH = 1000
"""Participants of one transaction: 12,000 visits."""

CLONES = """
    create temporary table clone on commit drop as
    select uuidv7() as participant_id, (%(sites)s::uuid[])[1 + n %% %(count)s] as site_id from generate_series(1, %(people)s) n"""

VISITS = """
    create temporary table cloned on commit drop as
    select uuidv7() as id, t.id as template, c.participant_id, c.site_id
    from clone c cross join (select id from visit where participant_id = %(template)s) t order by c.participant_id, t.id"""

COLUMNS = """
    select attname::text from pg_attribute
    where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = ''"""

OF_PARTICIPANT = (
    "insert into {table} ({columns}) select {values} from {table} t cross join clone c where t.{key} = {template}"
)
OF_VISIT = (
    "insert into {table} ({columns}) select {values} from cloned c join {table} t on t.{key} = c.template order by c.id"
)

PARTICIPANT = {"id": "c.participant_id", "code": "'C-' || upper(right(c.participant_id::text, 12))"}
CONSENT = {"id": "uuidv7()", "participant_id": "c.participant_id"}
ENROLMENT = {
    "record_id": "c.participant_id",
    "participant_id": "c.participant_id",
    "after": "jsonb_set(t.after, '{id}', to_jsonb(c.participant_id))",
}
IMAGE = "t.after || jsonb_build_object('id', c.id, 'participant_id', c.participant_id, 'site_id', c.site_id)"
CHANGED = """
    create temporary table changed on commit drop as
    select v.id from (select id, row_number() over (order by id) as number from visit) v where v.number %% %s = 0"""
OF_AMENDMENT = """
    with later as (
        update visit v set version = v.version + 1, changed_at = now() from changed c where c.id = v.id
        returning v.id, v.version)
    insert into audit.event ({columns}) select {values}
    from later c join audit.event e on e.record_id = c.id and e.kind = 'visit' and e.version = c.version - 1"""
AMENDED = {
    "at": "clock_timestamp()",
    "action": "'amend'",
    "reason": "'Source verified'",
    "version": "c.version",
    "change_set": "uuidv7()",
    "before": "e.after",
    "after": "e.after || jsonb_build_object('version', c.version)",
}
OF_EACH_VISIT: dict[str, tuple[str, dict[str, str]]] = {
    "visit": ("id", {"id": "c.id", "participant_id": "c.participant_id"}),
    **{form: ("visit_id", {"visit_id": "c.id"}) for form in bodies.FORMS},
    "laboratory_result": (
        "visit_id",
        {"id": "uuidv7()", "visit_id": "c.id", "participant_id": "c.participant_id"},
    ),
    "audit.event": (
        "record_id",
        {"record_id": "c.id", "participant_id": "c.participant_id", "after": IMAGE},
    ),
    "request_key": ("record_id", {"record_id": "c.id", "key": "c.id::text"}),
}
"""Tables with what a visit writes: how its rows are found, and what is new in their copies; the site is new in all."""


def fill(ground: Ground, visits: int) -> None:
    """Add at least `visits` full visits of new participants, twelve each, spread over the sites."""
    template = one_course(ground)
    with ground.owner() as connection:
        connection.execute("set session_replication_role = replica")  # no triggers: the audit is copied too
        people = -(-visits // PLANNED)
        for start in range(0, people, BATCH):
            with connection.transaction():
                clone(connection, ground, template, min(BATCH, people - start))
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def amend(ground: Ground, one_of: int) -> None:
    """Amend one of so many visits, as the audit tells it: each has an image before, and what is now is a version later."""
    with ground.owner() as connection, connection.transaction():
        connection.execute("set local session_replication_role = replica")
        connection.execute(CHANGED, [one_of])
        columns = [row[0] for row in connection.execute(COLUMNS, ["audit.event"]).fetchall()]
        values: dict[str, sql.Composable] = {name: sql.SQL("e.{}").format(sql.Identifier(name)) for name in columns}
        values |= {name: sql.SQL(expression) for name, expression in AMENDED.items()}
        connection.execute(
            sql.SQL(OF_AMENDMENT).format(
                columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
                values=sql.SQL(", ").join(values[name] for name in columns),
            )
        )
    with ground.owner() as connection:
        connection.execute("vacuum analyze")


def one_course(ground: Ground) -> str:
    """Record the twelve visits of one participant as the service does."""
    (participant,) = ground.enrol(ground.sites[0], 1)
    visits = [bodies.full_visit(participant, number, random.Random(number)) for number in range(PLANNED)]
    statements.send_all(ground, statements.submissions(ground, ground.sites[0], visits))
    return participant


def clone(connection: psycopg.Connection[Any], ground: Ground, template: str, people: int) -> None:
    sites = [site.id for site in ground.sites]
    connection.execute(CLONES, {"sites": sites, "count": len(sites), "people": people})
    connection.execute(VISITS, {"template": template})
    of_participant = (
        ("participant", "id", PARTICIPANT),
        ("consent", "participant_id", CONSENT),
        ("audit.event", "record_id", ENROLMENT),
    )
    for table, key, new in of_participant:
        copy_rows(connection, OF_PARTICIPANT, table, key, new, template)
    for table, (key, new) in OF_EACH_VISIT.items():
        copy_rows(connection, OF_VISIT, table, key, new, template)


def copy_rows(
    connection: psycopg.Connection[Any], statement: str, table: str, key: str, new: dict[str, str], template: str
) -> None:
    columns = [row[0] for row in connection.execute(COLUMNS, [table]).fetchall()]
    values: dict[str, sql.Composable] = {column: sql.SQL("t.{}").format(sql.Identifier(column)) for column in columns}
    values |= {column: sql.SQL(expression) for column, expression in ({"site_id": "c.site_id"} | new).items()}
    connection.execute(
        sql.SQL(statement).format(
            table=sql.SQL(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(values[column] for column in columns),
            key=sql.Identifier(key),
            template=sql.Literal(template),
        )
    )
