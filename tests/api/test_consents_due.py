"""The work list of consent: who needs it anew, why, and by when."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests import bodies
from tests.conftest import World

TODAY = datetime.now(ZoneInfo("Europe/Berlin")).date()


def ahead(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


@pytest.fixture(scope="module")
def world(shared_world: World) -> World:
    """A world whose study asks for consent to a newer document in forty days, and for assent from twelve."""
    base, administrator = f"/v1/studies/{shared_world.study}", shared_world.administrator
    version = {"number": "1.0", "summary": "S", "assent_from_age": 12, "arms": [], "schedule": []}
    made = administrator.post(f"{base}/protocol-versions", version)
    assert made.status_code == 201, made.text
    begun = {"protocol_version_id": made.json["id"], "effective_from": "2025-01-01"}
    assert administrator.post(f"{base}/protocol-activations", begun).status_code == 201
    for changes in ({}, {"document_version": "2.0", "valid_from": ahead(-10), "reconsent_by": ahead(40)}):
        assert administrator.post(f"{base}/consent-documents", bodies.consent_document(**changes)).status_code == 201
    return shared_world


def child(world: World, *, years: int, given: dict[str, Any] | None = None, **changes: Any) -> str:
    """Enrol a child of so many whole years and two months, with a parent's consent to the newest document."""
    month = (TODAY.year - years) * 12 + TODAY.month - 1 - 2
    born = {"birth_year": month // 12, "birth_month": month % 12 + 1} | changes
    somebody, site = (world.coordinator, world.site) if "site" not in born else (world.neighbour, born.pop("site"))
    base = f"/v1/studies/{world.study}"
    participant: str = somebody.post(f"{base}/participants", bodies.participant(site, **born)).json["id"]
    body = bodies.consent(participant, document_version="2.0", given_on=ahead(-5)) | (given or {})
    answer = somebody.post(f"{base}/consents", body)
    assert answer.status_code == 201, answer.text
    return participant


def due(world: World, asked: str = "", role: str = "coordinator") -> dict[str, Any]:
    answer = world.people[role].get(f"/v1/studies/{world.study}/consents-due?limit=200{asked}")
    assert answer.status_code == 200, answer.text
    return {row["participant_id"]: row["needs"] for row in answer.json}


def test_who_needs_nothing_is_not_listed(world: World) -> None:
    participant = child(world, years=8)
    assert participant not in due(world, "&days=90")


def test_consent_to_a_newer_document_is_due_by_the_day_the_document_says(world: World) -> None:
    participant = child(world, years=8, given={"document_version": "1.0"})
    need = [{"reason": "reconsent_needed", "due_by": ahead(40), "overdue": False}]
    assert [due(world, f"&days={days}").get(participant) for days in (39, 40, 90)] == [None, need, need]
    again = bodies.consent(participant, document_version="2.0", given_on=TODAY.isoformat())
    assert world.coordinator.post(f"/v1/studies/{world.study}/consents", again).status_code == 201
    assert participant not in due(world)


def test_own_consent_is_due_in_the_month_of_majority_and_overdue_after_it(world: World) -> None:
    soon = child(world, years=17, birth_year=TODAY.year - 18, birth_month=TODAY.month)
    assent = bodies.consent(soon, kind="assent", given_by="participant", given_on=ahead(-5))
    assert world.coordinator.post(f"/v1/studies/{world.study}/consents", assent).status_code == 201
    past = child(world, years=18, given={"document_version": "1.0", "given_on": "2025-02-01"})
    last = end_of_month(TODAY)
    found = due(world, "&days=31")
    assert found[soon] == [{"reason": "majority_reached", "due_by": last.isoformat(), "overdue": False}]
    [need] = found[past]
    assert (need["reason"], need["overdue"]) == ("majority_reached", True)
    assert need["due_by"] == end_of_month(TODAY.replace(day=1) - timedelta(days=35)).isoformat()


def test_assent_is_due_before_the_month_in_which_the_protocol_asks_for_it(world: World) -> None:
    first = (TODAY.replace(day=1) + timedelta(days=32)).replace(day=1)
    soon = child(world, years=11, birth_year=first.year - 12, birth_month=first.month)
    missing = child(world, years=13)
    found = due(world, "&days=31")
    eve = (first - timedelta(days=1)).isoformat()
    assert found[soon] == [{"reason": "assent_missing", "due_by": eve, "overdue": False}]
    assert found[missing] == [{"reason": "assent_missing", "due_by": ahead(-6), "overdue": True}]


def test_who_withdrew_or_never_consented_is_not_asked_again(world: World) -> None:
    left = child(world, years=13)
    leaving = bodies.withdrawal(left, kind="follow_up", withdrawn_on=ahead(-1))
    assert world.coordinator.post(f"/v1/studies/{world.study}/withdrawals", leaving).status_code == 201
    body = bodies.participant(world.site, birth_year=2010)
    never = world.coordinator.post(f"/v1/studies/{world.study}/participants", body).json["id"]
    assert not {left, never} & due(world).keys()


@pytest.mark.parametrize(("how", "reason"), [("consent", "consent_withdrawn"), ("follow_up", "consent_withdrawn")])
def test_who_is_in_the_study_and_withdrew_is_listed_until_the_participation_ends(
    world: World, how: str, reason: str
) -> None:
    base, left = f"/v1/studies/{world.study}", child(world, years=8)
    standing = world.coordinator.get(f"/v1/participants/{left}/enrolment").json
    path = f"/v1/enrolments/{standing['id']}"
    inside = {"status": "enrolled", "status_on": ahead(-4)}
    assert world.coordinator.put(path, inside, version=1).status_code == 200
    if how == "consent":
        [given] = world.coordinator.get(f"{base}/consents?participant_id={left}").json
        body = given | {"withdrawn_on": ahead(-2)}
        assert world.coordinator.put(f"/v1/consents/{given['id']}", body, version=1).status_code == 200
    else:
        leaving = bodies.withdrawal(left, kind="follow_up", withdrawn_on=ahead(-2))
        assert world.coordinator.post(f"{base}/withdrawals", leaving).status_code == 201
    assert due(world)[left] == [{"reason": reason, "due_by": ahead(-2), "overdue": True}]
    treated = world.coordinator.put(path, inside | {"status": "on_treatment", "status_on": ahead(-1)}, version=2)
    assert bodies.problem(treated) == "consent-missing"
    over = {"status": "withdrawn", "status_on": ahead(-2), "reason": "consent_withdrawn"}
    assert world.coordinator.put(path, over, version=2).status_code == 200
    assert left not in due(world)


def test_the_list_is_paged_the_first_due_first_and_shows_the_sites_of_the_role(world: World) -> None:
    away = child(world, years=13, site=world.other_site)
    for _ in range(3):
        child(world, years=13)
    rows: list[dict[str, Any]] = []
    path: str | None = f"/v1/studies/{world.study}/consents-due?limit=2"
    while path:
        answer = world.coordinator.get(path)
        rows += answer.json
        link = answer.headers.get("Link")
        path = link and link[1 : link.index(">")]
    assert [row["participant_id"] for row in rows] == list(due(world))
    assert [row["needs"][0]["due_by"] for row in rows] == sorted(row["needs"][0]["due_by"] for row in rows)
    assert len(rows) == len({row["participant_id"] for row in rows}) > 3
    assert away not in due(world)
    assert set(due(world, f"&site_id={world.other_site}", "data_manager")) == {away}


@pytest.mark.parametrize("asked", ["days=-1", "days=731", "days=soon", "cursor=x", "site_id=BER", "until=2026"])
def test_what_cannot_be_asked_is_refused(world: World, asked: str) -> None:
    answer = world.coordinator.get(f"/v1/studies/{world.study}/consents-due?{asked}")
    assert answer.status_code in (400, 422)
