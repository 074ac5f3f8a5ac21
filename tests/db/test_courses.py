"""Courses are read in one statement, within the sites that may be seen, now and as they stood, by their indexes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from registry.db import courses, records, visits
from registry.db.transaction import Image, Transaction
from registry.problems import NoSuchRecord
from tests import bodies
from tests.db.clinic import Clinic, placed

LISTS = ("visits", "doses", "concomitant_medications", "adverse_events")


@pytest.fixture
def patient(clinic: Clinic) -> str:
    """A participant with a visit, a dose, a medication and an adverse event."""
    participant = clinic.enrolled()
    clinic.visited(participant)
    clinic.kept("dose", bodies.dose(participant))
    clinic.kept("concomitant_medication", bodies.concomitant_medication(participant))
    clinic.kept("adverse_event", bodies.adverse_event(participant))
    return participant


def read(clinic: Clinic, *ids: str, as_of: datetime | None = None, **who: Any) -> list[Image]:
    with clinic.writing(**who) as tx:
        records.settle(tx)
        return courses.of_participants(tx, ids, as_of)


def in_order(course: Image) -> Image:
    """A course with its lists in one order, whatever order they came in."""
    return course | {name: sorted(course[name], key=lambda one: one["id"]) for name in LISTS}


def test_a_course_has_the_images_of_every_record_that_counts(clinic: Clinic, patient: str) -> None:
    [course] = read(clinic, patient)
    with clinic.writing() as tx:
        assert course["participant"] == records.read(tx, "participant", patient)
        assert course["visits"] == [visits.read(tx, course["visits"][0]["id"])]
        for name, table in (("doses", "dose"), ("concomitant_medications", "concomitant_medication"),
                            ("adverse_events", "adverse_event")):  # fmt: skip
            assert course[name] == [records.read(tx, table, course[name][0]["id"])]


def test_many_courses_are_read_at_once_in_the_order_of_their_ids(clinic: Clinic, patient: str) -> None:
    others = [clinic.enrolled(), clinic.enrolled("AKL")]
    found = read(clinic, *others, patient)
    assert [one["participant"]["id"] for one in found] == sorted([patient, *others])


def test_the_course_of_a_visit_is_that_of_its_participant(clinic: Clinic, patient: str) -> None:
    [course] = read(clinic, patient)
    with clinic.writing() as tx:
        assert courses.ask_of_visit(tx, course["visits"][0]["id"]).courses() == [course]


def test_a_record_entered_in_error_is_not_in_the_course(clinic: Clinic) -> None:
    participant = clinic.enrolled()
    clinic.visited(participant, entered_in_error=True)
    clinic.kept("dose", bodies.dose(participant) | {"entered_in_error": True})
    [course] = read(clinic, participant)
    assert [course[name] for name in LISTS] == [[], [], [], []]


def test_a_course_as_it_stands_now_is_the_course(clinic: Clinic, patient: str) -> None:
    [now], [then] = read(clinic, patient), read(clinic, patient, as_of=datetime.now(UTC))
    assert in_order(then) == in_order(now)


def test_a_course_is_read_as_it_stood(clinic: Clinic, patient: str) -> None:
    [before] = read(clinic, patient)
    moment = datetime.now(UTC)
    visit = before["visits"][0]
    with clinic.writing(reason="A test") as tx:
        visits.amend(tx, placed(tx, visit | {"forms": {}}), visit["version"])
    clinic.kept("adverse_event", bodies.adverse_event(patient))
    [then], [now] = read(clinic, patient, as_of=moment), read(clinic, patient)
    assert in_order(then) == in_order(before)
    assert (now["visits"][0]["version"], len(now["adverse_events"])) == (2, 2)


def test_today_is_that_of_the_site(clinic: Clinic) -> None:
    ids = [clinic.enrolled("BER"), clinic.enrolled("AKL")]
    noon_in_utc = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with clinic.writing() as tx:
        for participant, day in zip(ids, ("2026-01-01", "2026-01-02"), strict=True):
            assert _today(tx, participant, noon_in_utc) == day


def _today(tx: Transaction, participant: str, moment: datetime) -> str:
    row = tx.one(
        """select ((%(moment)s::timestamptz at time zone site.time_zone)::date)::text as day
           from participant p join site on site.id = p.site_id where p.id = %(id)s""",
        {"id": participant, "moment": moment},
    )
    assert row is not None
    return str(row["day"])


def test_a_course_of_before_the_enrolment_is_not_there(clinic: Clinic, patient: str) -> None:
    assert read(clinic, patient, as_of=datetime(2020, 1, 1, tzinfo=UTC)) == []
    with clinic.writing() as tx, pytest.raises(NoSuchRecord):
        courses.of_participant(tx, patient, datetime(2020, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("as_of", [None, datetime(2099, 1, 1, tzinfo=UTC)])
def test_another_sites_course_is_not_seen(clinic: Clinic, patient: str, as_of: datetime | None) -> None:
    there = clinic.enrolled("AKL")
    found = read(clinic, patient, there, as_of=as_of, sites=clinic.sites["AKL"])
    assert [one["participant"]["id"] for one in found] == [there]
    with clinic.writing(sites=clinic.sites["AKL"]) as tx:
        assert courses.moments(tx, patient, 0, 50, settled=records.settle(tx)) == []
        assert courses.state_at(tx, patient, 2**40) == []
        visit = read(clinic, patient)[0]["visits"][0]["id"]
        assert courses.ask_of_visit(tx, visit).courses() == []
        with pytest.raises(NoSuchRecord):
            courses.participant_of_visit(tx, visit)


# --- event by event -----------------------------------------------------------------------------------------------


def test_the_moments_of_a_course_are_its_change_sets(clinic: Clinic, patient: str) -> None:
    with clinic.writing() as tx:
        found = courses.moments(tx, patient, 0, 50, settled=records.settle(tx))
    kinds = [[event["kind"] for event in moment["events"]] for moment in found]
    assert kinds == [["participant"], ["visit"], ["dose"], ["concomitant_medication"], ["adverse_event"]]
    assert [moment["id"] for moment in found] == sorted(moment["id"] for moment in found)


def test_moments_come_in_pages_with_the_state_before_each(clinic: Clinic, patient: str) -> None:
    with clinic.writing() as tx:
        whole = courses.moments(tx, patient, 0, 50, settled=records.settle(tx))
        first = courses.moments(tx, patient, 0, 2, settled=records.settle(tx))
        rest = courses.moments(tx, patient, first[-1]["id"], 50, settled=records.settle(tx))
        assert [*first, *rest] == whole
        state = courses.state_at(tx, patient, first[-1]["id"])
    assert {one["kind"] for one in state} == {"study", "participant", "visit"}


# --- indexes ------------------------------------------------------------------------------------------------------

PLANNED = {
    courses.OF_PARTICIPANTS: {"ids": [], "visits": ["0198c5a0-1111-7000-8000-000000000000"]},
    courses.OF_PARTICIPANTS_AS_OF: {"ids": ["0198c5a0-1111-7000-8000-000000000000"], "as_of": datetime(2026, 1, 1, tzinfo=UTC),
                                    "kinds": courses.KINDS},
    courses.MOMENTS: {"id": "0198c5a0-1111-7000-8000-000000000000", "kinds": courses.KINDS, "after": 0, "limit": 50,
                      "settled": datetime(2026, 1, 1, tzinfo=UTC)},
    courses.STATE: {"id": "0198c5a0-1111-7000-8000-000000000000", "kinds": courses.KINDS, "after": 9},
}  # fmt: skip


@pytest.mark.parametrize("statement", PLANNED, ids=["now", "as of", "moments", "state"])
def test_every_table_that_grows_is_read_by_an_index(clinic: Clinic, statement: str) -> None:
    with clinic.writing() as tx:
        tx.run("set local enable_seqscan = off")
        plan = "\n".join(row["QUERY PLAN"] for row in tx.every("explain " + statement, PLANNED[statement]))  # type: ignore[operator]
    grown = ("event", "visit", "dose", "concomitant_medication", "adverse_event", "laboratory_result", "participant")
    assert [table for table in grown if f"Seq Scan on {table}" in plan] == [], plan
