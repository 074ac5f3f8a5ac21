"""How operations are named: an operation id makes a good method name, and a tag gathers a concept."""

from __future__ import annotations

import re
from typing import Any

from registry.api.contract import Contract

VERSION_PREFIX = "/v1/"
AMENDS = "replace"
DEEDS = {"revocation", "withdrawal", "removal", "verification", "cancellation"}
"""Last steps of a path that say what the verb of the sentence says already."""
READ_BELOW = {"history": "history", "versions": "version"}
GATHERED = {
    "analytes": "catalogue",
    "forms": "catalogue",
    "edit-checks": "catalogue",
    "tokens": "accounts",
    "me": "signing passwords",
    "signatures-due": "reviews",
    "verifications-due": "reviews",
    "study-rules": "rules",
}
SAID_WHOLE = {"dictionary": "data-dictionary"}
"""Steps that stand for more than they say: dictionaries are what records are coded with."""
OF_A_STUDY = {"rules": "study-rules"}
"""Collections of a study that are another thing than those of the same name: its rules are not those as shipped."""
IRREGULAR = {
    "me": "own",
    "audit": "audit_event",
    "circumstances": "circumstances",
    "expectedness": "expectedness",
}
PARAMETER = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")


def operation_id(rule: str, contract: Contract) -> str:
    """Name an operation after the verb of its sentence and its path.

    `Replace a visit` at `/v1/visits/<id>` is `amend_visit`; what lies below a record follows: `read_visit_history`.
    """
    verb = contract.sentence.split()[0].lower()
    steps = [step for step in _steps(rule) if not PARAMETER.fullmatch(step)]
    collection, below = _concept(steps)
    name, _, together = collection.partition(":")
    if together == "bulk":
        return f"{verb}_{_snake(name)}_in_bulk"
    if name == "calculations":
        return f"{verb}_{_snake(below[0])}"
    several = (contract.many or contract.lines) and verb != "read"
    if not below:
        return f"{'amend' if verb == AMENDS else verb}_{_plural(name) if several else _singular(name)}"
    if below[-1] in DEEDS:
        return "_".join((verb, _singular(name), *map(_snake, below[:-1])))
    if below[-1] in READ_BELOW:
        return "_".join(("read", _singular(name), *map(_snake, below[:-1]), READ_BELOW[below[-1]]))
    last = _plural(below[-1]) if several else _singular(below[-1])
    return f"{verb}_{_singular(name)}" + ("" if below[-1] == verb else f"_{last}")


def tag(rule: str) -> str:
    """Name the concept of a path, such as `adverse events`."""
    collection, _ = _concept([step for step in _steps(rule) if not PARAMETER.fullmatch(step)])
    name = collection.partition(":")[0]
    return GATHERED.get(name, name.replace("-", " "))


def openapi_path(rule: str) -> str:
    """Write a Flask rule as an OpenAPI path."""
    return PARAMETER.sub(r"{\g<name>}", rule)


def path_parameters(rule: str) -> list[dict[str, Any]]:
    """Describe the parts of a path."""
    return [
        {"in": "path", "name": part["name"], "required": True, **SHAPES[part["kind"] or part["name"]]}
        for part in PARAMETER.finditer(rule)
    ]


SHAPES: dict[str, dict[str, Any]] = {
    "uuid": {"description": "Identifier of the record", "schema": {"type": "string", "format": "uuid"}},
    "int": {
        "description": "Version of the record",
        "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    },
    "study": {
        "description": "Code of the study",
        "schema": {"type": "string", "pattern": "^[A-Z][A-Z0-9-]{1,19}$", "examples": ["JAKI-JDM"]},
    },
    "name": {
        "description": "Name of the file, as the extract lists it, manifest.json or extract.zip",
        "schema": {
            "type": "string",
            "pattern": "^[A-Za-z][A-Za-z0-9_-]*[.][A-Za-z]+$",
            "examples": ["muscle_strength.csv"],
        },
    },
}


def _steps(rule: str) -> list[str]:
    return rule.removeprefix(VERSION_PREFIX).split("/")


def _concept(steps: list[str]) -> tuple[str, list[str]]:
    """Give the collection and what lies below one of its records; below a study lie collections of their own."""
    if steps[0] == "studies" and len(steps) > 1 and steps[1] not in READ_BELOW:
        return OF_A_STUDY.get(steps[1], steps[1]), steps[2:]
    return SAID_WHOLE.get(steps[0], steps[0]), steps[1:]


def _snake(name: str) -> str:
    return name.replace("-", "_")


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{_snake(name).removesuffix('ies')}y"
    return IRREGULAR.get(name) or _snake(name).removesuffix("s")


def _plural(name: str) -> str:
    return f"{IRREGULAR[name]}s" if name == "audit" else _snake(name)
