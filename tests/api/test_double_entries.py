"""Double entry over HTTP: two people enter a form without seeing the other's entry, a third decides what differs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from tests import bodies
from tests.conftest import World
from tests.double_entry import (
    FORM,
    OTHER,
    VALUES,
    differing,
    entering,
    read,
    reconciling,
    told,
    visited,
)


@pytest.fixture(scope="module")
def undecided(doubled: World) -> dict[str, Any]:
    """A visit of which two entries differ, for tests that decide nothing."""
    return differing(doubled)


def test_two_equal_entries_write_the_form_at_once(doubled: World) -> None:
    visit = visited(doubled)
    assert told(doubled, visit)["state"] == "none"
    assert entering(doubled, visit, **VALUES).json["state"] == "first"
    assert read(doubled, visit)["forms"][FORM] is None
    second = entering(
        doubled, visit, "investigator", **(VALUES | {"physician_global_activity": 5.50, "pain": 3.0, "missing": {}})
    )
    assert (second.status_code, second.json["state"]) == (201, "both_equal"), second.text
    written = read(doubled, visit)
    assert (written["version"], written["forms"][FORM]["pain"]) == (2, 3)
    assert told(doubled, visit)["entered_by"] == ["The coordinator", "The investigator"]
    history = doubled.monitor.get(f"/v1/visits/{visit['id']}/history").json
    assert history[-1]["reason"] == "Both entries of disease_activity are equal"
    assert {change["field"] for change in history[-1]["changes"]} == {f"/forms/{FORM}/{name}" for name in VALUES}


@pytest.mark.requirement("P5", "A8")
def test_differences_are_listed_field_by_field_and_decided_by_a_third_with_a_reason(doubled: World) -> None:
    visit = differing(doubled)
    before = told(doubled, visit)
    assert before["state"] == "differs"
    assert [(one["field"], one["first"], one["second"], one["second_missing"]) for one in before["differences"]] == [
        ("pain", 3, 2, None), ("patient_global_activity", None, None, "refused"),
    ]  # fmt: skip
    done = reconciling(doubled, visit)
    assert (done.status_code, done.json["visit_version"]) == (201, 2), done.text
    form = read(doubled, visit)["forms"][FORM]
    assert (form["pain"], form["missing"]) == (2, {})
    after = told(doubled, visit)
    assert (after["state"], after["reconciled_by"]) == ("reconciled", "The data_manager")
    last = doubled.monitor.get(f"/v1/visits/{visit['id']}/history").json[-1]
    assert (last["reason"], last["actor"]) == ("Read again in the source", "The data_manager")
    listed = doubled.monitor.get(f"/v1/visits/{visit['id']}/reconciliations").json
    assert [one["id"] for one in listed] == [done.json["id"]]


def test_a_value_of_its_own_is_written_where_neither_entry_is_right(doubled: World) -> None:
    visit = differing(doubled)
    changes = {"choices": {"patient_global_activity": 2}, "values": {"pain": 2.5}}
    assert reconciling(doubled, visit, **changes).status_code == 201
    form = read(doubled, visit)["forms"][FORM]
    assert (form["pain"], form["missing"]) == (2.5, {"patient_global_activity": "refused"})


@pytest.mark.requirement("P1")
def test_nobody_sees_the_others_entry_before_both_are_in(doubled: World) -> None:
    visit = visited(doubled)
    entering(doubled, visit, **(VALUES | {"pain": 7.5}))
    path = f"/v1/visits/{visit['id']}"
    own = doubled.coordinator.get(f"{path}/form-entries").json
    assert (own[0]["hidden"], own[0]["values"]["pain"]) == (False, 7.5)
    for who in ("investigator", "partner", "monitor", "data_manager"):
        seen = doubled.people[who].get(f"{path}/form-entries")
        assert (seen.json[0]["hidden"], seen.json[0]["values"]) == (True, {})
        for route in ("/form-entries", "/double-entries", "/reconciliations", "", "/history"):
            assert b'"pain":7.5' not in doubled.people[who].get(path + route).data
    entering(doubled, visit, "investigator", **VALUES)
    assert doubled.investigator.get(f"{path}/form-entries").json[0]["values"]["pain"] == 7.5


def test_the_second_entry_is_made_by_another_person_and_there_is_no_third(doubled: World) -> None:
    visit = visited(doubled)
    entering(doubled, visit, **VALUES)
    assert bodies.said(entering(doubled, visit, **VALUES)) == {"": "second_person_needed"}
    entering(doubled, visit, "investigator", **OTHER)
    third = entering(doubled, visit, "partner", **VALUES)
    assert (third.status_code, third.json["state"], third.json["allowed"]) == (409, "differs", ["reconcile"])
    assert reconciling(doubled, visit).status_code == 201
    fourth = entering(doubled, visit, "partner", **VALUES)
    assert (fourth.status_code, fourth.json["state"], fourth.json["allowed"]) == (409, "reconciled", ["remove"])


def test_who_can_read_the_audit_makes_no_second_entry(doubled: World) -> None:
    visit = visited(doubled)
    entering(doubled, visit, **VALUES)
    account = doubled.administrator.get(f"/v1/accounts/{doubled.partner.account_id}").json
    path = f"/v1/accounts/{doubled.partner.account_id}"
    both = account["grants"] + [{"role": "monitor", "site_id": doubled.site}]
    widened = doubled.administrator.put(path, account | {"grants": both}, version=account["version"])
    assert widened.status_code == 200, widened.text
    assert bodies.said(entering(doubled, visit, "partner", **VALUES)) == {"": "not_independent"}
    doubled.administrator.put(path, account, version=widened.json["version"])
    assert entering(doubled, visit, "partner", **VALUES).status_code == 201


@pytest.mark.parametrize(
    "people", [("coordinator", "investigator", "partner"), ("coordinator", "coordinator", "investigator")]
)
def test_entries_at_once_make_exactly_two_of_two_people(doubled: World, people: tuple[str, ...]) -> None:
    visit = visited(doubled)

    def one(who: str) -> int:
        person = replace(doubled.people[who], client=doubled.app.test_client())
        sent = {"form": FORM, "values": VALUES if who == "coordinator" else OTHER}
        return person.post(f"/v1/visits/{visit['id']}/form-entries", sent).status_code

    with ThreadPoolExecutor(3) as pool:
        statuses = sorted(pool.map(one, people))
    entries = doubled.coordinator.get(f"/v1/visits/{visit['id']}/form-entries").json
    assert statuses[:2] == [201, 201]
    assert statuses[2] in (409, 422)
    assert [entry["entry_number"] for entry in entries] == [1, 2]
    assert len({entry["entered_by_id"] for entry in entries}) == 2


def test_two_reconciliations_at_once_make_one(doubled: World) -> None:
    visit = differing(doubled)

    def one(_: int) -> int:
        person = replace(doubled.data_manager, client=doubled.app.test_client())
        sent = {"form": FORM, "choices": {"pain": 1, "patient_global_activity": 1}, "reason": "As read"}
        return person.post(f"/v1/visits/{visit['id']}/reconciliations", sent).status_code

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(one, range(3))) == [201, 409, 409]
    assert read(doubled, visit)["version"] == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"choices": {"pain": 2}}, {"/choices/patient_global_activity": "not_decided"}),
        ({"choices": {"pain": 2, "patient_global_activity": 3}}, {"/choices/patient_global_activity": "not_in_list"}),
        ({"choices": {"pain": True, "patient_global_activity": 1}}, {"/choices/pain": "not_in_list"}),
        ({"choices": {"pain": 1, "patient_global_activity": 1, "physician_global_activity": 1}},
         {"/choices/physician_global_activity": "nothing_to_decide"}),
        ({"choices": {"pain; drop table visit": 1}}, {"/choices/pain; drop table visit": "unknown_field"}),
        ({"values": {"pain": 3}}, {"/values": "decided_twice"}),
        ({"choices": {"patient_global_activity": 1}, "values": {"pain": 99}}, {"/values/pain": "out_of_range"}),
        ({"reason": " "}, {"/reason": "wrong_length"}),
        ({"choices": [1]}, {"/choices": "wrong_type"}),
        ({"form": "damage", "choices": {}}, {}),
    ],
)  # fmt: skip
def test_a_reconciliation_decides_each_difference_and_nothing_else(
    doubled: World, undecided: dict[str, Any], changes: dict[str, Any], said: dict[str, str]
) -> None:
    refused = reconciling(doubled, undecided, **changes)
    assert bodies.said(refused) == said
    assert refused.status_code == (422 if said else 409)
    assert told(doubled, undecided)["state"] == "differs"


def test_who_made_an_entry_does_not_reconcile(doubled: World) -> None:
    visit = differing(doubled)
    assert bodies.said(reconciling(doubled, visit, "investigator")) == {"": "third_person_needed"}
    assert reconciling(doubled, visit, "coordinator").status_code == 403
    entry = "select study_id, site_id, participant_id, entered_by_id from form_entry where visit_id = %s limit 1"
    keep = """insert into form_reconciliation (study_id, site_id, participant_id, visit_id, form, choices, "values", reason,
              visit_version, reconciled_by, reconciled_by_role, reconciled_by_id)
              values (%s, %s, %s, %s, 'disease_activity', '{}', '{}', 'x', 2, 'x', 'x', %s)"""
    with psycopg.connect(doubled.installation.admin_url) as connection:
        row = connection.execute(entry, [visit["id"]]).fetchone()
        assert row is not None
        with pytest.raises(psycopg.errors.CheckViolation, match="made neither"):
            connection.execute(keep, [*row[:3], visit["id"], row[3]])
