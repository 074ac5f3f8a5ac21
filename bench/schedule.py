"""The schedule of a large study over HTTP, against a plain page of its visits: both answered by turns, 50 rows each."""

from __future__ import annotations

import random
import socket
import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from bench import bodies, filling, statements
from bench.ground import STUDY, Ground, attribution, prepared
from bench.http_client import whole_answer
from bench.service import running
from registry.db import accounts, records
from registry.db.transaction import Database
from registry.schemas import study_files

AIM = 3.0
PLAIN = f"/v1/studies/{STUDY}/visits?derived=false"
SCHEDULES = {
    "work list": "/v1/schedule",
    "overdue in the study": f"/v1/schedule?study={STUDY}&status=overdue",
    "missed in the study": f"/v1/schedule?study={STUDY}&status=missed",
    "incomplete in the study": f"/v1/schedule?study={STUDY}&incomplete=true",
}

# Baselines over the last two years. Of the visits that could have been by now, 3 in 100 were not (its sum with the
# number keeps chance apart for each participant); days are up to a week off.
VISITS = """
    create temporary table made on commit drop as
    select uuidv7() as id, p.id as participant_id, p.study_id, p.site_id, e.event, e.protocol_version_id,
           b.on_day + e.target_day + case e.event when 'week_0' then 0 else (random() * 14)::integer - 7 end as visited_on
    from (select *, row_number() over (order by id) as number from participant x
          where x.study_id = %(study)s and not exists (select from visit v where v.participant_id = x.id)) p
    cross join lateral (select current_date - (p.number * 7 %% 730)::integer as on_day) b
    cross join planned_event e
    where b.on_day + e.target_day < current_date - 7 and (e.event = 'week_0' or random() > 0.03 + 0 * p.number)"""

OF_VISIT = "insert into {table} ({columns}) select {values} from made m join {table} t on t.{key} = %(template)s"
PARTS: dict[str, dict[str, str]] = {
    "visit": {
        "id": "m.id", "participant_id": "m.participant_id", "event": "m.event", "visited_on": "m.visited_on",
        "protocol_version_id": "m.protocol_version_id",
    },
    "vital_signs": {"visit_id": "m.id"},
    "disease_activity": {"visit_id": "m.id"},
    "muscle_strength": {"visit_id": "m.id"},
    "laboratory_result": {"id": "uuidv7()", "visit_id": "m.id", "participant_id": "m.participant_id"},
}  # fmt: skip
"""Tables with what is new in the copies of a small visit; the site is new in all."""


def run(participants: int = 2_000, each: int = 40) -> float:
    """Print the ratios, and give the largest: that of the filter, and of the reader, that takes longest."""
    with prepared() as ground:
        filled(ground, participants)
        people = {"all sites": token(ground, "data_manager"), "one site of eight": ground.sites[0].token}
        with running(ground) as service:
            found = {name: read_by_turns(service.port, held, each) for name, held in people.items()}
    ratios = {name: max(times[name] / times[PLAIN] for times in found.values()) for name in SCHEDULES}
    worst = max(ratios.values())
    print(
        f"schedule: {ratios['work list']:.2f} plain pages of visits (aim {AIM:.0f} or less), {participants} participants"
    )
    print(f"schedule: {worst:.2f} at most, by any filter; `incomplete` finds nothing here and so looks at every visit")
    for name, times in found.items():
        plain = times.pop(PLAIN)
        told = ", ".join(f"{what} {took * 1000:.0f} ms ({took / plain:.2f})" for what, took in times.items())
        print(f"  {name}: page of visits {plain * 1000:.0f} ms; {told}")
    return worst


def filled(ground: Ground, participants: int) -> None:
    """Enrol participants, put the shipped cohort's protocol in force, and put down small visits under it."""
    for site in ground.sites:
        ground.enrol(site, participants // len(ground.sites))
    define(ground)
    template = recorded(ground)
    with ground.owner() as connection:
        with connection.transaction():
            connection.execute("set local session_replication_role = replica")
            connection.execute(VISITS, {"study": ground.study})
            for table, new in PARTS.items():
                copied(connection, table, new, template)
        began = time.perf_counter()
        connection.execute("select reschedule(array(select id from participant where study_id = %s))", [ground.study])
        print(f"  schedule of everyone written in {time.perf_counter() - began:.1f} s")
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def define(ground: Ground) -> None:
    """Put the shipped cohort's schedule in force, asking for just what a small visit has: nothing is found lacking."""
    version = study_files.read(study_files.shipped("observational"))["protocol"] | {"study_id": ground.study}
    given = bodies.small_visit("", 0, random.Random(1))
    asked = {
        "required_forms": list(given["forms"]),
        "required_analytes": [result["analyte"] for result in given["laboratory_results"]],
    }
    version["schedule"] = [planned | asked for planned in version["schedule"]]
    database = Database(ground.service_url, size=1)
    database.open()
    with database.transaction() as tx:
        tx.attribute(attribution())
        made = records.record(tx, "protocol_version", version)
        active = {"study_id": ground.study, "protocol_version_id": made["id"], "effective_from": "2015-01-01"}
        records.record(tx, "protocol_activation", active)
        tx.commit()
    database.close()


def recorded(ground: Ground) -> str:
    """Record one small visit as the service does; give its id."""
    (participant,) = ground.enrol(ground.sites[0], 1)
    visit = bodies.small_visit(participant, 0, random.Random(1))
    statements.send_all(ground, statements.submissions(ground, ground.sites[0], [visit]))
    with ground.owner() as connection:
        row = connection.execute("select id::text from visit where participant_id = %s", [participant]).fetchone()
    if row is None:
        raise RuntimeError("the visit was not recorded")
    return str(row[0])


def copied(connection: psycopg.Connection[Any], table: str, new: Mapping[str, str], template: str) -> None:
    columns = [row[0] for row in connection.execute(filling.COLUMNS, [table]).fetchall()]
    values: dict[str, sql.Composable] = {column: sql.SQL("t.{}").format(sql.Identifier(column)) for column in columns}
    values |= {column: sql.SQL(expression) for column, expression in ({"site_id": "m.site_id"} | dict(new)).items()}
    statement = sql.SQL(OF_VISIT).format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(values[column] for column in columns),
        key=sql.Identifier("id" if table == "visit" else "visit_id"),
    )
    connection.execute(statement, {"template": template})


def token(ground: Ground, role: str) -> str:
    """Give the token of somebody with a role at every site."""
    database = Database(ground.service_url, size=1)
    database.open()
    with database.transaction() as tx:
        tx.attribute(attribution())
        grants = [{"role": role, "site_id": None}]
        account = accounts.open_account(tx, {"name": role, "organisation": "Bench", "grants": grants})
        values = {"account_id": account["id"], "label": "bench", "expires_at": "2099-01-01T00:00:00Z"}
        made: str = accounts.make_token(tx, values)["token"]
        tx.commit()
    database.close()
    return made


def read_by_turns(port: int, held: str, each: int) -> dict[str, float]:
    """Read a page of visits and of each schedule by turns; give the median of each, a few turns first not counted."""
    paths = {PLAIN: PLAIN} | SCHEDULES
    waits: dict[str, list[float]] = {name: [] for name in paths}
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for turn in range(each + 6):
            for name, path in paths.items():
                took = read(connection, held, path)
                if turn >= 6:  # the statements are planned by then
                    waits[name].append(took)
    return {name: median(took) for name, took in waits.items()}


def read(connection: socket.socket, held: str, path: str) -> float:
    sent = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {held}\r\nUser-Agent: bench\r\n\r\n"
    began = time.perf_counter()
    connection.sendall(sent.encode())
    answer = whole_answer(connection)
    took = time.perf_counter() - began
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer[:2000].decode(errors="replace"))
    return took


def median(found: Sequence[float]) -> float:
    return statistics.median(found)
