"""Every table equals its record: names, types, whether a value may be absent, and limits; a migration is history."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import psycopg
import pytest
from marshmallow import fields as plain
from marshmallow.fields import Field
from psycopg.rows import class_row

from registry.schemas import fields
from registry.schemas.base import MissingReasons
from registry.schemas.double_entries import FormValues
from registry.schemas.fields import (
    Choice,
    Day,
    Exact,
    Id,
    ListOf,
    Moment,
    OneOf,
    PartialDay,
    Text,
    Whole,
    Within,
    YesNo,
)
from registry.schemas.studies import RuleConstants
from tests.conftest import Installation
from tests.db.pairs import PAIRS, Pair


@dataclass
class Column:
    """A column as the catalogue has it, with the definitions of the checks that are about it alone."""

    on_table: str
    name: str
    type: str
    modifier: int
    required: bool
    generated: bool
    checks: list[str] = field(default_factory=list)

    @property
    def precision(self) -> tuple[int, int] | None:
        """Digits in all and after the point of a numeric with a limit."""
        return None if self.modifier < 0 else ((self.modifier - 4) >> 16, (self.modifier - 4) & 0x7FF)


COLUMNS = """
    select c.relname::text as on_table, a.attname::text as name, format_type(a.atttypid, null) as type, a.atttypmod as modifier,
           a.attnotnull as required, a.attgenerated <> '' as generated,
           array(select pg_get_constraintdef(k.oid) from pg_constraint k
                 where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]) as checks
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"""

Tables = dict[str, dict[str, Column]]


@pytest.fixture(scope="module")
def tables(shared_installation: Installation) -> Tables:
    found: Tables = {}
    with psycopg.connect(shared_installation.admin_url, row_factory=class_row(Column)) as connection:
        for column in connection.execute(COLUMNS):
            found.setdefault(column.on_table, {})[column.name] = column
    return found


EACH_PAIR = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.table)


def columns_of(tables: Tables, pair: Pair) -> list[tuple[Field[object], Column]]:
    """Give each field of a record with its column."""
    said = pair.record().fields
    return [(said[name], tables[pair.table][name]) for name in said if name not in pair.only_said]


@EACH_PAIR
def test_a_table_has_the_fields_of_its_record(tables: Tables, pair: Pair) -> None:
    assert set(tables[pair.table]) - pair.only_kept == set(pair.record().fields) - pair.only_said
    assert pair.only_kept <= set(tables[pair.table])


def test_every_table_has_its_record(tables: Tables) -> None:
    without = {"alembic_version", "request_key", "extract", "extract_progress", "extract_participant"}
    assert set(tables) - without == {pair.table for pair in PAIRS}


def types_of(said: Field[object]) -> set[str]:
    if isinstance(said, ListOf):
        if isinstance(said.inner, Id):
            return {"uuid[]"}
        return {"text[]"} if isinstance(said.inner, Choice) else {"jsonb"}
    for kind, types in TYPES:
        if isinstance(said, kind):
            return types
    raise AssertionError(f"say how {type(said).__name__} is kept")


TYPES: tuple[tuple[type[Field[object]], set[str]], ...] = (
    (YesNo, {"boolean"}),
    (fields.OneOfNumbers, {"smallint"}),
    (Whole, {"smallint", "integer"}),
    (Exact, {"numeric"}),
    (Day, {"date"}),
    (PartialDay, {"text"}),
    (Moment, {"timestamp with time zone"}),
    (Id, {"uuid"}),
    (Choice, {"text"}),
    (Text, {"text"}),
    (MissingReasons, {"jsonb"}),
    (RuleConstants, {"jsonb"}),
    (fields.Part, {"jsonb"}),
    (FormValues, {"jsonb"}),
)


@EACH_PAIR
def test_a_column_has_the_type_of_its_field(tables: Tables, pair: Pair) -> None:
    for said, column in columns_of(tables, pair):
        assert column.type in types_of(said), column.name
        if isinstance(said, Exact) and column.precision is not None:
            digits, places = column.precision
            assert places == said.decimal_places, column.name
            assert Decimal(10) ** (digits - places) > max(map(abs, within(said))), column.name


def within(said: plain.Field[object]) -> tuple[Decimal, Decimal]:
    [limits] = [validator for validator in said.validators if isinstance(validator, Within)]
    return Decimal(str(limits.min)), Decimal(str(limits.max))


def always_there(said: plain.Field[object]) -> bool:
    """Whether a record always has a value: it is required, empty in a way of its own, or set by the registry."""
    if isinstance(said, MissingReasons):
        return True  # no reasons are kept as an empty object
    return not said.allow_none


@EACH_PAIR
def test_a_column_is_required_where_its_field_is_always_there(tables: Tables, pair: Pair) -> None:
    for said, column in columns_of(tables, pair):
        if not column.generated:  # what PostgreSQL makes is there where its sources are
            assert column.required == always_there(said), column.name


@EACH_PAIR
def test_a_column_has_the_limits_of_its_field(tables: Tables, pair: Pair) -> None:
    for said, column in columns_of(tables, pair):
        if not said.dump_only:
            assert limits_said(said) == limits_kept(said, column), column.name


Limits = tuple[object, ...]


def limits_said(said: plain.Field[object]) -> Limits:
    inner = said.inner if isinstance(said, ListOf) else said
    if isinstance(inner, Choice | fields.OneOfNumbers):
        return ("codes", frozenset(codes(inner)))
    if isinstance(said, Whole | Exact):
        return ("from", *within(said))
    if isinstance(said, Text):
        return ("length", 1, said.longest)
    return next((limits for kind, limits in LIMITS if isinstance(said, kind)), ())


LIMITS: tuple[tuple[type[Field[object]], Limits], ...] = (
    (Day, ("from", f"{fields.EARLIEST_YEAR}-01-01", f"{fields.LATEST_YEAR}-12-31")),
    (PartialDay, ("is_partial_date",)),
    (MissingReasons, ("are_missing_reasons",)),
    (RuleConstants, ("object",)),
)


def codes(said: plain.Field[object]) -> list[str]:
    [choice] = [validator for validator in said.validators if isinstance(validator, OneOf)]
    return [str(code) for code in choice.choices]


NUMBER = r"\(?'?(-?[\d.]+)'?(?:::bigint)?\)?(?:::numeric)?"
FORM = re.compile(r"CHECK \(\((.+) ~ '(.*)'::text\)\)")
READ: tuple[tuple[str, Callable[[re.Match[str]], Limits]], ...] = (
    (r"\(\w+ (?:= ANY|<@) \(?ARRAY\[(.*)\]\)?\)", lambda found: ("codes", frozenset(listed(found[1])))),
    (r"\(\(\w+ >= '([\d-]+)'::date\) AND \(\w+ <= '([\d-]+)'::date\)\)", lambda found: ("from", found[1], found[2])),
    (rf"\(\(\w+ >= {NUMBER}\) AND \(\w+ <= {NUMBER}\)\)", lambda found: ("from", Decimal(found[1]), Decimal(found[2]))),
    (
        r"\(\(length\(\w+\) >= (\d+)\) AND \(length\(\w+\) <= (\d+)\)\)",
        lambda found: ("length", int(found[1]), int(found[2])),
    ),
    (r"(is_partial_date|are_missing_reasons)\(\w+\)", lambda found: (found[1],)),
    (r"\(jsonb_typeof\(\w+\) = '(object)'::text\)", lambda found: (found[1],)),
)


def listed(array: str) -> list[str]:
    return [code.strip().removesuffix("::text").strip("'") for code in array.split(",")]


def limits_kept(said: plain.Field[object], column: Column) -> Limits:
    """Read what the checks of a column allow, as the field says it."""
    if not column.checks:
        return ()
    if form := next((found for check in column.checks if (found := FORM.fullmatch(check))), None):
        return of_a_form(said, column, form[2])
    [check] = column.checks
    return next(limits(found) for pattern, limits in READ if (found := re.fullmatch(rf"CHECK \({pattern}\)", check)))


def of_a_form(said: plain.Field[object], column: Column, form: str) -> Limits:
    """A catalogue in code is kept as a form that all its codes have; a text of a form as that very form."""
    if isinstance(said, Text):
        assert said.pattern is not None
        assert form == f"^{said.pattern.pattern}$"
        return ("length", 1, said.longest)
    inner = said.inner if isinstance(said, ListOf) else said
    given = frozenset(codes(inner))
    assert all(re.search(form, code) for code in given), column
    return ("codes", given)


def test_a_date_that_is_not_partial_in_the_schema_is_none_in_the_database(shared_installation: Installation) -> None:
    texts = [
        "2019",
        "2019-05",
        "2019-05-17",
        "2019-13",
        "2019-5",
        "19",
        "2019-05-17T00:00",
        "2019-05-",
        "",
        " 2019",
        "2019\n",
    ]
    with psycopg.connect(shared_installation.admin_url) as connection:
        for text in texts:
            said = True
            try:
                PartialDay().deserialize(text)
            except fields.ValidationError:
                said = False
            assert connection.execute("select is_partial_date(%s)", [text]).fetchone() == (said,), text
