"""What PostgreSQL refuses becomes a problem with a sentence, and says nothing of what the database said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from registry.db import records, refusals, request_keys, visits
from registry.db.request_keys import RequestKey
from registry.db.transaction import Database
from registry.problems import (
    AlreadyRecorded,
    ConsentMissing,
    DosesOverlap,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    NotPermitted,
    ParticipantAlreadyRecorded,
    Problem,
    RulesBroken,
    Unavailable,
    VisitAlreadyRecorded,
)
from tests import bodies
from tests.conftest import attribution
from tests.db.clinic import Clinic, placed, recorded


def problem(clinic: Clinic, table: str, body: dict[str, Any]) -> Problem:
    """Give the problem with which a record is refused by the database alone."""
    with pytest.raises(psycopg.Error) as refused:
        write(clinic, table, body)
    return refusals.problem_of(refused.value)


def write(clinic: Clinic, table: str, body: dict[str, Any]) -> None:
    with clinic.writing() as tx:
        if table == "visit":
            recorded(tx, body)
        elif table == "participant":
            records.record(tx, table, body)
        else:
            records.record_of_participant(tx, table, body)


def test_a_constraint_with_a_problem_of_its_own_gives_it_with_the_place(clinic: Clinic) -> None:
    participant = clinic.enrolled(code="TAKEN-1")
    clinic.visited(participant)
    clinic.visited(participant, event="unscheduled", visited_on="2025-05-05")
    clinic.kept("dose", bodies.dose(participant))
    again = bodies.participant(clinic.sites["BER"], study_id=clinic.study, code="TAKEN-1")
    found = [
        problem(clinic, "visit", bodies.visit(participant)),
        problem(clinic, "visit", bodies.visit(participant, event="unscheduled", visited_on="2025-05-05")),
        problem(clinic, "visit", bodies.visit(participant, event="week_4", visited_on="2024-12-31")),
        problem(clinic, "dose", bodies.dose(participant, started_on="2026-01-01")),
        problem(clinic, "participant", again),
    ]
    assert [(type(one), one.errors[0].pointer) for one in found] == [
        (VisitAlreadyRecorded, "/event"),
        (VisitAlreadyRecorded, "/visited_on"),
        (ConsentMissing, "/visited_on"),
        (DosesOverlap, "/started_on"),
        (ParticipantAlreadyRecorded, "/code"),
    ]


def test_any_other_constraint_gives_its_name_as_a_sentence(clinic: Clinic) -> None:
    participant = clinic.enrolled()
    refused = problem(clinic, "dose", bodies.dose(participant, mg_per_intake=5000))
    assert isinstance(refused, RulesBroken)
    assert refused.as_json()["errors"] == [
        {
            "pointer": "",
            "code": "dose_mg_per_intake_range",
            "detail": "The record breaks the rule: dose mg per intake range.",
        }
    ]
    with pytest.raises(errors.UniqueViolation) as twice, clinic.writing() as tx:
        records.record(tx, "site", {"code": "BER", "country": "DE", "time_zone": "UTC"})
    assert type(refusals.problem_of(twice.value)) is AlreadyRecorded


def test_a_refusal_holds_nothing_of_what_the_database_said(clinic: Clinic) -> None:
    body = bodies.visit(clinic.enrolled(), forms={"vital_signs": {"weight": 251.77}})
    assert "251.77" not in str(problem(clinic, "visit", body).as_json())


def test_a_row_that_may_not_be_written_is_not_permitted(clinic: Clinic) -> None:
    body = bodies.participant(clinic.sites["AKL"], study_id=clinic.study)
    with pytest.raises(psycopg.Error) as refused, clinic.writing(sites=clinic.sites["BER"]) as tx:
        records.record(tx, "participant", body)
    assert isinstance(refusals.problem_of(refused.value), NotPermitted)


# --- waiting too long ---------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(clinic: Clinic) -> Iterator[Database]:
    """The service with a short patience for locks and for writers."""
    soon = "-c lock_timeout=150ms -c registry.patience=150ms"
    database = Database(make_conninfo(clinic.installation.service_url, options=soon), size=2)
    database.open()
    yield database
    database.close()


def request_key(account: str, fingerprint: bytes = b"one") -> RequestKey:
    return RequestKey(account, "a-key-of-a-request", fingerprint)


def account(clinic: Clinic) -> str:
    with clinic.writing() as tx:
        identifier: str = records.record(tx, "account", {"name": "Somebody", "organisation": "Tests"})["id"]
    return identifier


def test_a_key_that_another_works_on_for_long_is_in_use(clinic: Clinic, impatient: Database) -> None:
    key = request_key(account(clinic))
    with clinic.service.transaction() as first:
        assert request_keys.claim(first, key) is None
        with impatient.transaction() as second, pytest.raises(IdempotencyKeyInUse) as refused:
            request_keys.claim(second, key)
    assert refused.value.headers["Retry-After"]
    with impatient.transaction() as third:
        assert request_keys.claim(third, key) is None


def test_a_key_for_another_request_is_refused_and_nothing_is_claimed(clinic: Clinic) -> None:
    holder = account(clinic)
    with clinic.service.transaction() as tx:
        request_keys.claim(tx, request_key(holder))
        tx.commit()
    with clinic.service.transaction() as tx, pytest.raises(IdempotencyKeyReused):
        request_keys.claim(tx, request_key(holder, b"another"))


def test_a_reader_of_the_past_who_waits_too_long_for_a_writer_is_told_to_come_back(
    clinic: Clinic, impatient: Database
) -> None:
    participant = clinic.enrolled()
    with clinic.service.transaction() as writer:
        writer.attribute(attribution())
        records.record_of_participant(writer, "dose", bodies.dose(participant))
        with impatient.transaction() as reader, pytest.raises(errors.LockNotAvailable) as refused:
            records.settle(reader)
    answered = refusals.problem_of(refused.value)
    assert isinstance(answered, Unavailable)
    assert answered.headers["Retry-After"] == "1"


@pytest.mark.parametrize("lost", [errors.DeadlockDetected, errors.SerializationFailure])
def test_who_lost_a_race_is_told_to_come_back(lost: type[psycopg.Error]) -> None:
    answered = refusals.problem_of(lost())
    assert (answered.status, answered.headers) == (503, {"Retry-After": "1"})


# --- consent ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("consent", "day", "refused"),
    [
        ({}, "2025-01-09", True),
        ({}, "2025-01-10", False),
        ({"withdrawn_on": "2025-02-01"}, "2025-02-01", False),
        ({"withdrawn_on": "2025-02-01"}, "2025-02-02", True),
        ({"kind": "assent", "given_by": "participant"}, "2025-02-02", True),
        ({"entered_in_error": True}, "2025-02-02", True),
    ],
)
def test_a_visit_is_dated_within_a_consent(clinic: Clinic, consent: dict[str, Any], day: str, refused: bool) -> None:
    with clinic.writing() as tx:
        body = bodies.participant(clinic.sites["BER"], study_id=clinic.study)
        participant = records.record(tx, "participant", body)["id"]
        records.record_of_participant(tx, "consent", bodies.consent(participant, **consent))
    visit = bodies.visit(participant, visited_on=day)
    if refused:
        assert isinstance(problem(clinic, "visit", visit), ConsentMissing)
    else:
        assert clinic.visited(participant, visited_on=day)["visited_on"] == day


UNCOVERED = (
    "update consent set given_on = '2025-03-01', version = version + 1 where participant_id = %(participant)s",
    "update consent set entered_in_error = true, version = version + 1 where participant_id = %(participant)s",
    "update consent set kind = 'assent', version = version + 1 where participant_id = %(participant)s",
    "update consent set participant_id = %(other)s, version = version + 1 where participant_id = %(participant)s",
    "update visit set visited_on = '2025-01-01', version = version + 1 where participant_id = %(participant)s",
    "update visit set participant_id = %(other)s, version = version + 1 where participant_id = %(participant)s",
)


@pytest.mark.parametrize("statement", UNCOVERED)
def test_no_change_leaves_a_visit_without_a_consent(clinic: Clinic, statement: str) -> None:
    participant = clinic.enrolled()
    visit = clinic.visited(participant, laboratory_results=[])
    with clinic.writing() as tx:
        body = bodies.participant(clinic.sites["BER"], study_id=clinic.study)
        other = records.record(tx, "participant", body)["id"]
    with clinic.refused(errors.CheckViolation) as connection:
        connection.execute(sql.SQL(statement), {"participant": participant, "other": other})
    assert clinic.read(visit["id"]) == visit


def test_a_visit_that_was_entered_in_error_needs_no_consent(clinic: Clinic) -> None:
    participant = clinic.enrolled()
    visit = clinic.visited(participant)
    with clinic.writing(reason="Wrong child") as tx:
        visits.amend(tx, placed(tx, {**visit, "entered_in_error": True}), 1)
    with clinic.connected(reason="Withdrawn") as connection:
        withdraw = "update consent set withdrawn_on = '2025-01-20', version = version + 1 where participant_id = %s"
        connection.execute(withdraw, [participant])
