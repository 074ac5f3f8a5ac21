"""A database of the release before is upgraded with all it holds: nothing is lost, and the past reads as it was."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from registry.api import past
from registry.db import provision, records, visits
from registry.db.server import EmbeddedServer
from registry.db.transaction import Database, Image, Transaction
from registry.schemas.studies import Study
from tests import bodies
from tests.conftest import SECRET, Installation, attribution, dropped

BEFORE = "0006"
KEPT = ("study", "site", "participant", "consent", "visit", "muscle_strength", "laboratory_result")

VISIT = """
    with kept as (
        insert into visit (participant_id, study_id, site_id, event, visited_on, mode, status)
        select id, study_id, site_id, 'week_0', '2025-02-10', 'in_person', 'complete' from participant where id = %(id)s
        returning *),
    form as (insert into muscle_strength (visit_id, site_id, cmas_total, cmas_maximum) select id, site_id, 41, 52 from kept),
    result as (
        insert into laboratory_result (visit_id, participant_id, study_id, site_id, position, analyte, value, unit)
        select id, participant_id, study_id, site_id, 0, 'CK', 812.50, 'U/L' from kept)
    select id::text from kept"""
"""A visit as the release before wrote it."""


@pytest.fixture
def earlier(postgres: EmbeddedServer, tmp_path: Path) -> Iterator[Installation]:
    """A database at the release before."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    made = Installation(name, make_conninfo(postgres.admin_url, dbname=name), tmp_path)
    with psycopg.connect(made.admin_url, autocommit=True) as connection:
        connection.execute((Path(provision.__file__).parent / "roles.sql").read_text())
        provision._set_passwords(connection, made.admin_url, SECRET.encode())
    provision._migrate(made.admin_url, BEFORE)
    yield made
    dropped(postgres, made)


@pytest.fixture
def service(earlier: Installation) -> Iterator[Database]:
    database = Database(earlier.service_url, size=2)
    database.open()
    yield database
    database.close()


def written(service: Database) -> dict[str, str]:
    """Record a study, a participant and a visit; give their ids."""
    with service.transaction() as tx:
        tx.attribute(attribution())
        study = records.record(tx, "study", study_body())["id"]
        site = records.record(tx, "site", {"code": "BER", "country": "DE", "time_zone": "Europe/Berlin"})["id"]
        body = bodies.participant(site, study_id=study, ancestry=["european"])
        participant = records.record(tx, "participant", body)["id"]
        records.record_of_participant(tx, "consent", bodies.consent(participant))
        visit = tx.one(VISIT, {"id": participant})
        tx.commit()
    return {"study": study, "participant": participant, "visit": visit["id"] if visit else ""}


def study_body() -> dict[str, Any]:
    return {"code": "OLD", "title": "A study", "protocol_version": "1.0", "design": "single_arm", "registrations": []}


def everything(installation: Installation) -> dict[str, list[Any]]:
    """Give every row of every table that is kept, without what is null, and the audit as it stands."""
    with psycopg.connect(installation.admin_url, row_factory=dict_row) as connection:
        found = {
            table: connection.execute(
                "select jsonb_strip_nulls(to_jsonb(t)) - array['rule_constants', 'age_of_majority', 'scopes'] as row"
                f" from {table} t order by 1"  # type: ignore[arg-type]
            ).fetchall()
            for table in KEPT
        }
        return found | {
            "event": connection.execute("select to_jsonb(e) as row from audit.event e order by id").fetchall()
        }


def upgraded(installation: Installation) -> None:
    provision.prepare(installation.admin_url, SECRET.encode())
    assert provision.current_revision(installation.admin_url) == provision.head_revision() > BEFORE


@pytest.mark.requirement("A14")
def test_an_upgrade_loses_nothing(earlier: Installation, service: Database) -> None:
    written(service)
    held = everything(earlier)
    assert all(held.values())
    upgraded(earlier)
    found = everything(earlier)
    assert found.pop("event")[: len(held["event"])] == held.pop("event")
    assert found == held


def test_what_was_recorded_before_reads_as_it_was_and_its_history_is_true(
    earlier: Installation, service: Database
) -> None:
    ids = written(service)
    before = {kind: first_version(service, kind, one) for kind, one in ids.items()}
    upgraded(earlier)
    with service.transaction() as tx:
        tx.attribute(attribution(reason="After the upgrade"))
        amended(tx, ids)
        tx.commit()
    assert {kind: first_version(service, kind, one) for kind, one in ids.items()} == before
    assert changes(service, "visit", ids) == {"/forms/muscle_strength/mmt26_total": (None, 234)}
    assert changes(service, "participant", ids) == {
        "/core_set": (None, "printo"),
        "/diagnostic_heliotrope_rash": (None, True),
    }
    assert changes(service, "study", ids) == {"/rule_constants/egfr/k": (None, 1)}


def amended(tx: Transaction, ids: dict[str, str]) -> None:
    """Give each record something that it could not have before."""
    image = visits.read(tx, ids["visit"])
    image["forms"]["muscle_strength"]["mmt26_total"] = 234
    visits.amend(tx, image, 1)
    records.amend(tx, "participant", ids["participant"], 1, {"core_set": "printo", "diagnostic_heliotrope_rash": True})
    records.amend(tx, "study", ids["study"], 1, {"rule_constants": {"egfr": {"k": 1}}})


def first_version(service: Database, kind: str, record_id: str) -> Image:
    with service.transaction() as tx:
        tx.attribute(attribution())
        return records.read_version(tx, kind, record_id, 1)


def changes(service: Database, kind: str, ids: dict[str, str]) -> dict[str, tuple[Any, Any]]:
    """Give what the history says of the second version of a record."""
    with service.transaction() as tx:
        tx.attribute(attribution())
        told = past.told(records.history(tx, kind, ids[kind])[1])["changes"]
    return {change["field"]: (change["old"], change["new"]) for change in told}


def test_a_study_of_the_release_before_is_answered_with_no_constants_of_its_own(
    earlier: Installation, service: Database
) -> None:
    ids = written(service)
    upgraded(earlier)
    with service.transaction() as tx:
        tx.attribute(attribution())
        now, then = records.read(tx, "study", ids["study"]), records.read_version(tx, "study", ids["study"], 1)
    assert Study().present(now) == Study().present(then)
    assert Study().present(then)["rule_constants"] == {}


@pytest.mark.requirement("A1")
def test_participants_of_before_stand_where_their_records_tell(earlier: Installation, service: Database) -> None:
    ids = written(service)
    with service.transaction() as tx:
        tx.attribute(attribution())
        site = records.read(tx, "participant", ids["participant"])["site_id"]
        treated = records.record(tx, "participant", bodies.participant(site, study_id=ids["study"]))["id"]
        records.record_of_participant(tx, "dose", bodies.dose(treated, started_on="2025-03-01"))
        tx.commit()
    upgraded(earlier)
    with service.transaction() as tx:
        tx.attribute(attribution())
        rows = tx.every("""
            select e.participant_id::text as id, e.status, e.status_on::text as day, e.enrolled_on::text, x.actor
            from enrolment e join audit.event x on x.record_id = e.id""")
    assert {tuple(row.values()) for row in rows} == {
        (ids["participant"], "enrolled", "2025-02-10", "2025-02-10", "The registry"),
        (treated, "on_treatment", "2025-03-01", "2025-03-01", "The registry"),
    }
