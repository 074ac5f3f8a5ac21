"""The statements of a submission through psycopg alone: made once from `registry.db`, then sent as the service does."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from bench.ground import STUDY, Ground, Site
from registry.db import accounts, request_keys, visits
from registry.db.request_keys import RequestKey
from registry.db.transaction import Attribution, Transaction
from registry.schemas.visits import Visit

Sent = tuple[str, Any]
SCHEMA = Visit()


@dataclass(frozen=True)
class Submission:
    """The statements of one submission, in the rounds in which they go to the server; parameters and all."""

    rounds: tuple[tuple[Sent, ...], ...]


class Recorded(Transaction):
    """A transaction that only notes what it is asked to send."""

    def __init__(self, ground: psycopg.Connection[Any]) -> None:
        super().__init__(ground)
        self.sent: list[Sent] = []

    def run(self, statement: Any, parameters: Any = None) -> Any:
        text = statement if isinstance(statement, str) else statement.as_string(self.connection)
        self.sent.append((text, parameters))
        return None

    def every(self, statement: Any, parameters: Any = None) -> list[Any]:
        self.run(statement, parameters)
        return []

    def one(self, statement: Any, parameters: Any = None) -> None:
        self.run(statement, parameters)


def submissions(ground: Ground, site: Site, bodies: Sequence[Mapping[str, Any]]) -> list[Submission]:
    """Make the statements of these visits, which pass the schemas here and are not looked at again."""
    with psycopg.connect(ground.service_url) as connection:
        ids = connection.execute("select uuidv7()::text from generate_series(1, %s)", [len(bodies)]).fetchall()
        made = []
        for (visit_id,), body in zip(ids, bodies, strict=True):
            place = {"id": visit_id, "study_id": ground.study, "site_id": site.id}
            visit = SCHEMA.whole(SCHEMA.accept(body)) | place
            made.append(Submission(tuple(map(tuple, rounds(connection, site, visit)))))
        return made


def rounds(connection: psycopg.Connection[Any], site: Site, visit: dict[str, Any]) -> list[list[Sent]]:
    key = RequestKey(site.account, uuid.uuid4().hex, uuid.uuid4().bytes * 2)
    made = []
    for step in (
        lambda tx: accounts.by_token(tx, site.token),
        lambda tx: (tx.attribute(attribution(site)), tx.run(request_keys.CLAIM, key.parameters())),
        lambda tx: visits.places(tx, [visit], STUDY),
        lambda tx: record(tx, key, visit),
    ):
        tx = Recorded(connection)
        step(tx)
        made.append(tx.sent)
    return made


def record(tx: Recorded, key: RequestKey, visit: dict[str, Any]) -> None:
    visits.record(tx, [visit])
    request_keys.finish(tx, key, status=201, kind="visit", written=visits.kept(tx, visit["id"]))


def attribution(site: Site) -> Attribution:
    return Attribution(
        actor="Coordinator", organisation="Bench", role="coordinator", sites=site.id, client="bench",
        request_id=uuid.uuid4().hex, change_set=str(uuid.uuid4()), actor_id=site.account,
    )  # fmt: skip


def send_all(ground: Ground, jobs: Sequence[Submission]) -> None:
    """Send submissions one after the other."""
    submit(ground.service_url, jobs, threading.Barrier(1), [])


def submit(url: str, jobs: Sequence[Submission], ready: threading.Barrier, waits: list[float]) -> None:
    """Send each submission as the service does, over one connection; what comes back is not parsed."""
    with psycopg.connect(url, row_factory=dict_row, autocommit=True) as connection:
        set_json_loads(bytes, connection)
        ready.wait()
        for job in jobs:
            began = time.perf_counter()
            with connection.pipeline():
                connection.execute("begin")
                for sent in job.rounds[:-1]:
                    [connection.execute(*statement) for statement in sent][-1].fetchall()
                done = [connection.execute(*statement) for statement in job.rounds[-1]]
                connection.execute("commit")
            done[-2].fetchall()
            waits.append(time.perf_counter() - began)
