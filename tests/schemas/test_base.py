"""A submission is judged as a whole: every broken rule at once, each with its place, whatever was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import RAISE, Schema, ValidationError

from registry.api.routes import NAMESPACES
from registry.problems import RulesBroken
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.base import Record
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.doses import Dose
from registry.schemas.fields import Exact, ListOf, OneOfNumbers, Part, Whole
from registry.schemas.laboratory_results import LaboratoryResult
from registry.schemas.participants import Participant
from registry.schemas.sentences import pointed
from registry.schemas.visits import FORMS, Visit
from tests import bodies

ID = "0198c5a0-1111-7000-8000-000000000000"
BROKEN = {
    "participant_id": "somebody",
    "event": "week_3",
    "visited_on": "2026-02-30",
    "status": None,
    "surname": "A name",
    "forms": {
        "vital_signs": {"height": 1000, "weight": "27", "heart_rate": Decimal("80.0"), "missing": {"hight": "refused"}},
        "muscle_strength": {"cmas_total": True, "missing": {"mmt8_total": "lost"}},
        "x-ray": {},
    },
    "laboratory_results": [
        {"analyte": "CK", "value": 1, "unit": "U/L"},
        {"analyte": "CK/MB", "value": Decimal("NaN")},
        7,
    ],
    "confirmations": [{"rule": "a b"}],
}


def rules(schema: Record, body: Any) -> set[tuple[str, str]]:
    """Give the place and the code of each rule that a body breaks."""
    try:
        schema.accept(body)
    except RulesBroken as refused:
        return {(rule.pointer, rule.code) for rule in refused.errors}
    return set()


def test_every_broken_rule_is_named_at_once_with_its_place() -> None:
    assert rules(Visit(), BROKEN) == {
        ("/participant_id", "wrong_type"),
        ("/event", "not_in_list"),
        ("/visited_on", "wrong_type"),
        ("/status", "null"),
        ("/surname", "unknown_field"),
        ("/forms/vital_signs/height", "out_of_range"),
        ("/forms/vital_signs/weight", "wrong_type"),
        ("/forms/vital_signs/heart_rate", "wrong_type"),
        ("/forms/vital_signs/missing/hight", "unknown_field"),
        ("/forms/muscle_strength/cmas_total", "wrong_type"),
        ("/forms/muscle_strength/missing/mmt8_total", "not_in_list"),
        ("/forms/x-ray", "unknown_field"),
        ("/laboratory_results/1/analyte", "not_in_list"),
        ("/laboratory_results/1/value", "wrong_type"),
        ("/laboratory_results/2", "wrong_type"),
        ("/confirmations/0/rule", "wrong_form"),
        ("/confirmations/0/comment", "required"),
    }


def test_the_rules_are_named_in_the_same_order_every_time() -> None:
    with pytest.raises(RulesBroken) as refused:
        Participant().accept({})
    assert [rule.pointer for rule in refused.value.errors] == [
        "/birth_month", "/birth_year", "/code", "/sex_at_birth", "/site_id",
    ]  # fmt: skip


def test_a_refusal_never_repeats_a_value_that_was_sent() -> None:
    body = BROKEN | {"event": "Emma Miller", "participant_id": "Emma Miller", "mode": "Emma Miller"}
    with pytest.raises(RulesBroken) as refused:
        Visit().accept(body)
    assert "Emma" not in str(refused.value.as_json())


@pytest.mark.parametrize(
    "name", ["name", "surname", "address", "hospital_number", "birth_date", "date_of_birth", "mrn"]
)
def test_no_field_identifies_a_child(name: str) -> None:
    body = bodies.participant(ID) | {name: "x"}
    assert rules(Participant(), body) == {(f"/{name}", "unknown_field")}


# --- whatever is sent ---------------------------------------------------------------------------------------------

NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=12) | st.sampled_from(
    [ID, "2026-02-10", "2026-02", "2026-02-10T08:00:00Z", "CK", "U/L", "complete", "week_0", "refused", 0, 1, 5, Decimal("2.5")]
)  # fmt: skip
NAMES = st.text(max_size=6) | st.sampled_from(["id", "missing", "analyte", "value", "rule", "height", "weight"])
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=10
)


def like(schema: Record) -> st.SearchStrategy[Any]:
    """Give bodies of a record's shape: each field's value right by kind, wrong by value, or anything at all."""
    return st.fixed_dictionaries({}, optional={name: of_field(field) for name, field in schema.fields.items()}).flatmap(
        lambda body: st.dictionaries(NAMES, JSON, max_size=1).map(lambda more: body | more)
    )


def of_field(field: Any) -> st.SearchStrategy[Any]:
    inner = field.inner if isinstance(field, ListOf) else field
    nested = like(inner.schema) if isinstance(inner, Part) else SCALARS
    if codes := getattr(inner, "codes", None):
        nested = nested | st.sampled_from(sorted(codes))
    return st.lists(nested, max_size=3) | SCALARS if isinstance(field, ListOf) else nested | JSON


RECORDS = st.sampled_from([Visit, Participant, Dose, AdverseEvent, LaboratoryResult])
SHAPES = {record: like(record()) for record in (Visit, Participant, Dose, AdverseEvent, LaboratoryResult)}
BOUNDED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@BOUNDED
@given(st.data())
def test_whatever_is_sent_is_accepted_or_refused_with_places_that_exist(data: st.DataObject) -> None:
    record = data.draw(RECORDS)
    body = data.draw(SHAPES[record] | JSON)
    try:
        record().whole(record().accept(body))
    except RulesBroken as refused:
        errors = refused.errors
        assert errors
        assert all(rule.code != "invalid" and rule.detail for rule in errors)
        assert all(rule.pointer == "" or rule.pointer.startswith("/") for rule in errors)


def by_marshmallow(schema: Record, data: Any, **kwargs: Any) -> Any:
    """Load by marshmallow's own loop; what the registry sets is left out first, and optional fields may be absent."""
    if isinstance(data, Mapping):
        data = {name: value for name, value in data.items() if name in schema.load_fields or name not in schema.fields}
    optional = [name for name, field in schema.load_fields.items() if not field.required]
    return Schema._deserialize(schema, data, **kwargs | {"unknown": RAISE, "partial": optional})


CODES = {"Unknown field.": "unknown_field", "Invalid input type.": "wrong_type"}


def outcome(record: type[Record], body: Any) -> tuple[Any, set[tuple[str, str]]]:
    try:
        return record().load(body), set()
    except ValidationError as error:
        return None, {(rule.pointer, CODES.get(rule.detail, rule.code)) for rule in pointed(error.messages)}


@BOUNDED
@given(st.data())
def test_the_quick_loop_gives_what_marshmallows_own_gives(data: st.DataObject) -> None:
    record = data.draw(RECORDS)
    body = data.draw(SHAPES[record])
    quick = outcome(record, body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Record, "_deserialize", by_marshmallow)
        assert quick == outcome(record, body)


@pytest.mark.parametrize(
    "body", [bodies.visit(ID), BROKEN, {}, [], None, 5, bodies.visit(ID) | {"version": 3, "study_id": "x"}]
)
def test_the_quick_loop_gives_what_marshmallows_own_gives_for_a_visit(
    body: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = outcome(Visit, body)
    monkeypatch.setattr(Record, "_deserialize", by_marshmallow)
    assert quick == outcome(Visit, body)


# --- every field is described -------------------------------------------------------------------------------------


def schemas() -> set[type[Record]]:
    """Give every record of the API with the records inside it."""
    assert NAMESPACES, "importing the routes imports every schema"
    return set(below(Record))


def below(cls: type[Record]) -> Iterator[type[Record]]:
    for sub in cls.__subclasses__():
        if sub.__module__.startswith("registry."):
            yield sub
        yield from below(sub)


@pytest.mark.parametrize("schema", sorted(schemas(), key=lambda schema: schema.__name__))
def test_every_field_is_described_and_every_record_has_its_sentence(schema: type[Record]) -> None:
    assert (schema.__doc__ or "").strip().endswith(".")
    for name, field in schema().fields.items():
        words = field.metadata.get("description", "")
        assert len(words) >= 3, name
        assert words[0].isupper(), name
        assert not words.endswith("."), name


UNIT_BESIDE_IT = {
    "value", "lower_limit", "upper_limit", "lower_limit_of_quantification", "standard_value", "standard_lower_limit",
    "standard_upper_limit", "reference_mean", "reference_sd", "dose", "version",
}  # fmt: skip
CLINICAL = [*FORMS.values(), Participant, Dose, ConcomitantMedication, AdverseEvent, LaboratoryResult, Visit]


@pytest.mark.parametrize("record", CLINICAL)
def test_every_measure_has_its_unit_or_is_a_score_or_a_count(record: type[Record]) -> None:
    for name, field in record().fields.items():
        if isinstance(field, Whole | Exact | OneOfNumbers):
            assert name in UNIT_BESIDE_IT or field.metadata.get("x-unit"), name
