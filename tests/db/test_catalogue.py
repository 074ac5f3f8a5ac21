"""What PostgreSQL's catalogue says of our tables: none is left out of the audit, of row security or of the rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.rows import DictRow, dict_row

from registry.db import refusals
from registry.db.visits import RESULT_COLUMNS
from tests.conftest import Installation

NOT_RECORDS = {
    "alembic_version", "request_key", "expected_visit", "dictionary_term", "extract_progress", "extract_participant",
}  # fmt: skip
"""Tables that hold no record: the revision of the migrations, the keys of requests that were done, the visits that are
expected, which follow from records that are audited, the terms of dictionaries, whose SHA-256 is audited, as is that of the
participants of an extract, and how far the writing of an extract is."""
PARTS_OF_A_VISIT = {
    "vital_signs", "disease_activity", "muscle_strength", "skin_disease", "functioning", "organ_involvement", "damage",
    "laboratory_result",
}  # fmt: skip
NOT_OF_A_PATIENT = {"access_grant", "protocol_activation", "consent_document"}
"""Their site is where a role holds, or a protocol version or a consent document is in force, not where a patient is."""
QUOTES = '"'  # `extract` is a keyword of SQL
OURS = "n.nspname in ('public', 'audit', 'standing', 'deidentified')"


@pytest.fixture(scope="module")
def catalogue(shared_installation: Installation) -> Iterator[Connection[DictRow]]:
    with psycopg.connect(shared_installation.admin_url, row_factory=dict_row, autocommit=True) as connection:
        yield connection


def column(catalogue: Connection[DictRow], query: str, **parameters: Any) -> list[Any]:
    found = [next(iter(row.values())) for row in catalogue.execute(query, parameters).fetchall()]
    return [one.strip(QUOTES) if isinstance(one, str) else one for one in found]


def tables(catalogue: Connection[DictRow]) -> set[str]:
    return set(column(catalogue, "select tablename::text from pg_tables where schemaname = 'public'")) - NOT_RECORDS


def test_every_table_is_audited(catalogue: Connection[DictRow]) -> None:
    found: dict[str, set[tuple[str, str]]] = {}
    for row in catalogue.execute("""
            select tgrelid::regclass::text as on_table, tgname::text as name, tgfoid::regproc::text as calls
            from pg_trigger where not tgisinternal and tgenabled = 'O'"""):
        found.setdefault(row["on_table"].strip(QUOTES), set()).add((row["name"], row["calls"]))
    refusing = {("refuse_delete", "audit.refuse"), ("refuse_truncate", "audit.refuse")}
    for table in tables(catalogue):
        if table == "visit":
            keeping = {("audit_visit", "audit.on_visit")}
        elif table in PARTS_OF_A_VISIT:
            keeping = {("audit_insert", "audit.on_part_of_visit"), ("audit_update", "audit.on_part_of_visit")}
        else:
            keeping = {("audit_insert", "audit.on_insert"), ("audit_update", "audit.on_update")}
        assert keeping | refusing <= found.get(table, set()), table
    assert refusing | {("refuse_update", "audit.refuse")} <= found["audit.event"]


def test_every_part_of_a_visit_stands_in_its_image(catalogue: Connection[DictRow]) -> None:
    [source] = column(catalogue, "select pg_get_functiondef('visit_image(uuid)'::regprocedure)")
    refers = """
        select conrelid::regclass::text from pg_constraint where contype = 'f' and confrelid = 'visit'::regclass
        and not exists (select from pg_attribute where attrelid = conrelid and attname = 'version')"""
    parts = set(column(catalogue, refers))  # what has a version of its own is a record that concerns the visit
    assert parts == PARTS_OF_A_VISIT
    for part in parts:
        assert re.search(rf"from {part} \w\s+where", source, re.IGNORECASE), part


def test_every_column_of_a_result_is_compared_by_what_is_written_of_it(catalogue: Connection[DictRow]) -> None:
    columns = "select attname::text from pg_attribute where attrelid = 'laboratory_result'::regclass and attnum > 0"
    assert set(column(catalogue, columns)) - set(RESULT_COLUMNS) == {"id", "voided"}


def test_every_foreign_key_is_indexed(catalogue: Connection[DictRow]) -> None:
    """An index serves a key when its leading columns belong to the key and find at most one referenced row."""
    unindexed = column(
        catalogue,
        f"""
        select c.conname::text from pg_constraint c join pg_namespace n on n.oid = c.connamespace
        where c.contype = 'f' and {OURS} and not exists (
            select from pg_index i
            where i.indrelid = c.conrelid and i.indpred is null and exists (
                select from generate_series(1, i.indnkeyatts) width
                join pg_index referenced on referenced.indrelid = c.confrelid and referenced.indisunique
                cross join lateral (select array_agg(key order by key) from unnest((i.indkey::int2[])[0:width - 1]) key) first(own)
                cross join lateral (
                    select array_agg(own order by own) from unnest(c.conkey, c.confkey) pair(own, other)
                    where other = any (referenced.indkey::int2[])) needed(own)
                where first.own <@ c.conkey and first.own @> needed.own
                  and referenced.indkey::int2[] <@ c.confkey))""",
    )
    assert unindexed == []


def test_every_constraint_is_named_by_us(catalogue: Connection[DictRow]) -> None:
    """PostgreSQL would say _check, _key, _excl or _column_fkey; only not-null constraints and triggers have other names."""
    for row in catalogue.execute(f"""
            select conname::text as name, conrelid::regclass::text as on_table,
                           (select coalesce(array_agg(attname::text order by array_position(conkey, attnum)), array[]::text[])
                    from pg_attribute where attrelid = conrelid and attnum = any (conkey)) as columns
            from pg_constraint c join pg_namespace n on n.oid = c.connamespace
            where {OURS} and contype not in ('n', 't') and conrelid <> 0 and conrelid::regclass::text <> 'alembic_version'"""):
        table = row["on_table"].strip(QUOTES).removeprefix("audit.")
        assert re.fullmatch(r"[a-z][a-z0-9_]{1,62}", row["name"]), row
        assert row["name"].startswith(f"{table}_"), row
        assert not re.search(r"_(check|key|excl|idx)\d*$", row["name"]), row
        assert row["name"] != "_".join([table, *row["columns"], "fkey"]), row


def test_every_rule_of_the_database_is_said_as_a_sentence(catalogue: Connection[DictRow]) -> None:
    names = column(
        catalogue,
        f"""
        select conname::text from pg_constraint c join pg_namespace n on n.oid = c.connamespace
        where {OURS} and contype in ('c', 'u', 'x', 'f') and conrelid::regclass::text <> 'alembic_version'
        union all
        select c.relname::text from pg_index i join pg_class c on c.oid = i.indexrelid
        join pg_namespace n on n.oid = c.relnamespace
        where {OURS} and i.indisunique and not exists (select from pg_constraint where conindid = i.indexrelid)""",
    )
    assert len(names) > 200
    for name in names:
        said = refusals.sentence(name)
        assert said[0].isupper(), name
        assert said.endswith("."), name
        assert "_" not in said, name


def test_every_constraint_with_a_problem_of_its_own_exists(catalogue: Connection[DictRow]) -> None:
    known = set(column(catalogue, "select conname::text from pg_constraint union select relname::text from pg_class"))
    raised = " ".join(column(catalogue, "select prosrc from pg_proc where pronamespace = 'public'::regnamespace"))
    for name in refusals.PROBLEMS:
        assert name in known or f"'{name}'" in raised, name


def test_a_table_that_knows_a_site_is_secured_by_row(catalogue: Connection[DictRow]) -> None:
    with_site = set(column(catalogue, f"""
        select a.attrelid::regclass::text from pg_attribute a join pg_class c on c.oid = a.attrelid
        join pg_namespace n on n.oid = c.relnamespace
        where {OURS} and c.relkind = 'r' and a.attname in ('site_id', 'participant_id') and not a.attisdropped"""))  # fmt: skip
    secured = set(column(catalogue, "select oid::regclass::text from pg_class where relrowsecurity"))
    assert "audit.event" in with_site
    assert with_site - NOT_OF_A_PATIENT <= secured
    policies = catalogue.execute("""
        select schemaname || '.' || tablename as on_table, permissive, cmd, roles::text[] as roles from pg_policies""")
    for policy in policies:
        assert (policy["permissive"], policy["cmd"]) == ("PERMISSIVE", "ALL"), policy
        assert set(policy["roles"]) <= {"registry_service", "registry_extract", "registry_owner"}, policy


# --- who may do what ----------------------------------------------------------------------------------------------


def granted(catalogue: Connection[DictRow], role: str, privilege: str) -> set[str]:
    """Give every table and view where a role has a privilege, on any column, by grant, membership or public."""
    by_column = privilege in ("select", "insert", "update", "references")
    has = "has_any_column_privilege" if by_column else "has_table_privilege"
    query = f"""
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where {OURS} and c.relkind in ('r', 'v', 'm', 'p', 'f')
          and has_schema_privilege(%(role)s, n.oid, 'usage') and {has}(%(role)s, c.oid, %(privilege)s)"""
    return set(column(catalogue, query, role=role, privilege=privilege))


@pytest.mark.parametrize("role", ["registry_service", "registry_extract"])
def test_the_roles_that_connect_have_no_power_of_their_own(catalogue: Connection[DictRow], role: str) -> None:
    [row] = catalogue.execute("select * from pg_roles where rolname = %s", [role]).fetchall()
    assert row["rolcanlogin"]
    assert not any(
        row[f"rol{power}"] for power in ("super", "createrole", "createdb", "replication", "bypassrls", "inherit")
    )
    assert (
        column(
            catalogue, "select roleid::regrole::text from pg_auth_members where member = %(role)s::regrole", role=role
        )
        == []
    )
    owned = "select objid from pg_shdepend where refobjid = %(role)s::regrole and deptype = 'o'"
    assert column(catalogue, owned, role=role) == []
    for schema in ("public", "audit", "deidentified"):
        assert column(
            catalogue, "select has_schema_privilege(%(role)s, %(schema)s, 'create')", role=role, schema=schema
        ) == [False]


def test_the_service_reads_writes_and_amends_and_removes_nothing(catalogue: Connection[DictRow]) -> None:
    everything, role = tables(catalogue) | {"request_key", "extract_progress"}, "registry_service"
    added = {"dictionary_term", "extract_participant"}
    assert granted(catalogue, role, "insert") - added == granted(catalogue, role, "update") == everything
    read = {"audit.event", "alembic_version", "expected_visit"} | added
    assert granted(catalogue, role, "select") == everything | read
    for privilege in ("delete", "truncate", "trigger", "references"):
        assert granted(catalogue, role, privilege) == set()


def test_the_extract_role_reads_the_deidentified_views_and_nothing_else(catalogue: Connection[DictRow]) -> None:
    role = "registry_extract"
    assert all(name.startswith("deidentified.") for name in granted(catalogue, role, "select"))
    for privilege in ("insert", "update", "delete", "truncate", "trigger", "references"):
        assert granted(catalogue, role, privilege) == set()
    assert not column(catalogue, "select has_schema_privilege('registry_extract', 'audit', 'usage')")[0]


def test_a_function_with_the_owners_rights_has_a_fixed_search_path(catalogue: Connection[DictRow]) -> None:
    found = catalogue.execute(f"""
        select p.oid::regprocedure::text as name, p.proconfig from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where {OURS} and p.prosecdef""").fetchall()
    assert len(found) >= 8
    for function in found:
        paths = [said for said in function["proconfig"] or [] if said.startswith("search_path=")]
        assert len(paths) == 1, function
        assert paths[0].endswith("pg_temp"), function


NOT_FOR_THE_SERVICE = {"audit.keep(text,text,jsonb,jsonb)", "reschedule(uuid)", "reschedule(uuid[])"}
FOR_ROLES_ONLY = {
    "audit.note(text,text,jsonb)", "authenticated(bytea)", "authenticated_subject(text)", "grants_of(uuid)", "audit.settled()",
    "allocate(uuid,text,jsonb)", "randomisation_seals(uuid)", "treatment_of(uuid,uuid)",
    "note_treatment_access(text,uuid,uuid)", "note_schedule_deviations(uuid[])", "releases_of(uuid,text[])",
}  # fmt: skip


def test_what_runs_with_the_owners_rights_is_called_by_whom_it_is_for(catalogue: Connection[DictRow]) -> None:
    found = catalogue.execute(f"""
        select p.oid::regprocedure::text as name, has_function_privilege('registry_service', p.oid, 'execute') as service,
               has_function_privilege('registry_extract', p.oid, 'execute') as extract
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where {OURS} and p.prosecdef and p.prorettype <> 'trigger'::regtype and n.nspname <> 'deidentified'""")
    for function in found:
        assert function["name"] in NOT_FOR_THE_SERVICE | FOR_ROLES_ONLY, "say who a new function is for"
        assert function["service"] == (function["name"] not in NOT_FOR_THE_SERVICE), function
        assert not function["extract"] or function["name"] == "audit.settled()", function


def test_every_record_has_an_id_in_order_of_time_a_version_and_its_stamps(catalogue: Connection[DictRow]) -> None:
    for table in tables(catalogue) - PARTS_OF_A_VISIT:
        defaults = {
            row["name"]: row["default"]
            for row in catalogue.execute(
                sql.SQL("""select attname::text as name, pg_get_expr(adbin, adrelid) as default from pg_attribute
                left join pg_attrdef on adrelid = attrelid and adnum = attnum
                where attrelid = {}::regclass and attnum > 0""").format(table)
            )
        }
        assert defaults["id"] == "uuidv7()", table
        assert defaults["version"] == "1", table
        assert defaults["recorded_at"] == defaults["changed_at"] == "clock_timestamp()", table
