"""What a rule tells becomes JSON, and its declaration becomes a schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

import pytest
from apispec import APISpec
from marshmallow import fields as plain_fields

from registry.domain.renal_function import EGFR, egfr
from registry.domain.rules import overriding, said
from registry.publish.shapes import RecordPlugin
from registry.schemas.base import Record, schema_of
from registry.schemas.fields import Choice, Day, Exact, ListOf, Part, Text, Whole, YesNo
from registry.schemas.results import ByName, RuleResult, plain, schema_of_details, told


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One measure."""

    name: str | None = said("Its name")
    change: Decimal | None = said("Its change", unit="%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Every kind of field."""

    points: Decimal | None = said("Points", unit="{points}")
    met: int | None = said("How many are met")
    worse: bool | None = said("Whether any is worse")
    says: str | None = said("A sentence")
    level: Literal["low", "high"] | None = said("A level")
    since: date | None = said("Since when")
    measures: tuple[Measure, ...] | None = said("Each measure")
    names: tuple[str, ...] = said("Names")
    first: Measure | None = said("The first measure")
    by_gene: Mapping[str, Decimal] | None = said("By gene")
    number: int | Decimal | None = said("A number")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSo:
    """A kind that details do not have."""

    when: bytes | None = said("Bytes")


def filled() -> Details:
    one = Measure(name="mmt8", change=Decimal("12.50"))
    return Details(
        points=Decimal("7.5"),
        met=2,
        worse=False,
        level="high",
        since=date(2025, 2, 10),
        measures=(one, Measure()),
        names=("a", "b"),
        first=one,
        by_gene=MappingProxyType({"IFI27": Decimal("1.0")}),
    )


def test_details_become_json_with_exact_numbers_and_null_where_nothing_is_said() -> None:
    shown = plain(filled())
    assert shown["points"] == Decimal("7.5")
    assert (shown["met"], shown["worse"], shown["says"], shown["level"]) == (2, False, None, "high")
    assert shown["since"] == "2025-02-10"
    assert shown["measures"] == [{"name": "mmt8", "change": Decimal("12.50")}, {"name": None, "change": None}]
    assert shown["names"] == ["a", "b"]
    assert shown["by_gene"] == {"IFI27": Decimal("1.0")}
    assert plain(None) is None


def test_the_schema_of_details_has_the_kinds_words_and_units_of_their_declaration() -> None:
    fields = schema_of_details(Details)().fields
    kinds = [Exact, Whole, YesNo, Text, Choice, Day, ListOf, ListOf, Part, ByName, Exact]
    assert [type(field) for field in fields.values()] == kinds
    assert fields["points"].metadata == {"description": "Points", "x-unit": "{points}"}
    assert all(field.allow_none and field.dump_only for field in fields.values())


def test_a_schema_of_details_shows_details_as_they_are() -> None:
    shown = plain(filled())
    assert schema_of(schema_of_details(Details)).present(shown) == shown


def test_schemas_of_details_are_named_after_their_concept_so_that_no_two_share_a_name() -> None:
    assert schema_of_details(Details).__name__ == "TestResultsDetails"
    assert schema_of_details(Details) is schema_of_details(Details)


def test_a_kind_that_details_do_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        schema_of_details(NotSo)


def test_a_schema_of_details_can_be_written_as_openapi() -> None:
    shape = written(schema_of_details(Details))
    assert shape["points"]["type"] == ["number", "null"]
    assert "minimum" not in shape["points"]
    assert shape["since"]["format"] == "date"
    assert shape["level"]["anyOf"][0]["enum"] == ["low", "high"]
    assert shape["by_gene"]["type"] == ["object", "null"]
    assert shape["by_gene"]["additionalProperties"]["type"] == ["number", "null"]


def written(record: type[Record]) -> dict[str, Any]:
    plugin = RecordPlugin()
    spec = APISpec("Test", "1", "3.1.0", plugins=[plugin])
    plugin.converter.component(record)
    shapes: dict[str, Any] = spec.to_dict()["components"]["schemas"]
    properties: dict[str, Any] = shapes[record.__name__]["properties"]
    return properties


def test_a_result_tells_its_rule_its_certainty_and_the_constants_a_study_set() -> None:
    rule = overriding(EGFR, {"k": Decimal("0.5")})
    shown = told(egfr(Decimal(140), Decimal("0.5"), "mg/dL", rule))
    assert (shown["rule"], shown["version"], shown["unit"], shown["certainty"]) == ("egfr", "1", EGFR.unit, 97)
    assert (shown["value"], shown["final"]) == (Decimal("140.0"), True)
    assert (shown["overridden"], shown.pop("details")["unrounded"]) == (["k"], 140)
    assert schema_of(RuleResult).present(shown) == {name: said for name, said in shown.items() if name != "details"}


def test_every_field_of_a_result_says_what_it_is() -> None:
    fields: dict[str, plain_fields.Field[Any]] = RuleResult().fields
    assert all(field.metadata["description"] for field in fields.values())
