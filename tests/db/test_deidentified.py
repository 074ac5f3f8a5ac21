"""The de-identified views: columns as declared, sites kept apart, and nothing else open to registry_extract."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import Connection, errors

from registry.db.transaction import Database
from registry.publish.extracts.columns import FILES
from tests.conftest import Installation
from tests.publish.cohort import Cohort, planted

INNER = ("covered", "seen", "dated", "numbered_visit", "numbered_adverse_event")
FILLED = [file.name for file in FILES if file.name != "allocation"]
"""The views that tell of the cohort, of which nobody is allocated."""
ROOTS = ("participant", "visit", "dose", "drug_causality")
"""One view on each of those that are not granted, through which every other is read too."""


@pytest.fixture(scope="module")
def known(shared_installation: Installation) -> Cohort:
    """The cohort that the tests of this file read, and none of them changes."""
    service = Database(shared_installation.service_url, size=1)
    service.open()
    cohort = planted(service)
    service.close()
    return cohort


@pytest.fixture
def extract(shared_installation: Installation, known: Cohort) -> Iterator[Connection]:
    with psycopg.connect(shared_installation.extract_url, autocommit=True) as connection:
        connection.execute("select set_config('registry.uses', 'registry', false)")
        connection.execute("select set_config('registry.study_id', %s, false)", [known.study])
        yield connection


@pytest.fixture(scope="module")
def owner(shared_installation: Installation) -> Iterator[Connection]:
    with psycopg.connect(shared_installation.admin_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def may_make_functions(owner: Connection) -> Iterator[None]:
    """Let registry_extract make functions, as it never may, until the test is over."""
    owner.execute("grant create on schema public to registry_extract; grant usage on schema public to registry_extract")
    yield
    owner.execute("drop function public.tell; revoke all on schema public from registry_extract")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_view_has_the_columns_that_are_declared(owner: Connection, file) -> None:  # type: ignore[no-untyped-def]
    found = owner.execute(
        "select column_name from information_schema.columns where table_schema = 'deidentified' and table_name = %s "
        "order by ordinal_position",
        [file.name],
    ).fetchall()
    columns = [name for (name,) in found]
    assert columns[:2] == ["participant_id", "place"]
    assert sorted(columns[2:]) == sorted(file.staged)


def test_every_view_is_a_security_barrier_of_the_owner(owner: Connection) -> None:
    views = owner.execute(
        "select relname, reloptions, pg_get_userbyid(relowner) from pg_class "
        "where relnamespace = 'deidentified'::regnamespace and relkind = 'v'"
    ).fetchall()
    assert {name for name, _, _ in views} == {file.name for file in FILES} | {"study", *INNER}
    assert all(options == ["security_barrier=true"] and by == "registry_owner" for _, options, by in views)


def test_no_view_gives_a_date_a_moment_or_an_identifier_besides_the_participants(owner: Connection) -> None:
    kinds = owner.execute(
        "select table_name, column_name, data_type from information_schema.columns "
        "where table_schema = 'deidentified' and table_name <> all (%s)",
        [list(INNER)],
    ).fetchall()
    assert {kind for _, _, kind in kinds} <= {"text", "integer", "smallint", "numeric", "uuid"}
    assert {column for _, column, kind in kinds if kind == "uuid"} == {"participant_id"}


def test_registry_extract_reads_the_views_and_nothing_else(extract: Connection, owner: Connection) -> None:
    readable = owner.execute(
        "select format('%s.%s', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where c.relkind in ('r', 'v', 'm', 'p') and n.nspname in ('public', 'audit', 'standing', 'deidentified') "
        "and has_any_column_privilege('registry_extract', c.oid, 'select, insert, update')"
    ).fetchall()
    assert {name for (name,) in readable} == {f"deidentified.{file.name}" for file in FILES} | {"deidentified.study"}
    hidden = (
        "public.participant",
        "public.visit",
        "audit.event",
        "standing.visit",
        "standing.undone",
        "deidentified.dated",
    )
    for table in hidden:
        with pytest.raises(errors.InsufficientPrivilege):
            extract.execute(f"select from {table}")


def test_registry_extract_writes_nothing(extract: Connection) -> None:
    extract.execute("set default_transaction_read_only = off")
    with pytest.raises(errors.InsufficientPrivilege):
        extract.execute("update public.study set code = 'MINE'")
    with pytest.raises(errors.InsufficientPrivilege):
        extract.execute("create table deidentified.mine ()")


@pytest.mark.parametrize("unsaid", ["study_id", "sites", "uses"])
def test_without_a_study_sites_and_uses_said_nothing_is_seen(extract: Connection, unsaid: str) -> None:
    extract.execute("select set_config('registry.sites', '*', false)")
    extract.execute("select set_config('registry.' || %s, '', false)", [unsaid])
    for name in ROOTS:
        assert extract.execute(f"select from deidentified.{name}").fetchall() == [], name


@pytest.mark.parametrize("uses", ["biobank", "registry,partner_sharing"])
def test_without_consent_to_every_use_nothing_is_seen(extract: Connection, uses: str) -> None:
    extract.execute("select set_config('registry.sites', '*', false), set_config('registry.uses', %s, false)", [uses])
    for name in ROOTS:
        assert extract.execute(f"select from deidentified.{name}").fetchall() == [], name


def test_only_the_sites_that_are_said_are_seen(extract: Connection, known: Cohort) -> None:
    extract.execute("select set_config('registry.sites', %s, false)", [known.sites[1]])
    for name in FILLED:
        seen = extract.execute(f"select distinct participant_id::text from deidentified.{name}")
        assert {one for (one,) in seen} == set(known.participants[1:]), name


@pytest.mark.usefixtures("may_make_functions")
def test_a_leaky_function_does_not_see_another_sites_rows(extract: Connection, known: Cohort) -> None:
    extract.execute("set default_transaction_read_only = off")
    extract.execute(
        "create function public.tell(value text) returns boolean language plpgsql cost 0.0000001 "
        "as $$ begin raise notice 'saw %', value; return true; end $$"
    )
    told: list[str] = []
    extract.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
    extract.execute("select set_config('registry.sites', %s, false)", [known.sites[0]])
    extract.execute("select from deidentified.participant where public.tell(participant_id::text)")
    assert told == [f"saw {known.participants[0]}"]


def test_there_is_no_day_zero(extract: Connection) -> None:
    days = extract.execute(
        "select deidentified.study_day(day::date, '2025-03-01') from unnest(array['2025-02-28', '2025-03-01']) as day"
    ).fetchall()
    assert days == [(-1,), (1,)]


@pytest.mark.parametrize(
    ("born", "value", "age"),
    [
        ((2014, 5), "2020-04-30", 5),
        ((2014, 5), "2020-05-01", 6),
        ((2014, 5), "2014-05", 0),
        ((2014, 12), "2014", 0),
        ((1990, 1), "2095-01", 90),
        ((2014, 5), None, None),
    ],
)
def test_ages_are_whole_years(extract: Connection, born: tuple[int, int], value: str | None, age: int | None) -> None:
    assert extract.execute("select deidentified.age_in(%s, %s, %s)", [*born, value]).fetchone() == (age,)


@pytest.mark.parametrize(
    ("value", "day"),
    [("2025-03-09", 9), ("2025-02-28", -1), ("2025-03", 16), ("2025-02", -15), ("2025", 124), (None, None)],
)
def test_a_partial_date_has_the_day_in_its_middle(extract: Connection, value: str | None, day: int | None) -> None:
    assert extract.execute("select deidentified.middle_day(%s, '2025-03-01')", [value]).fetchone() == (day,)
