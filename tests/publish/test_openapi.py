"""The OpenAPI document: valid, current, whole, and true to the contracts and the permission table."""

from __future__ import annotations

import json
import keyword
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import yaml
from openapi_schema_validator import OAS31Validator
from openapi_schema_validator._specifications import REGISTRY as OPENAPI_SPECIFICATIONS
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator.validation import keywords
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from registry.api.bodies import parsed
from registry.api.contract import Contract
from registry.db.transaction import as_json
from registry.permissions import MAY
from registry.publish import examples, openapi, refusals
from registry.publish.shapes import plainly
from registry.publish.submissions import submission_of
from registry.schemas.base import Record
from tests.conftest import Person, World

COMMITTED = Path(__file__).parents[2] / "openapi.yaml"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
EXAMPLES = [
    pytest.param(record, example, id=name)
    for record, found in examples.all_examples().items()
    for name, example in found.items()
]
OPEN = {"/health/live", "/health/ready", "/metrics", "/openapi.yaml"}


@cache
def document() -> dict[str, Any]:
    """The document, made when a test first asks: every process of a run collects this file."""
    return openapi.document()


@cache
def shape_of_shapes() -> jsonschema_rs.Draft202012Validator:
    """What OpenAPI 3.1 asks of a schema, read by a validator in Rust: nearly all the time of the one in Python goes there."""
    known = [(name, OPENAPI_SPECIFICATIONS.contents(name)) for name in OPENAPI_SPECIFICATIONS]
    registry = jsonschema_rs.Registry([(name, said) for name, said in known if said.get("$schema") == DRAFT])
    return jsonschema_rs.Draft202012Validator(OAS31Validator.META_SCHEMA, registry=registry)


class Shapes(keywords.OpenAPIV31SchemaValidator):
    """The rule of the specification's validator about schemas, with a faster look at the schema itself."""

    def _validate_schema_meta(self, schema: Any, schema_value: Any) -> OpenAPIValidationError | None:
        wrong = next(shape_of_shapes().iter_errors(schema_value), None)
        return None if wrong is None else OpenAPIValidationError(wrong.message)


class Document(OpenAPIV31SpecValidator):
    """The specification's validator, looking at schemas as said above."""

    keyword_validators = OpenAPIV31SpecValidator.keyword_validators | {"schema": Shapes}  # type: ignore[operator]


@cache
def operations() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, found in document()["paths"].items()
        for method, operation in found.items()
        if method != "parameters"
    }


@cache
def contracts() -> dict[tuple[str, str], Contract]:
    return {(method, openapi.names.openapi_path(rule)): contract for rule, method, contract in openapi.contracts()}


def test_the_document_is_valid_openapi_3_1() -> None:
    assert document()["openapi"] == "3.1.0"
    Document(document()).validate()


@pytest.mark.parametrize("wrong", [{"type": "strng"}, {"required": "code"}, {"properties": []}])
def test_a_shape_that_is_none_would_be_found(wrong: dict[str, Any]) -> None:
    shape = {**document()["components"]["schemas"]["Site"], **wrong}
    cut = document() | {"paths": {}, "components": {"schemas": {"Site": shape}}}
    assert [OpenAPIValidationError] == [type(error) for error in Document(cut).iter_errors()]


def test_the_committed_file_is_what_the_contracts_say() -> None:
    committed = yaml.load(COMMITTED.read_bytes(), Loader=yaml.CSafeLoader)
    assert committed == json.loads(json.dumps(document())), "run 'make openapi'"


def test_every_operation_of_the_api_has_a_contract_and_is_published() -> None:
    served = {
        (method, openapi.names.openapi_path(rule.rule))
        for rule in openapi.routes().url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/v1")
    }
    assert served == contracts().keys()
    assert contracts().keys() == {key for key in operations() if key[1] not in OPEN}


def test_operation_ids_are_unique_method_names() -> None:
    ids = [operation["operationId"] for operation in operations().values()]
    assert len(set(ids)) == len(ids)
    assert [name for name in ids if not name.isidentifier() or keyword.iskeyword(name) or name != name.lower()] == []


def test_operation_ids_read_well() -> None:
    named = {operation["operationId"]: key for key, operation in operations().items()}
    assert named["record_visit"] == ("POST", "/v1/studies/{study}/visits")
    assert named["list_visits"] == ("GET", "/v1/studies/{study}/visits")
    assert named["read_visit"] == ("GET", "/v1/visits/{record_id}")
    assert named["amend_visit"] == ("PUT", "/v1/visits/{record_id}")
    assert named["read_visit_history"] == ("GET", "/v1/visits/{record_id}/history")
    assert named["read_visit_version"] == ("GET", "/v1/visits/{record_id}/versions/{number}")
    assert named["record_visits_in_bulk"] == ("POST", "/v1/studies/{study}/visits:bulk")
    assert named["enrol_participant"] == ("POST", "/v1/studies/{study}/participants")
    assert named["define_study"] == ("POST", "/v1/studies")
    assert named["export_audit_events"] == ("GET", "/v1/audit:export")
    assert named["revoke_token"] == ("PUT", "/v1/tokens/{token_id}/revocation")


def test_every_operation_says_who_may_as_the_permission_table_does() -> None:
    for key, contract in contracts().items():
        roles = sorted(role.value for role in MAY[contract.may])
        assert operations()[key]["x-permission"] == {"verb": contract.may, "roles": roles}


def test_every_problem_of_a_contract_is_declared_with_its_status_and_an_example() -> None:
    for key, contract in contracts().items():
        for problem in refusals.of(contract, key[0]):
            declared = resolved(operations()[key]["responses"][str(problem.status)])
            assert problem.__name__ in declared["content"]["application/problem+json"]["examples"], (key, problem)


def test_the_examples_of_problems_are_problems() -> None:
    shape = validator("Problem")
    for problem in refusals.every_problem():
        shape.validate(refusals.example_of(problem))


def test_every_post_has_a_key_and_every_amendment_a_version_and_a_reason() -> None:
    for (method, path), contract in contracts().items():
        sent = {
            parameter["$ref"].rpartition("/")[2]
            for parameter in operations()[method, path]["parameters"]
            if "$ref" in parameter
        }
        assert ("Idempotency-Key" in sent) == (method == "POST" and not contract.stateless)
        assert ({"If-Match", "X-Change-Reason"} <= sent) == contract.amends


def test_every_field_of_an_answer_is_there_and_a_submission_has_no_read_only_field() -> None:
    for name, shape in document()["components"]["schemas"].items():
        if name.endswith("Submission") and name != "SafetySubmission":
            assert shape["additionalProperties"] is False
            assert [field for field, said in shape["properties"].items() if said.get("readOnly")] == []
        elif name not in ("Problem", "BrokenRule"):
            assert shape["required"] == list(shape["properties"])


def test_every_field_and_parameter_is_described() -> None:
    shapes = document()["components"]["schemas"]
    silent = [
        (name, field)
        for name, shape in shapes.items()
        for field, said in shape["properties"].items()
        if not described(said)
    ]
    assert silent == []
    parameters = [p for operation in operations().values() for p in operation.get("parameters", []) if "name" in p]
    assert [p["name"] for p in parameters if not p.get("description")] == []


@pytest.mark.parametrize(("record", "example"), EXAMPLES)
def test_an_example_is_accepted_by_its_schema_and_by_its_published_shape(record: type[Record], example: Any) -> None:
    sent = plainly(example)
    record().accept(exact(sent))
    validator(submission_of(record).__name__).validate(sent)


def test_the_examples_can_be_posted_one_after_the_other(shared_world: World) -> None:
    given: dict[str, str] = {}
    for record, found in examples.all_examples().items():
        for name, example in found.items():
            answer = sender(shared_world, name).post(path_of(record), replaced(plainly(example), given, shared_world))
            if name in ("study",):
                assert answer.status_code == 409
                continue
            assert answer.status_code in (201, 202), (name, answer.text)
            validator(given_for(record)).validate(answer.json)
            given[name] = answer.json["id"]


def sender(world: World, name: str) -> Person:
    if name == "extract":
        return world.statistician
    return (
        world.administrator if name in ("study", "site", "consent_document", "account", "token") else world.coordinator
    )


def given_for(record: type[Record]) -> str:
    given = next(contract.gives for contract in contracts().values() if contract.takes is record and not contract.lines)
    assert given is not None
    return given.__name__


def path_of(record: type[Record]) -> str:
    wanted = [
        path
        for (method, path), contract in contracts().items()
        if method == "POST" and contract.takes is record and not contract.lines
    ]
    return wanted[0].replace("{study}", examples.STUDY["code"])


def replaced(sent: dict[str, Any], given: dict[str, str], world: World) -> dict[str, Any]:
    """Put the identifiers that this registry gave in the place of those of the examples."""
    known = {"participant_id": given.get("participant"), "account_id": given.get("account"), "site_id": world.site}
    known = {name: value for name, value in known.items() if name in sent and value}
    return {**sent, **known, **({"code": "HAM"} if sent.get("code") == "BER" else {})} | (
        {"grants": [{**grant, "site_id": world.site} for grant in sent["grants"]]} if "grants" in sent else {}
    )


def described(shape: dict[str, Any]) -> bool:
    return (
        bool(shape.get("description"))
        or shape.get("$ref", "").startswith("#/")
        or "minimum" in shape
        or "items" in shape
    )


def resolved(answer: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in answer:
        return answer
    found: dict[str, Any] = document()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    return found


def validator(name: str) -> jsonschema.Draft202012Validator:
    shape = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
    return jsonschema.Draft202012Validator(shape, format_checker=jsonschema.FormatChecker())


def exact(sent: Any) -> Any:
    """Give what the registry reads of what was sent: numbers with decimals are exact."""
    return parsed(as_json(sent).encode())
