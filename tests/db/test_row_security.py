"""PostgreSQL itself hides another site's rows and refuses to write them, whatever the code above it does."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from psycopg import errors, sql

from registry.db import records, visits
from registry.db.records import Window
from registry.db.transaction import as_json
from tests import bodies
from tests.conftest import attribution
from tests.db.clinic import CLINICAL, Clinic

FULL = {
    "vital_signs": {"weight": 27.4},
    "disease_activity": {"pain": 3.5},
    "muscle_strength": {"cmas_total": 41, "cmas_maximum": 52},
    "skin_disease": {"das_total": 4},
    "functioning": {"chaq_index": 1.125},
    "organ_involvement": {"calcinosis": False},
    "damage": {"mdi_extent_total": 2},
}


@pytest.fixture(scope="module")
def patients(clinic: Clinic) -> dict[str, str]:
    """One participant at each site, with something in every table."""
    found = {}
    for site in clinic.sites:
        found[site] = clinic.enrolled(site)
        clinic.visited(found[site], forms=FULL)
        for table, body in (
            ("dose", bodies.dose(found[site])),
            ("concomitant_medication", bodies.concomitant_medication(found[site])),
            ("adverse_event", bodies.adverse_event(found[site])),
        ):
            clinic.kept(table, body)
    return found


def sites_seen(clinic: Clinic, table: str, sites: str) -> set[str]:
    query = sql.SQL("select distinct site_id::text from {} where site_id is not null").format(
        sql.Identifier(*table.split("."))
    )
    with clinic.connected(sites=sites) as connection:
        return {row["site_id"] for row in connection.execute(query)}


@pytest.mark.usefixtures("patients")
@pytest.mark.parametrize("table", [*CLINICAL, "audit.event"])
@pytest.mark.requirement("P1")
def test_only_rows_of_permitted_sites_are_seen(clinic: Clinic, table: str) -> None:
    here, there = clinic.sites["BER"], clinic.sites["AKL"]
    assert sites_seen(clinic, table, here) == {here}
    assert sites_seen(clinic, table, f"{here},{there}") == sites_seen(clinic, table, "*") == {here, there}
    assert sites_seen(clinic, table, "") == sites_seen(clinic, table, str(uuid.uuid4())) == set()


@pytest.mark.usefixtures("patients")
@pytest.mark.parametrize("table", [*CLINICAL, "audit.event"])
def test_nothing_is_seen_when_nobody_said_which_sites(clinic: Clinic, table: str) -> None:
    query = sql.SQL("select count(*) from {}").format(sql.Identifier(*table.split(".")))
    with clinic.connected(sites="") as connection:
        assert connection.execute(query).fetchall() == [{"count": 0}]
        connection.execute("set local registry.sites to default")
        assert connection.execute(query).fetchall() == [{"count": 0}]


@pytest.mark.parametrize("table", CLINICAL)
def test_a_row_of_another_site_is_not_updated(clinic: Clinic, patients: dict[str, str], table: str) -> None:
    update = sql.SQL("update {} set site_id = site_id where site_id = %s").format(sql.Identifier(table))
    with clinic.connected(sites=clinic.sites["BER"], reason="A try") as connection:
        assert connection.execute(update, [clinic.sites["AKL"]]).rowcount == 0
        connection.rollback()


@pytest.mark.parametrize("table", CLINICAL)
def test_a_row_is_not_moved_to_another_site(clinic: Clinic, patients: dict[str, str], table: str) -> None:
    update = sql.SQL("update {} set site_id = %s").format(sql.Identifier(table))
    with (
        clinic.connected(sites=clinic.sites["BER"], reason="A try") as connection,
        pytest.raises(errors.InsufficientPrivilege, match="row-level security"),
    ):
        connection.execute(update, [clinic.sites["AKL"]])


@pytest.mark.parametrize("table", CLINICAL)
def test_a_row_of_another_site_is_not_inserted(clinic: Clinic, patients: dict[str, str], table: str) -> None:
    """The image of a row that is there already, so that nothing but the site can be wrong with it."""
    with clinic.connected(sites="*") as connection:
        select = sql.SQL("select to_jsonb(t) as image from {} t where site_id = %s").format(sql.Identifier(table))
        image = connection.execute(select, [clinic.sites["AKL"]]).fetchall()[0]["image"]
        columns = [
            sql.Identifier(row["attname"])
            for row in connection.execute(
                "select attname::text from pg_attribute where attrelid = %s::regclass and attnum > 0 and attgenerated = ''",
                [table],
            )
        ]
    insert = sql.SQL(
        "insert into {table} ({columns}) select {columns} from jsonb_populate_record(null::{table}, %s::jsonb)"
    ).format(table=sql.Identifier(table), columns=sql.SQL(", ").join(columns))
    with (
        clinic.connected(sites=clinic.sites["BER"]) as connection,
        pytest.raises(errors.InsufficientPrivilege, match="row-level security"),
    ):
        connection.execute(insert, [as_json(image)])


def test_the_ways_of_the_code_find_nothing_of_another_site(clinic: Clinic, patients: dict[str, str]) -> None:
    there = patients["AKL"]
    [visit] = page(clinic, "visit", "*", participant_id=there)
    assert page(clinic, "visit", clinic.sites["BER"], participant_id=there) == []
    with clinic.service.transaction() as tx:
        tx.attribute(attribution(sites=clinic.sites["BER"]))
        assert visits.images(tx, [visit["id"]]) == [None]
        assert visits.places(tx, [bodies.visit(there)])[0]["participant_id"] is None
        assert tx.one("select count(*) as events from audit.event where participant_id = %s", [there]) == {"events": 0}


def page(clinic: Clinic, table: str, sites: str, **equal: Any) -> list[Any]:
    with clinic.writing(sites=sites) as tx:
        return records.page(tx, table, Window(10, equal=equal))


CHILDREN = {
    "visit": "insert into visit (participant_id, study_id, site_id, event, status) "
    "values (%(participant)s, %(study)s, %(other)s, 'week_12', 'draft')",
    "consent": "insert into consent (participant_id, study_id, site_id, document_version, kind, given_by, given_on) "
    "values (%(participant)s, %(study)s, %(other)s, '1', 'consent', 'parent', '2025-01-01')",
    "concomitant_medication": "insert into concomitant_medication (participant_id, study_id, site_id, medication) "
    "values (%(participant)s, %(study)s, %(other)s, 'prednisolone')",
    "dose": "update dose set site_id = %(other)s, version = version + 1 where participant_id = %(participant)s",
    "adverse_event": "update adverse_event set site_id = %(other)s, version = version + 1 where participant_id = %(participant)s",
    "participant": "update participant set site_id = %(other)s, version = version + 1 where id = %(participant)s",
    "vital_signs": "update visit set version = version + 1 where participant_id = %(participant)s; "
    "update vital_signs set site_id = %(other)s where visit_id in (select id from visit where participant_id = %(participant)s)",
    "laboratory_result": "update visit set version = version + 1 where participant_id = %(participant)s; "
    "update laboratory_result set site_id = %(other)s where participant_id = %(participant)s",
}


@pytest.mark.parametrize("table", CHILDREN)
def test_what_belongs_to_a_participant_is_at_the_participants_site(
    clinic: Clinic, patients: dict[str, str], table: str
) -> None:
    where = {"participant": patients["BER"], "study": clinic.study, "other": clinic.sites["AKL"]}
    with clinic.refused(errors.ForeignKeyViolation) as connection:
        for statement in CHILDREN[table].split("; "):
            connection.execute(statement, where)
