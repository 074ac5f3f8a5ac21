"""Many visits in one request, one a line (NDJSON): read in chunks, each line judged and answered, memory flat.

The answers wait in a spooled file until the work is committed: a client that sends everything before it reads cannot
block, and no answer leaves before its visit is kept. They hold identifiers and rules, never a patient's value.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

import psycopg
from flask import Response, current_app, request

from registry.api import bodies, entry, form_writing, safety_watch, soft_checks
from registry.api.alert_keeping import watched
from registry.api.bodies import NDJSON
from registry.api.contract import Call, request_key
from registry.db import bulk, refusals, visits
from registry.db.request_keys import RequestKey
from registry.db.transaction import as_json, from_json
from registry.domain.edit_checks import Finding
from registry.problems import (
    AnotherLineRefused,
    BodyTooLarge,
    BrokenRule,
    IdempotencyKeyReused,
    MalformedRequest,
    Problem,
    Unsupported,
)
from registry.schemas.visits import Visit

CHUNK = 200
SPOOLED_BYTES = 1 << 20
SCHEMA = Visit()
LENGTH_NEEDED = BrokenRule(
    "", "length_needed", "All or nothing needs a Content-Length: without one, a body that was cut short looks whole."
)


@dataclass(slots=True)
class Line:
    """One line of the request, what became of it, the key under which a repeat finds it, and its visit if it is watched."""

    number: int
    key: RequestKey
    visit: dict[str, Any] | None = None
    confirmed: list[Finding] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    watched: str = ""

    def refuse(self, problem: Problem) -> None:
        self.visit, self.watched = None, ""
        self.answer = {"line": self.number, "status": problem.status, "problem": problem.as_json()}

    def keep(self, visit_id: str, version: int) -> None:
        self.answer = {"line": self.number, "status": 201, "id": visit_id, "version": version}

    def pass_judgement(self) -> None:
        self.answer = {"line": self.number, "status": 200}


def answered(call: Call, study: str) -> Response:
    """Record the lines of the request and answer each, in their order."""
    if request.mimetype != NDJSON:
        raise Unsupported(headers={"Accept": NDJSON})
    dry_run, atomic = bool(call.query.get("dry_run")), bool(call.query.get("atomic"))
    sent = bodies.streamed_body()
    if atomic and request.content_length is None and sent.peek(1):
        raise MalformedRequest(LENGTH_NEEDED)
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOLED_BYTES)  # noqa: SIM115 - closed when the answer is sent
    refused, to_watch = 0, list[str]()
    for chunk in _chunks(_lines(call, sent, study)):
        _record(call, study, chunk, dry_run)
        refused += sum("problem" in line.answer for line in chunk)
        spool.writelines(as_json(line.answer).encode() + b"\n" for line in chunk)
        to_watch += [line.watched for line in chunk if line.watched]
        if not atomic and not dry_run:
            _watch(call, to_watch)
            call.keep_so_far()
            to_watch.clear()
    undone = atomic and refused > 0
    if not dry_run and not undone:
        _watch(call, to_watch)
        call.tx.commit()
    return Response(_drained(spool, undone), 422 if undone else 200, mimetype=NDJSON)


def _chunks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while chunk := list(islice(lines, CHUNK)):
        yield chunk


def _lines(call: Call, sent: IO[bytes], study: str) -> Iterator[Line]:
    largest: int = current_app.extensions["registry"].settings.max_bulk_line
    key = request_key(call.actor, None)
    number = 0
    while text := sent.readline(largest + 1):
        number += 1
        if len(text) > largest:
            _pass_over(sent, text, largest)
            yield _too_long(number, key, largest)
        elif text.strip():
            yield _line(number, study, text, key)


def _pass_over(sent: IO[bytes], text: bytes, largest: int) -> None:
    """Read the rest of a line that is too long, a piece at a time."""
    while text and not text.endswith(b"\n"):
        text = sent.readline(largest)


def key_of_line(key: RequestKey, number: int) -> str:
    """Give the key of one line; the blank keeps it apart from every key that a client can send."""
    return f"{key.key} {number}"


def _too_long(number: int, key: RequestKey, largest: int) -> Line:
    line = Line(number, RequestKey(key.account_id, key_of_line(key, number), b""))
    line.refuse(BodyTooLarge(largest_bytes=largest))
    return line


def _line(number: int, study: str, text: bytes, key: RequestKey) -> Line:
    fingerprint = hashlib.sha256(f"{study}\n".encode() + text.strip()).digest()
    line = Line(number, RequestKey(key.account_id, key_of_line(key, number), fingerprint))
    try:
        line.visit = SCHEMA.whole(SCHEMA.accept(bodies.parsed(text)))
    except Problem as problem:
        line.refuse(problem)
    return line


def _record(call: Call, study: str, chunk: list[Line], dry_run: bool) -> None:
    """Record a chunk with as few statements as one visit needs; if PostgreSQL refuses it, line by line."""
    if not dry_run:
        _answer_repeats(call, chunk)
    _judge(call, study, chunk)
    ready = [line for line in chunk if line.visit is not None]
    if not ready:
        return
    try:
        with bulk.savepoint(call.tx):
            _keep(call, ready, dry_run)
    except psycopg.Error:
        for line in ready:
            _record_alone(call, study, line, dry_run)


def _record_alone(call: Call, study: str, line: Line, dry_run: bool) -> None:
    try:
        with bulk.savepoint(call.tx):
            _judge(call, study, [line])
            if line.visit is not None:
                _keep(call, [line], dry_run)
    except psycopg.Error as error:
        line.refuse(refusals.problem_of(error))


def _answer_repeats(call: Call, chunk: list[Line]) -> None:
    for line, done in zip(chunk, bulk.done_before(call.tx, [line.key for line in chunk]), strict=True):
        if done["fingerprint"] is None:
            continue
        if bytes(done["fingerprint"]) != line.key.fingerprint:
            line.refuse(IdempotencyKeyReused())
        else:
            line.visit = None
            line.keep(str(done["record_id"]), done["record_version"])


def _judge(call: Call, study: str, lines: list[Line]) -> None:
    """Judge each line by what is recorded and by the lines before it."""
    waiting = [(line, line.visit) for line in lines if line.visit is not None]
    if not waiting:
        return
    earlier = entry.Earlier()
    places = visits.places(call.tx, [visit for _, visit in waiting], study)
    for (line, visit), place in zip(waiting, places, strict=True):
        try:
            at = earlier.added_to(place, visit)
            line.visit = entry.judged_visit(visit, at)
            form_writing.refuse_single_entry(call, line.visit, place)
            line.confirmed = entry.confirmed_of_visit(line.visit, at)
            earlier.add(line.visit)
        except Problem as problem:
            line.refuse(problem)


def _keep(call: Call, lines: list[Line], dry_run: bool) -> None:
    recorded = [line.visit for line in lines if line.visit is not None]
    visits.record(call.tx, recorded)
    confirmed = [(line.visit, line.confirmed) for line in lines if line.visit is not None]
    soft_checks.note(call.tx, call.attribution, "visit", confirmed)
    bulk.finish(call.tx, [(line.key, visit["id"]) for line, visit in zip(lines, recorded, strict=True)])
    for line, visit in zip(lines, recorded, strict=True):
        line.pass_judgement() if dry_run else line.keep(visit["id"], 1)
        line.watched = str(visit["id"]) if watched(visit) else ""


def _watch(call: Call, visit_ids: Sequence[str]) -> None:
    """See to what the visits of a commit ask for, all at once: of two imports, neither waits for what the other holds.

    Raises:
        Problem: PostgreSQL refused it. The request is not repeated here: its body was read.
    """
    if not visit_ids:
        return
    try:
        with bulk.savepoint(call.tx):
            safety_watch.of_visits(call.tx, visit_ids)
    except psycopg.Error as error:
        raise refusals.problem_of(error) from error


def _drained(spool: IO[bytes], undone: bool) -> Iterator[bytes]:
    """Give the answers; where all were undone for the sake of one, those that had passed say so."""
    spool.seek(0)
    with spool:
        for answer in spool:
            yield _not_kept(answer) if undone and b'"problem"' not in answer else answer


def _not_kept(answer: bytes) -> bytes:
    problem = AnotherLineRefused()
    said = {"line": from_json(answer)["line"], "status": problem.status, "problem": problem.as_json()}
    return as_json(said).encode() + b"\n"
