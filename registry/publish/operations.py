"""Each operation as OpenAPI describes it, from its contract alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from registry.api.bodies import JSON, NDJSON
from registry.api.contract import Contract
from registry.permissions import MAY
from registry.publish import downloads, examples, names, refusals, worked_examples
from registry.publish.headers import headers_named
from registry.publish.shapes import RecordConverter, not_null
from registry.publish.submissions import submission_of
from registry.schemas.base import Kept, Record

Described = dict[str, Any]

LINES = "One JSON object a line, each as `x-line` says; lines end in LF"


def described(rule: str, method: str, contract: Contract, converter: RecordConverter) -> Described:
    """Describe one operation."""
    operation: Described = {
        "operationId": names.operation_id(rule, contract),
        "summary": contract.sentence,
        "tags": [names.tag(rule)],
        "x-permission": {"verb": contract.may, "roles": sorted(role.value for role in MAY[contract.may])},
        "parameters": [*_query(contract, converter), *_headers(rule, method, contract)],
    }
    if contract.takes:
        operation["requestBody"] = _body(contract, contract.takes, converter)
    operation["responses"] = _answers(operation["operationId"], method, contract, converter)
    return operation


def _query(contract: Contract, converter: RecordConverter) -> list[Described]:
    if contract.asks is None:
        return []
    asked = converter.schema2parameters(contract.asks(), location="query")
    return [{**parameter, "schema": not_null(parameter["schema"])} for parameter in asked]


def _headers(rule: str, method: str, contract: Contract) -> tuple[str, ...]:
    if method == "POST":
        return ("X-Request-Id",) if contract.stateless else ("Idempotency-Key", "X-Request-Id")
    if contract.amends:
        return ("If-Match", "X-Change-Reason", "X-Request-Id")
    name = names.operation_id(rule, contract)
    if name in downloads.RESUMED:
        return ("If-None-Match", "Range", "X-Request-Id")
    return ("If-None-Match", "X-Request-Id") if _has_version(contract) or name in downloads.HELD else ("X-Request-Id",)


def _body(contract: Contract, taken: type[Record], converter: RecordConverter) -> Described:
    shape = converter.component(submission_of(taken))
    if contract.lines:
        return {"required": True, "description": LINES, "content": _lines(shape)}
    return {
        "required": True,
        "content": {JSON: _with_examples(shape, (*examples.named(taken), *worked_examples.names(taken)))},
    }


def _with_examples(shape: Described, shown: Iterable[str]) -> Described:
    referred = {name: {"$ref": f"#/components/examples/{name}"} for name in shown}
    return {"schema": shape, "examples": referred} if referred else {"schema": shape}


def _answers(name: str, method: str, contract: Contract, converter: RecordConverter) -> Described:
    answers: Described = {str(contract.status): _success(method, contract, converter)}
    if name in downloads.MEDIA_TYPES:
        answers = downloads.answers(name)
    if name in downloads.HELD:
        answers = downloads.held(name, answers["200"])
    if method == "GET" and _has_version(contract):
        kept = "The client holds this version already"
        answers["304"] = {"description": kept, "headers": headers_named("ETag", "X-Request-Id")}
    refused = refusals.answers(refusals.of(contract, method))
    if method == "POST" and contract.lines:
        refused["422"] = _with_lines(refused["422"], answers["200"])
    return answers | refused


def _success(method: str, contract: Contract, converter: RecordConverter) -> Described:
    if contract.gives is None:
        return {"description": "Done", "headers": headers_named("X-Request-Id")}
    shape = converter.component(contract.gives)
    brought = ["X-Request-Id"]
    if contract.lines:
        return {"description": LINES, "headers": headers_named(*brought), "content": _lines(shape)}
    if contract.many:
        shape = {"type": "array", "items": shape}
        brought += ["Link"] if contract.asks else []
    elif _has_version(contract):
        brought.append("ETag")
    if method == "POST" and not contract.stateless:
        brought.append("Idempotency-Replayed")
    if contract.status == 202:
        brought.append("Location")
    said = {201: "Recorded", 202: "Queued"}.get(contract.status, "Done" if contract.amends else "As asked")
    content = {JSON: _with_examples(shape, worked_examples.names(contract.gives))}
    return {"description": said, "headers": headers_named(*brought), "content": content}


def _lines(shape: Described) -> Described:
    """Describe NDJSON: OpenAPI 3.1 has no word for a sequence, so the whole is a file and `x-line` is the line's shape."""
    return {NDJSON: {"schema": {"type": "string", "format": "binary", "x-line": shape}}}


def _with_lines(refused: Described, answered: Described) -> Described:
    """Say that a request refused as a whole still has its lines answered."""
    said = f"{refused['description']} Or, where all or nothing was asked, the answers of the lines."
    return {**refused, "description": said, "content": refused["content"] | answered["content"]}


def _has_version(contract: Contract) -> bool:
    """Tell whether the answer is one kept record, whose version is its ETag."""
    return bool(contract.gives and not contract.many and not contract.lines and issubclass(contract.gives, Kept))
