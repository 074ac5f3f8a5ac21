"""How refusals are written in the document: one component for all problems, one example and one answer for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from apispec import APISpec

from registry.api.contract import Contract
from registry.problems import (
    BodyTooLarge,
    BrokenRule,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    NeedsConfirmation,
    NotAuthenticated,
    NotPermitted,
    Problem,
    RulesBroken,
    TooManyRequests,
    Unavailable,
    Unexpected,
    Unsupported,
    every_problem,
)
from registry.publish.headers import headers_named

PROBLEM_JSON = "application/problem+json"
ALWAYS: tuple[type[Problem], ...] = (NotAuthenticated, NotPermitted, TooManyRequests, Unexpected, Unavailable)
WITH_A_BODY: tuple[type[Problem], ...] = (Unsupported, BodyTooLarge)
WITH_A_KEY: tuple[type[Problem], ...] = (IdempotencyKeyReused, IdempotencyKeyInUse)
HEADERS_OF_STATUS = {401: ("WWW-Authenticate",), 403: ("WWW-Authenticate",), 429: ("Retry-After",)}
INSTANCE = "urn:request:5b8c1f0e2d7a4c6f9b3e8d1a0c2f4e6a"
SAID: dict[type[Problem], BrokenRule] = {
    RulesBroken: BrokenRule("/forms/muscle_strength/cmas_total", "out_of_range", "The value must lie from 0 to 52."),
    NeedsConfirmation: BrokenRule(
        "/laboratory_results/0/value",
        "ck_above_50_uln",
        "CK is above 50 times its upper limit of normal; confirm it with a comment.",
        confirmable=True,
    ),
}

BROKEN_RULE = {
    "type": "object",
    "description": "One rule that a submission broke; the detail never repeats the value.",
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer of the place in the body that it concerns"},
        "code": {"type": "string", "description": "Stable code of the rule"},
        "detail": {"type": "string", "description": "A sentence for people"},
        "confirmable": {"type": "boolean", "description": "Accepted once `confirmations` names it with a comment"},
    },
    "required": ["pointer", "code", "detail"],
}
PROBLEM = {
    "type": "object",
    "description": "Why the registry said no (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Stable name of the problem"},
        "title": {"type": "string", "description": "The problem in a sentence"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "instance": {"type": "string", "format": "uri", "description": "The request: `urn:request:` and X-Request-Id"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/BrokenRule"}},
        "existing": {"type": "string", "format": "uri-reference", "description": "The record that is there already"},
    },
    "required": ["type", "title", "status"],
}


def declare(spec: APISpec) -> None:
    """Add the components that refusals refer to."""
    spec.components.schema("BrokenRule", BROKEN_RULE)
    spec.components.schema("Problem", PROBLEM)
    for problem in every_problem():
        spec.components.example(problem.__name__, {"summary": problem.title(), "value": example_of(problem)})
        spec.components.response(problem.__name__, _answer(problem.status, [problem]))


def example_of(problem: type[Problem]) -> dict[str, Any]:
    """Give the body of a problem as a client may receive it."""
    said = (SAID[problem],) if problem in SAID else ()
    return problem(*said).as_json() | {"instance": INSTANCE}


def of(contract: Contract, method: str) -> tuple[type[Problem], ...]:
    """Give every problem that an operation can answer with, those of every operation included."""
    found = [*contract.every_problem(method), *ALWAYS]
    if contract.takes:
        found += WITH_A_BODY
    if method == "POST" and not contract.stateless:
        found += WITH_A_KEY
    return tuple(dict.fromkeys(found))


def answers(problems: Iterable[type[Problem]]) -> dict[str, Any]:
    """Give one answer for each status; a status with one problem refers to its component."""
    by_status: dict[int, list[type[Problem]]] = defaultdict(list)
    for problem in problems:
        by_status[problem.status].append(problem)
    return {
        str(status): {"$ref": f"#/components/responses/{same[0].__name__}"} if len(same) == 1 else _answer(status, same)
        for status, same in sorted(by_status.items())
    }


def _answer(status: int, problems: list[type[Problem]]) -> dict[str, Any]:
    return {
        "description": " Or: ".join(problem.title() for problem in problems),
        "headers": headers_named("X-Request-Id", *HEADERS_OF_STATUS.get(status, ())),
        "content": {
            PROBLEM_JSON: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {p.__name__: {"$ref": f"#/components/examples/{p.__name__}"} for p in problems},
            }
        },
    }
