"""The one door through which PostgreSQL's errors become problems: a constraint's name becomes the client's sentence."""

from __future__ import annotations

import psycopg
from psycopg import errors

from registry.problems import (
    AlreadyRecorded,
    BrokenRule,
    ConsentMissing,
    DosesOverlap,
    IdempotencyKeyInUse,
    NotPermitted,
    ParticipantAlreadyRecorded,
    Problem,
    RulesBroken,
    Unavailable,
    Unexpected,
    VisitAlreadyRecorded,
)

PROBLEMS: dict[str, tuple[type[Problem], str]] = {
    "visit_once": (VisitAlreadyRecorded, "/event"),
    "visit_unscheduled_once": (VisitAlreadyRecorded, "/visited_on"),
    "participant_code_once": (ParticipantAlreadyRecorded, "/code"),
    "dose_no_overlap": (DosesOverlap, "/started_on"),
    "visit_within_consent": (ConsentMissing, "/visited_on"),
    "request_key_pkey": (IdempotencyKeyInUse, ""),
    "consent_covers_visits": (RulesBroken, "/given_on"),
}
"""Constraints whose breach has a problem of its own, and the place in the record that it concerns."""

LOST = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.TooManyConnections)


def problem_of(error: psycopg.Error) -> Problem:  # noqa: PLR0911 (one return a kind of error)
    """Give the problem that an error of the database is to the client; it never carries what the database said."""
    name = error.diag.constraint_name
    if name in PROBLEMS:
        problem, pointer = PROBLEMS[name]
        return problem(BrokenRule(pointer, name, sentence(name)))
    if isinstance(error, errors.UniqueViolation):
        return AlreadyRecorded(BrokenRule("", name or "unique", sentence(name or "unique")))
    if isinstance(error, errors.IntegrityError) and name:
        return RulesBroken(BrokenRule("", name, sentence(name)))
    if isinstance(error, errors.LockNotAvailable):
        return Unavailable(headers={"Retry-After": "1"})
    if isinstance(error, errors.InsufficientPrivilege):
        return NotPermitted()
    if isinstance(error, LOST) or type(error) is psycopg.OperationalError:
        return Unavailable(headers={"Retry-After": "5"})
    return Unexpected()


def sentence(constraint: str) -> str:
    """Say a constraint's name as a sentence."""
    return f"The record breaks the rule: {constraint.replace('_', ' ')}."


def worth_repeating(error: psycopg.Error) -> bool:
    """Tell whether the same work may succeed, or be refused better, when it is done again at once."""
    return isinstance(error, errors.UniqueViolation | errors.SerializationFailure | errors.DeadlockDetected)
