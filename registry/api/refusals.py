"""The one place where an exception becomes an answer; refused log-ins become events."""

from __future__ import annotations

import uuid

import psycopg
import structlog
from flask import Flask, Response, current_app, g, request
from psycopg.types.json import Jsonb
from psycopg_pool import PoolTimeout
from werkzeug.exceptions import HTTPException

from registry.api.answers import problem_answer
from registry.db import refusals
from registry.db.accounts import Actor
from registry.db.transaction import Attribution
from registry.problems import (
    BodyTooLarge,
    MalformedRequest,
    MethodNotAllowed,
    NoSuchRoute,
    NotAuthenticated,
    NotPermitted,
    Problem,
    TooManyRequests,
    Unavailable,
    Unexpected,
    Unsupported,
)

OF_STATUS: dict[int, type[Problem]] = {
    404: NoSuchRoute,
    405: MethodNotAllowed,
    413: BodyTooLarge,
    415: Unsupported,
}
log = structlog.get_logger("registry")


def answer_to(error: Exception) -> Response:
    """Answer an exception as application/problem+json, and note a refused log-in."""
    problem = throttled(problem_of(error))
    if isinstance(problem, NotAuthenticated | NotPermitted):
        note_refusal(problem)
    if problem.status >= 500:
        log.error("failed", problem=problem.slug(), error=type(error).__name__, where=where(error))
    return problem_answer(problem)


def problem_of(error: Exception) -> Problem:
    """Give the problem that an exception is to the client."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, PoolTimeout):
        return Unavailable(headers={"Retry-After": "5"})
    if isinstance(error, psycopg.Error):
        return refusals.problem_of(error)
    if isinstance(error, HTTPException):
        status = error.code or 500
        found = OF_STATUS.get(status, MalformedRequest if status < 500 else Unexpected)
        allow = error.get_response().headers.get("Allow")
        return found(headers={"Allow": allow} if allow else None)
    return Unexpected()


def throttled(problem: Problem) -> Problem:
    """Give TooManyRequests instead of a refused log-in where the address was refused too often; a valid token passes."""
    if isinstance(problem, NotAuthenticated):
        try:
            current_app.extensions["registry"].throttle.check()
        except TooManyRequests as waiting:
            return waiting
    return problem


def note_refusal(problem: Problem) -> None:
    """Keep a refused log-in, or a refused permission, as an event of the audit; count refused log-ins."""
    registry = current_app.extensions["registry"]
    if isinstance(problem, NotAuthenticated):
        registry.throttle.count()
    details = {
        "problem": problem.slug(),
        "address": request.remote_addr,
        "method": request.method,
        "route": str(request.url_rule),
    }
    try:
        with registry.database.transaction() as tx:
            tx.attribute(_caller())
            tx.one("select audit.note('refuse', 'access', %s)", [Jsonb(details)])
            tx.commit()
    except psycopg.Error as error:
        log.warning("refusal not noted", error=type(error).__name__)


def _caller() -> Attribution:
    actor: Actor | None = g.get("actor")
    return Attribution(
        actor=actor.name if actor else "not authenticated",
        actor_id=actor.account_id if actor else "",
        organisation=actor.organisation if actor else "-",
        role=",".join(sorted({role for role, _ in actor.grants})) if actor else "-",
        sites="",
        client=(request.user_agent.string or "-")[:200],
        request_id=g.request_id,
        change_set=str(uuid.uuid4()),
    )


def where(error: Exception) -> str:
    """Name the line that failed; never the message, which may hold a value."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "-"


def install(app: Flask) -> None:
    """Answer the errors of routes that are not flask-restx's too."""
    app.register_error_handler(Exception, answer_to)
