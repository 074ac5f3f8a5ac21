"""The audit cannot be evaded, edited or switched off: what would is refused by PostgreSQL itself."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg import errors, sql

from tests import bodies
from tests.db.clinic import CLINICAL, Clinic


@pytest.mark.requirement("A1")
def test_a_write_without_an_actor_is_refused(clinic: Clinic) -> None:
    for forgotten in ("actor", "change_set", "request_id"):
        with clinic.connected(**{forgotten: ""}) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute("update site set time_zone = 'UTC', version = version + 1")


def test_a_visit_without_an_actor_is_refused_when_it_is_committed(clinic: Clinic) -> None:
    participant = clinic.enrolled()
    with clinic.connected(actor="") as connection:
        connection.execute(
            "insert into visit (study_id, site_id, participant_id, event, status) values (%s, %s, %s, 'week_4', 'draft')",
            [clinic.study, clinic.sites["BER"], participant],
        )
        with pytest.raises(errors.InsufficientPrivilege):
            connection.commit()


SABOTAGE = (
    "insert into audit.event (change_set, request_id, actor, action, kind) values (uuidv7(), '-', 'X', 'record', 'dose')",
    "update audit.event set actor = 'Somebody else'",
    "delete from audit.event",
    "truncate audit.event",
    "select audit.keep('amend', 'dose', '{}', '{}')",
    "alter table audit.event disable trigger all",
    "alter table dose disable trigger audit_update",
    "alter table dose disable row level security",
    "drop trigger audit_update on dose",
    "drop trigger refuse_delete on audit.event",
    "drop policy by_site on dose",
    "set session_replication_role = replica",
    "set role registry_owner",
    "set session authorization registry_owner",
    "set row_security = off; select * from audit.event",
    "create or replace function audit.on_update() returns trigger language plpgsql as 'begin return null; end'",
    "alter function audit.on_update() rename to gone",
    "create table public.aside (image jsonb)",
    "copy audit.event to program 'cat'",
    *(f"delete from {table}" for table in CLINICAL),
    *(f"truncate {table} cascade" for table in CLINICAL),
)


@pytest.mark.parametrize("statement", SABOTAGE)
@pytest.mark.requirement("A4")
def test_the_service_cannot_touch_the_audit_or_what_keeps_it(clinic: Clinic, statement: str) -> None:
    site = clinic.sites["BER"]
    with clinic.connected(sites=site) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize("table", [*CLINICAL, "study", "site", "account", "audit.event"])
@pytest.mark.parametrize("statement", ["delete from {}", "truncate {} cascade"])
@pytest.mark.requirement("A3")
def test_not_even_the_owner_removes_records(clinic: Clinic, table: str, statement: str) -> None:
    with clinic.connected(clinic.installation.admin_url) as connection:
        connection.execute("set role registry_owner")
        with pytest.raises(errors.RestrictViolation):
            connection.execute(sql.SQL(statement).format(sql.Identifier(*table.split("."))))


@pytest.mark.requirement("A4")
def test_not_even_the_owner_edits_an_event(clinic: Clinic) -> None:
    with clinic.connected(clinic.installation.admin_url) as connection:
        connection.execute("set role registry_owner")
        with pytest.raises(errors.RestrictViolation):
            connection.execute("update audit.event set reason = 'none'")


# --- what belongs together is written together --------------------------------------------------------------------

ONLY_PARTS: dict[str, str] = {
    "change a form": "update vital_signs set weight = 99 where visit_id = %(visit)s",
    "add a form": "insert into damage (visit_id, site_id, mdi_extent_total) values (%(visit)s, %(site)s, 3)",
    "void a result": "update laboratory_result set voided = true where visit_id = %(visit)s",
    "lock the visit only": "select from visit where id = %(visit)s for update; "
    "update vital_signs set weight = 99 where visit_id = %(visit)s",
    "move a form away": "update visit set version = version + 1 where id = %(other)s; "
    "update vital_signs set visit_id = %(other)s where visit_id = %(visit)s",
    "after the image was kept": "update visit set version = version + 1 where id = %(visit)s; "
    "set constraints all immediate; update vital_signs set weight = 99 where visit_id = %(visit)s",
}


@pytest.mark.parametrize("act", ONLY_PARTS)
def test_a_part_of_a_visit_is_not_written_without_a_new_version_of_the_visit(clinic: Clinic, act: str) -> None:
    participant = clinic.enrolled()
    visit = clinic.visited(participant)
    other = clinic.visited(participant, event="week_4", forms={})
    where = {"visit": visit["id"], "other": other["id"], "site": visit["site_id"]}
    with clinic.refused(errors.IntegrityConstraintViolation) as connection:
        for statement in ONLY_PARTS[act].split("; "):
            connection.execute(statement, where)
    assert clinic.read(visit["id"]) == visit


EVASIONS: dict[str, str] = {
    "a version that is skipped": "update {} set version = version + 2 where id = %(id)s",
    "a version that stays": "update {} set changed_at = now() where id = %(id)s",
    "a version that goes back": "update {} set version = version - 1 where id = %(id)s",
    "another id": "update {} set id = uuidv7(), version = version + 1 where id = %(id)s",
}


@pytest.mark.parametrize("act", EVASIONS)
@pytest.mark.parametrize("table", ["dose", "visit"])
def test_a_change_makes_the_next_version_of_the_same_record(clinic: Clinic, table: str, act: str) -> None:
    participant = clinic.enrolled()
    bare: dict[str, Any] = {"forms": {}, "laboratory_results": []}
    dose = bodies.dose(participant)
    image = clinic.visited(participant, **bare) if table == "visit" else clinic.kept("dose", dose)
    with clinic.refused(errors.IntegrityConstraintViolation) as connection:
        connection.execute(sql.SQL(EVASIONS[act]).format(sql.Identifier(table)), image)
    assert [event["version"] for event in clinic.events(image["id"])] == [1]


def test_a_visit_that_jumps_two_versions_in_two_steps_is_refused(clinic: Clinic) -> None:
    visit = clinic.visited()
    with clinic.refused(errors.IntegrityConstraintViolation) as connection:
        connection.execute("update visit set version = version + 4 where id = %(id)s", visit)
        connection.execute("update visit set version = version + 1 where id = %(id)s", visit)


@pytest.mark.parametrize("table", ["dose", "visit"])
def test_a_record_begins_at_its_first_version(clinic: Clinic, table: str) -> None:
    participant = clinic.enrolled()
    place = {"participant": participant, "study": clinic.study, "site": clinic.sites["BER"]}
    statement = {
        "visit": "insert into visit (participant_id, study_id, site_id, event, status, version) "
        "values (%(participant)s, %(study)s, %(site)s, 'week_4', 'draft', 7)",
        "dose": "insert into dose (participant_id, study_id, site_id, drug, formulation, mg_per_intake, intakes_per_day, "
        "started_on, version) values (%(participant)s, %(study)s, %(site)s, 'baricitinib', 'tablet', 2, 1, '2025-03-01', 7)",
    }[table]
    with clinic.refused(errors.IntegrityConstraintViolation) as connection:
        connection.execute(statement, place)


@pytest.mark.parametrize("action", ["record", "amend", "refuse"])
@pytest.mark.parametrize("kind", ["visit", "dose", "participant"])
def test_an_event_of_a_record_cannot_be_made_up(clinic: Clinic, action: str, kind: str) -> None:
    with clinic.connected(reason="A try") as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("select audit.note(%s, %s, '{}')", [action, kind])


def test_a_note_names_no_record_version_or_site(clinic: Clinic) -> None:
    visit = str(clinic.enrolled())
    with clinic.connected() as connection:
        forged = f'{{"id": "{visit}", "version": 7, "site_id": "{clinic.sites["BER"]}", "forged": true}}'
        connection.execute("select audit.note('refuse', 'access', %s)", [forged])
        event = connection.execute(
            "select record_id, version, site_id from audit.event where after ? 'forged'"
        ).fetchone()
    assert event == {"record_id": None, "version": None, "site_id": None}
