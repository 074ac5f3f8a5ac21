"""A thousand allocations over eight connections, backends killed at random moments: no slot twice, none lost, all in order."""

from __future__ import annotations

import hashlib
import random
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from registry.db import accounts, allocations, randomisation_lists, records, request_keys
from registry.db.request_keys import RequestKey
from registry.db.transaction import Database, Image, as_json
from registry.domain import randomisation_lists as rules
from registry.domain import stratification
from tests.conftest import Installation, attribution

REQUESTS = 1000
CONNECTIONS = 8
SLOTS_PER_STRATUM = 300
PROTOCOL: dict[str, Any] = {
    "number": "1.0",
    "summary": "A trial with two factors",
    "arms": [{"code": "active", "name": "Active", "ratio": 2}, {"code": "control", "name": "Control", "ratio": 1}],
    "stratification": [
        {"code": code, "name": code, "levels": [{"code": "low", "name": "Low"}, {"code": "high", "name": "High"}]}
        for code in ("weight", "activity")
    ],
    "randomisation": {"method": "permuted_blocks", "by_site": False, "baseline_event": "week_0"},
}
PARTICIPANTS = """
    with child as (
        insert into participant (study_id, site_id, code, birth_year, birth_month, sex_at_birth)
        select %(study)s, %(site)s, 'P-' || lpad(n::text, 5, '0'), 2014, 5, 'female' from generate_series(1, %(number)s) n
        returning id),
    consented as (
        insert into consent (study_id, site_id, participant_id, document_version, kind, given_by, given_on)
        select %(study)s, %(site)s, id, '1.0', 'consent', 'parent', '2025-01-10' from child),
    visited as (
        insert into visit (study_id, site_id, participant_id, event, visited_on, mode, status)
        select %(study)s, %(site)s, id, 'week_0', '2025-02-10', 'in_person', 'complete' from child)
    insert into enrolment (study_id, site_id, participant_id, status, status_on, enrolled_on)
    select %(study)s, %(site)s, id, 'enrolled', '2025-02-01', '2025-02-01' from child
    returning participant_id::text"""


@dataclass
class Trial:
    """A study with a sealed list and a thousand participants who are ready, and what its clients were answered."""

    installation: Installation
    service: Database
    account: str
    list_id: str
    strata: list[str]
    participants: list[str]
    answers: dict[str, Image] = field(default_factory=dict)
    retries: int = 0

    def request(self, participant: str) -> None:
        """Ask until there is an answer, with one key, as a client does whose connection breaks."""
        key = RequestKey(self.account, f"allocate-{participant}", hashlib.sha256(participant.encode()).digest())
        for _ in range(200):
            try:
                answer = self.asked(participant, key)
            except psycopg.OperationalError:  # the connection broke, or could not be had
                self.retries += 1
                time.sleep(0.01)
                continue
            assert self.answers.setdefault(participant, answer) == answer
            return
        raise AssertionError("a request was never answered")

    def asked(self, participant: str, key: RequestKey) -> Image:
        """Do what the contract of the route does: claim the key, allocate, keep what answers a repeat, commit."""
        with self.service.transaction() as tx:
            tx.attribute(attribution(actor_id=self.account))
            first = request_keys.claim(tx, key)
            if first is not None:
                return first
            image = allocations.allocate(tx, participant, self.stratum_of(participant), [])
            request_keys.finish(tx, key, status=201, kind="allocation", written=image)
            tx.commit()
            return image

    def stratum_of(self, participant: str) -> str:
        return self.strata[int(participant[-4:], 16) % len(self.strata)]

    def rows(self, query: str) -> list[Any]:
        with psycopg.connect(self.installation.admin_url, row_factory=dict_row) as connection:
            return connection.execute(query, {"list": self.list_id}).fetchall()


@pytest.fixture
def trial(installation: Installation) -> Iterator[Trial]:
    service = Database(installation.service_url, size=CONNECTIONS)
    service.open()
    strata = stratification.every(PROTOCOL["stratification"], [])
    with service.transaction() as tx:
        tx.attribute(attribution(role="unblinded_statistician"))
        account = accounts.open_account(tx, {"name": "A client", "organisation": "Tests", "grants": []})["id"]
        about = {"code": "RCT", "title": "A trial", "protocol_version": "1.0", "design": "randomised"}
        study = records.record(tx, "study", about)["id"]
        site = records.record(tx, "site", {"code": "BER", "country": "DE", "time_zone": "Europe/Berlin"})["id"]
        version = records.record(tx, "protocol_version", {**PROTOCOL, "study_id": study, "eligibility": [],
                                                          "schedule": [], "consent_documents": [],
                                                          "double_entry_forms": []})["id"]  # fmt: skip
        in_force = {"study_id": study, "protocol_version_id": version, "effective_from": "2025-01-01"}
        records.record(tx, "protocol_activation", {**in_force, "entered_in_error": False})
        slots = rules.generated(PROTOCOL, [], "a seed of the tests with 32 characters", SLOTS_PER_STRATUM, [3, 6])
        list_id = randomisation_lists.new_id(tx)
        values = {"id": list_id, "study_id": study, "protocol_version_id": version, "method": "permuted_blocks",
                  "origin": "generated", "strata": rules.counts(slots), "slots": len(slots),
                  "seal": rules.seal(study, list_id, slots), "status": "in_use"}  # fmt: skip
        randomisation_lists.keep(tx, values, {"block_sizes": [3, 6]}, [slot.as_json() for slot in slots])
        tx.commit()
    with psycopg.connect(installation.admin_url) as connection:
        connection.execute("set session_replication_role = 'replica'")  # what is prepared here needs no audit
        found = connection.execute(PARTICIPANTS, {"study": study, "site": site, "number": REQUESTS}).fetchall()
        connection.execute("analyze")
    yield Trial(installation, service, account, list_id, strata, [row[0] for row in found])
    service.close()


KILL = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = 'registry_service' and state <> 'idle'
    order by random() limit 1"""


@contextmanager
def killing(installation: Installation, chance: random.Random) -> Iterator[list[int]]:
    """End a backend of the service every now and then, whatever it is at."""
    over, killed = threading.Event(), [0]

    def kill() -> None:
        with psycopg.connect(installation.admin_url, autocommit=True) as connection:
            while not over.wait(chance.uniform(0.1, 0.3)):
                killed[0] += len(connection.execute(KILL).fetchall())

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


@pytest.mark.requirement("P5", "A10")
def test_a_thousand_requests_with_kills_and_retries_take_one_slot_each_in_the_order_of_the_list(trial: Trial) -> None:
    chance = random.Random(20260101)
    asked = trial.participants + chance.sample(trial.participants, 100)
    chance.shuffle(asked)
    with killing(trial.installation, chance) as killed, ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(trial.request, asked))
    assert killed[0] >= 5
    assert trial.retries >= 1

    kept = {row["participant_id"]: row["image"] for row in trial.rows("""
        select participant_id::text, audit.image(to_jsonb(a)) as image from allocation a""")}  # fmt: skip
    assert as_json(kept) == as_json({participant: trial.answers[participant] for participant in kept})
    assert set(kept) == set(trial.participants)
    assert len({image["number"] for image in kept.values()}) == REQUESTS

    slots = trial.rows("""
        select s.stratum, s.position, s.participant_id::text, a.stratum as wanted
        from randomisation_slot s left join allocation a using (participant_id)
        where s.list_id = %(list)s order by s.stratum, a.allocated_at nulls last, s.position""")
    taken = [slot for slot in slots if slot["participant_id"]]
    assert sorted(slot["participant_id"] for slot in taken) == sorted(trial.participants)
    for stratum in trial.strata:
        positions = [slot["position"] for slot in taken if slot["stratum"] == stratum]
        assert positions == list(range(1, len(positions) + 1)), "gapless, in the order of allocation"
        assert {slot["wanted"] for slot in taken if slot["stratum"] == stratum} == {stratum}

    [events] = trial.rows("""
        select count(*) filter (where kind = 'allocation') as allocated,
               count(*) filter (where kind = 'randomisation_slot') as given,
               count(distinct change_set) as requests
        from audit.event where kind = 'allocation' or (kind = 'randomisation_slot' and action = 'amend')""")
    assert events == {"allocated": REQUESTS, "given": REQUESTS, "requests": REQUESTS}
    [seal] = trial.rows("select sealed, in_order, allocated from randomisation_seals(null)")
    assert seal == {"sealed": True, "in_order": True, "allocated": REQUESTS}


def test_another_key_for_an_allocated_participant_takes_no_second_slot(trial: Trial) -> None:
    participant = trial.participants[0]
    trial.request(participant)
    other = RequestKey(trial.account, uuid.uuid4().hex, b"\0" * 32)
    with pytest.raises(psycopg.errors.UniqueViolation) as refused:
        trial.asked(participant, other)
    assert refused.value.diag.constraint_name == "allocation_once"
    assert len(trial.rows("select from randomisation_slot where participant_id is not null")) == 1
