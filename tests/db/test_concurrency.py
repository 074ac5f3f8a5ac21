"""Many at once, and a crash in between: one row, one winner, nothing half done, and a past that stays as it was read."""

from __future__ import annotations

import itertools
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from werkzeug.test import TestResponse

from registry.db import records
from registry.db.transaction import Database, Transaction
from tests import bodies
from tests.conftest import Person, World, attribution

ROUNDS = 4


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all acts at the same moment, each in a thread of its own; give their results in order."""
    barrier = threading.Barrier(len(acts))

    def started(act: Callable[[], Any]) -> Any:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(started, acts))


def another(person: Person) -> Person:
    """The same account from another client."""
    return Person(person.client.application.test_client(), person.token, person.account_id)


def path(world: World, kind: str) -> str:
    return f"/v1/studies/{world.study}/{kind}"


def rows(world: World, query: str, *parameters: Any) -> list[Any]:
    with psycopg.connect(world.installation.admin_url, row_factory=dict_row) as connection:
        return connection.execute(query, parameters).fetchall()


def statuses(answers: list[TestResponse]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def test_one_key_sent_many_times_at_once_records_once_and_all_get_the_same_answer(shared_world: World) -> None:
    for _ in range(ROUNDS):
        participant, key = bodies.enrolled(shared_world), uuid.uuid4().hex
        clients = [another(shared_world.coordinator) for _ in range(4)]
        body = bodies.visit(participant)
        answers = at_once(*[partial(c.post, path(shared_world, "visits"), body, key=key) for c in clients])
        assert statuses(answers) == [201] * 4, [answer.text for answer in answers]
        assert len({answer.text for answer in answers}) == 1
        assert sorted(answer.headers.get("Idempotency-Replayed", "") for answer in answers) == ["", *["true"] * 3]
        assert len(rows(shared_world, "select from visit where participant_id = %s", participant)) == 1
        assert (
            len(rows(shared_world, "select from audit.event where kind = 'visit' and participant_id = %s", participant))
            == 1
        )


def test_one_key_for_two_different_bodies_at_once_records_one_of_them(shared_world: World) -> None:
    participant, key = bodies.enrolled(shared_world), uuid.uuid4().hex
    sent = [bodies.visit(participant), bodies.visit(participant, event="week_4")]
    answers = at_once(
        *(lambda b=b: another(shared_world.coordinator).post(path(shared_world, "visits"), b, key=key) for b in sent)
    )
    assert statuses(answers) == [201, 422]
    assert len(rows(shared_world, "select from visit where participant_id = %s", participant)) == 1


def test_two_clients_who_amend_the_same_version_at_once_are_one_winner_and_one_412(shared_world: World) -> None:
    for _ in range(ROUNDS):
        visit = bodies.visited(shared_world)
        changes = [visit | {"mode": "remote"}, visit | {"laboratory_results": []}]
        put = f"/v1/visits/{visit['id']}"
        answers = at_once(*[partial(another(shared_world.coordinator).put, put, c, version=1) for c in changes])
        assert statuses(answers) == [200, 412], [answer.text for answer in answers]
        [winner] = [answer for answer in answers if answer.status_code == 200]
        assert shared_world.coordinator.get(put).json == winner.json
        assert [event["version"] for event in shared_world.coordinator.get(f"{put}/history").json] == [1, 2]


def test_two_overlapping_doses_at_once_are_one_dose_and_one_409(shared_world: World) -> None:
    for _ in range(ROUNDS):
        participant = bodies.enrolled(shared_world)
        sent = [
            bodies.dose(participant),
            bodies.dose(participant, drug="tofacitinib", mg_per_intake=5, intakes_per_day=2, started_on="2025-03-01"),
        ]
        answers = at_once(
            *(lambda b=b: another(shared_world.coordinator).post(path(shared_world, "doses"), b) for b in sent)
        )
        assert statuses(answers) == [201, 409], [answer.text for answer in answers]
        [refused] = [answer.json for answer in answers if answer.status_code == 409]
        assert refused["type"] == "/problems/doses-overlap"


def test_two_visits_of_one_event_at_once_are_one_visit_and_a_409_that_names_it(shared_world: World) -> None:
    for _ in range(ROUNDS):
        participant = bodies.enrolled(shared_world)
        sent = [bodies.visit(participant, visited_on=day) for day in ("2025-02-10", "2025-02-11")]
        answers = at_once(
            *[partial(another(shared_world.coordinator).post, path(shared_world, "visits"), b) for b in sent]
        )
        assert statuses(answers) == [201, 409], [answer.text for answer in answers]
        [kept] = [answer.json for answer in answers if answer.status_code == 201]
        [refused] = [answer.json for answer in answers if answer.status_code == 409]
        assert refused["existing"] == f"/v1/visits/{kept['id']}"


def test_a_withdrawal_is_kept_beside_a_later_visit_at_once_and_the_visit_is_refused_or_a_deviation(
    shared_world: World,
) -> None:
    for _ in range(ROUNDS * 2):
        participant = bodies.enrolled(shared_world)
        [consent] = rows(shared_world, "select id::text from consent where participant_id = %s", participant)
        withdrawn = bodies.consent(participant, withdrawn_on="2025-02-01")
        put = f"/v1/consents/{consent['id']}"
        withdrawal, visit = at_once(
            partial(another(shared_world.coordinator).put, put, withdrawn, version=1),
            partial(another(shared_world.coordinator).post, path(shared_world, "visits"), bodies.visit(participant)),
        )
        assert (withdrawal.status_code, visit.status_code) in {(200, 422), (200, 201)}, (withdrawal.text, visit.text)
        noted = rows(shared_world, "select category from protocol_deviation where participant_id = %s", participant)
        assert [one["category"] for one in noted] == ["consent"] * (visit.status_code == 201)


def test_one_code_enrolled_twice_at_once_is_one_participant_and_a_409_that_names_it(shared_world: World) -> None:
    body = bodies.participant(shared_world.site)
    answers = at_once(*[lambda: another(shared_world.coordinator).post(path(shared_world, "participants"), body)] * 2)
    assert statuses(answers) == [201, 409]
    [kept] = [answer.json for answer in answers if answer.status_code == 201]
    [refused] = [answer.json for answer in answers if answer.status_code == 409]
    assert refused["existing"] == f"/v1/participants/{kept['id']}"


# --- a crash ------------------------------------------------------------------------------------------------------


@contextmanager
def audit_held(world: World) -> Iterator[psycopg.Connection[Any]]:
    """Keep writers waiting where they write their event: in a statement, or for a visit in the commit itself."""
    with psycopg.connect(world.installation.admin_url, autocommit=True) as other:
        with psycopg.connect(world.installation.admin_url) as holder:
            holder.execute("lock table audit.event in share mode")
            yield other
        other.execute("select 1")


WAITING = """
    select pid, query from pg_stat_activity
    where datname = current_database() and usename = 'registry_service' and wait_event_type = 'Lock'"""


def killed_while_waiting(connection: psycopg.Connection[Any]) -> str:
    """End the one backend of the service that waits for the audit; give the statement it was at."""
    for _ in range(200):
        if found := connection.execute(WAITING).fetchall():
            [(pid, query)] = found
            connection.execute("select pg_terminate_backend(%s)", [pid])
            return str(query)
        time.sleep(0.02)
    raise AssertionError("no request came as far as the audit")


@pytest.mark.parametrize("kind", ["visits", "doses"])
def test_a_crash_in_a_statement_leaves_nothing_and_the_repeat_records_once(world: World, kind: str) -> None:
    participant, key = bodies.enrolled(world), uuid.uuid4().hex
    body = bodies.visit(participant) if kind == "visits" else bodies.dose(participant)
    before = counted(world)
    with ThreadPoolExecutor(1) as pool, audit_held(world) as other:
        sent = pool.submit(world.coordinator.post, path(world, kind), body, key=key)
        killed_while_waiting(other)
        is_unavailable(sent.result(timeout=20))
    assert counted(world) == before
    again = [world.coordinator.post(path(world, kind), body, key=key) for _ in range(2)]
    assert [answer.status_code for answer in again] == [201, 201], again[0].text
    assert again[0].json == again[1].json
    assert counted(world)["record"] == before["record"] + 1


def test_a_crash_at_the_end_of_an_amendment_leaves_nothing_and_the_repeat_amends_once(world: World) -> None:
    visit = bodies.visited(world)
    before, put = counted(world), f"/v1/visits/{visit['id']}"
    changed = visit | {"mode": "remote"}
    with ThreadPoolExecutor(1) as pool, audit_held(world) as other:
        sent = pool.submit(world.coordinator.put, f"{put}?derived=false", changed, version=1)
        assert killed_while_waiting(other).lower() in ("commit", "set constraints audit_visit immediate")
        is_unavailable(sent.result(timeout=20))
    assert counted(world) == before
    assert world.coordinator.get(put).json == visit
    assert world.coordinator.put(put, changed, version=1).status_code == 200
    assert world.coordinator.put(put, changed, version=1).status_code == 412


def is_unavailable(answer: TestResponse) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Retry-After"]
    assert answer.json["type"] == "/problems/unavailable"


def counted(world: World) -> dict[str, int]:
    """Count what a submission leaves behind."""
    [found] = rows(world, """
        select (select count(*) from visit) + (select count(*) from dose) as record, (select count(*) from vital_signs) as form,
               (select count(*) from laboratory_result) as result, (select count(*) from audit.event) as event,
               (select count(*) from request_key) as key""")  # fmt: skip
    return dict(found)


# --- the past -----------------------------------------------------------------------------------------------------


class Storm:
    """Writers who linger between their stamp and their commit, and readers of the past among them, for a while."""

    SECONDS = 1.2

    def __init__(self, service: Database, doses: list[str]) -> None:
        self.service, self.doses = service, doses
        self.until = time.monotonic() + self.SECONDS

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with self.service.transaction() as tx:
            tx.attribute(attribution(reason="A storm"))
            yield tx

    def write(self, dose: str) -> None:
        chance = random.Random(dose)
        for version in itertools.count(1):
            if time.monotonic() > self.until:
                return
            with self.transaction() as tx:
                records.amend(tx, "dose", dose, version, {"mg_per_intake": chance.randrange(1, 9)})
                time.sleep(chance.random() * 0.02)
                tx.commit()

    def read(self) -> list[tuple[Any, str, Any]]:
        seen = []
        while time.monotonic() < self.until:
            with self.transaction() as tx:
                [[moment]] = [row.values() for row in tx.every("select clock_timestamp()")]
                seen += [(moment, dose, records.read_as_of(tx, "dose", dose, moment)) for dose in self.doses]
        return seen


def test_what_was_read_of_the_past_stays_as_it_was_read_while_others_write(shared_world: World) -> None:
    """A reader who did not wait for those who have their stamp and not yet their commit would miss their event."""
    participant = bodies.enrolled(shared_world)
    sent = [
        bodies.dose(participant, started_on=day, ended_on=day) for day in ("2025-03-01", "2025-03-02", "2025-03-03")
    ]
    doses = [shared_world.coordinator.post(path(shared_world, "doses"), body).json["id"] for body in sent]
    service = Database(shared_world.installation.service_url, size=8)
    service.open()
    storm = Storm(service, doses)
    found = at_once(*[partial(storm.write, dose) for dose in doses], storm.read, storm.read)
    seen = [one for read in found if read for one in read]
    with storm.transaction() as tx:
        changed = [one for one in seen if records.read_as_of(tx, "dose", one[1], one[0]) != one[2]]
        versions = [records.read(tx, "dose", dose)["version"] for dose in doses]
    service.close()
    assert changed == []
    assert len(seen) > 10
    assert min(versions) > 5
