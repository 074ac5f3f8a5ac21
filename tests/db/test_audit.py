"""The audit says who did what, when, from where and why, with the record before and after, once for every write."""

from __future__ import annotations

import time
import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pytest
from psycopg import errors

from registry.db import accounts, bulk, records, visits
from registry.db.transaction import Transaction
from tests import bodies
from tests.conftest import attribution
from tests.db.clinic import Clinic, placed, recorded


def amended(clinic: Clinic, visit: dict[str, Any], reason: str = "A correction", **changes: Any) -> dict[str, Any]:
    with clinic.writing(reason=reason) as tx:
        return visits.amend(tx, placed(tx, {**visit, **changes}), visit["version"])


SETTINGS_ALONE = {"sites", "site_roles"}
"""What a transaction says of who acts, and no event repeats."""


@pytest.mark.requirement("A1", "P6")
def test_an_event_says_who_when_from_where_and_why_with_both_images(clinic: Clinic) -> None:
    dose = clinic.kept("dose", bodies.dose(clinic.enrolled()))
    actor_id, change_set = str(uuid.uuid4()), str(uuid.uuid4())
    who = asdict(attribution(
        actor="Dr Weiß", actor_id=actor_id, organisation="Charité", role="investigator", client="uploader/1.2",
        request_id="request-7", change_set=change_set, reason="Weight was wrong",
    ))  # fmt: skip
    with clinic.writing(**who) as tx:
        after = records.amend(tx, "dose", dose["id"], 1, {"mg_per_intake": 4})
    event = clinic.events(dose["id"])[-1]
    said = {name: str(event[name]) for name in who if name not in SETTINGS_ALONE}
    assert said == {name: value for name, value in who.items() if name not in SETTINGS_ALONE}
    assert (event["action"], event["kind"], event["version"]) == ("amend", "dose", 2)
    assert (event["before"], event["after"]) == (dose, after)
    assert str(event["site_id"]) == dose["site_id"]
    assert str(event["participant_id"]) == dose["participant_id"]


@pytest.mark.requirement("A8")
def test_an_amendment_without_a_reason_is_refused(clinic: Clinic) -> None:
    dose = clinic.kept("dose", bodies.dose(clinic.enrolled()))
    visit = clinic.visited()
    with pytest.raises(errors.CheckViolation), clinic.writing() as tx:
        records.amend(tx, "dose", dose["id"], 1, {"mg_per_intake": 4})
    with pytest.raises(errors.CheckViolation):
        amended(clinic, visit, reason="", mode="remote")
    assert clinic.read(visit["id"]) == visit


@pytest.mark.parametrize("kind", ["dose", "visit"])
@pytest.mark.requirement("A6")
def test_the_stamp_is_the_servers_clock_and_not_the_start_of_the_transaction(clinic: Clinic, kind: str) -> None:
    participant = clinic.enrolled()
    with clinic.writing() as tx:
        started = clock(tx, "now()")
        time.sleep(0.05)
        before = clock(tx, "clock_timestamp()")
        image_id = (
            recorded(tx, bodies.visit(participant))
            if kind == "visit"
            else records.record_of_participant(tx, "dose", bodies.dose(participant))["id"]
        )
    with clinic.writing() as tx:
        after = clock(tx, "clock_timestamp()")
    [event] = clinic.events(image_id)
    assert started < before <= event["at"] <= after
    assert (event["at"] - started).total_seconds() >= 0.05


def clock(tx: Any, expression: str) -> datetime:
    found: datetime = tx.one(f"select {expression} as moment")["moment"]
    return found


def test_an_update_that_changes_nothing_makes_no_event(clinic: Clinic) -> None:
    dose = clinic.kept("dose", bodies.dose(clinic.enrolled()))
    with clinic.connected() as connection:
        connection.execute("update dose set adherence = adherence where id = %(id)s", dose)
    assert len(clinic.events(dose["id"])) == 1


def test_a_statement_over_many_rows_keeps_one_event_a_row(clinic: Clinic) -> None:
    participant = clinic.enrolled()
    ids = [
        clinic.kept("dose", bodies.dose(participant, started_on=f"2025-0{month}-01", ended_on=f"2025-0{month}-20"))[
            "id"
        ]
        for month in (3, 4, 5)
    ]
    with clinic.connected(reason="All at once") as connection:
        connection.execute(
            "update dose set adherence = 'full', version = version + 1 where participant_id = %s", [participant]
        )
    found = [clinic.events(dose_id)[-1] for dose_id in ids]
    assert [event["after"].get("adherence") for event in found] == ["full"] * 3
    assert [event["before"]["id"] for event in found] == ids
    assert len({event["change_set"] for event in found}) == 1


def test_what_one_request_writes_is_one_change_set(clinic: Clinic) -> None:
    change_set = str(uuid.uuid4())
    participant = clinic.enrolled()
    with clinic.writing(change_set=change_set) as tx:
        visit_id = recorded(tx, bodies.visit(participant))
        dose_id = records.record_of_participant(tx, "dose", bodies.dose(participant))["id"]
    with clinic.connected() as connection:
        found = connection.execute("select record_id from audit.event where change_set = %s", [change_set]).fetchall()
    assert {str(event["record_id"]) for event in found} == {visit_id, dose_id}


def test_a_visit_with_all_its_parts_is_one_event_with_one_image(clinic: Clinic) -> None:
    visit = clinic.visited()
    changed = amended(
        clinic, visit, forms={"vital_signs": {"weight": 28.1}, "damage": {"mdi_extent_total": 2}}, laboratory_results=[]
    )
    first, second = clinic.events(visit["id"])
    assert first["before"] is None
    assert first["after"] == second["before"] == visit
    assert second["after"] == changed == clinic.read(visit["id"])
    assert set(changed["forms"]) == {"vital_signs", "damage"}
    assert changed["laboratory_results"] == []


def test_the_hash_of_a_token_stands_in_no_image(clinic: Clinic) -> None:
    with clinic.writing(reason="Tests") as tx:
        account = accounts.open_account(tx, {"name": "Somebody", "organisation": "Tests"})
        made = accounts.make_token(
            tx, {"account_id": account["id"], "label": "tests", "expires_at": "2099-01-01T00:00:00Z"}
        )
        records.amend(tx, "api_token", made["id"], 1, {"revoked_at": "2026-01-01T00:00:00Z"})
    events = clinic.events(made["id"])
    written = str([(event["before"], event["after"]) for event in events])
    assert [event["action"] for event in events] == ["record", "amend"]
    assert "sha256" not in written
    assert accounts.digest(made["token"]).hex() not in written
    assert made["token"] not in written


def test_what_a_savepoint_undid_is_in_no_event_and_the_rest_is(clinic: Clinic) -> None:
    participant = clinic.enrolled()
    with clinic.writing() as tx:
        with bulk.savepoint(tx):
            kept = recorded(tx, bodies.visit(participant))
        with pytest.raises(errors.UniqueViolation):
            recorded_in_one_savepoint(tx, bodies.visit(participant, event="week_4"), bodies.visit(participant))
        with bulk.savepoint(tx):
            last = recorded(tx, bodies.visit(participant, event="week_8"))
    with clinic.connected() as connection:
        found = connection.execute(
            "select record_id::text, after from audit.event where participant_id = %s and kind = 'visit' order by id",
            [participant],
        ).fetchall()
    assert [event["record_id"] for event in found] == [kept, last]
    assert [event["after"] for event in found] == [clinic.read(kept), clinic.read(last)]


def recorded_in_one_savepoint(tx: Transaction, *visits: dict[str, Any]) -> None:
    with bulk.savepoint(tx):
        for visit in visits:
            recorded(tx, visit)


def test_an_amendment_inside_a_savepoint_is_kept_whole(clinic: Clinic) -> None:
    visit = clinic.visited()
    with clinic.writing(reason="In a part") as tx, bulk.savepoint(tx):
        changed = visits.amend(tx, placed(tx, {**visit, "forms": {"damage": {"mdi_extent_total": 1}}}), 1)
    assert clinic.events(visit["id"])[-1]["after"] == changed == clinic.read(visit["id"])


def test_a_visit_amended_twice_in_one_transaction_is_refused(clinic: Clinic) -> None:
    visit = clinic.visited()
    with pytest.raises(errors.IntegrityConstraintViolation):
        amend_twice(clinic, visit)
    assert clinic.read(visit["id"]) == visit


def amend_twice(clinic: Clinic, visit: dict[str, Any]) -> None:
    with clinic.writing(reason="Twice") as tx:
        once = visits.amend(tx, placed(tx, {**visit, "mode": "remote"}), 1)
        visits.amend(tx, placed(tx, {**once, "mode": "in_person"}), 2)


def test_a_note_is_an_event_like_any_other(clinic: Clinic) -> None:
    with clinic.connected(request_id="note-1") as connection:
        connection.execute("select audit.note('refuse', 'access', '{\"address\": \"192.0.2.1\"}')")
        [event] = connection.execute("select * from audit.event where request_id = 'note-1'").fetchall()
    assert (event["action"], event["kind"], event["after"]) == ("refuse", "access", {"address": "192.0.2.1"})
