"""The schedule in PostgreSQL is that of the domain, on protocols that are made up: versions, anchors, visits, endings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as drawn
from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from registry.domain.schedule import Activation, Expected, expected, status_of
from tests.conftest import Installation

START = date(2024, 1, 1)
EVENTS = ("screening", "week_4", "week_8", "week_12", "week_24", "follow_up", "early_termination")


@pytest.fixture(scope="module")
def owner(shared_installation: Installation) -> Iterator[Connection[DictRow]]:
    """The owner's connection without triggers: rows are put down as they are."""
    with psycopg.connect(shared_installation.admin_url, row_factory=dict_row, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        yield connection


days = drawn.integers(0, 400).map(lambda number: START + timedelta(days=number))
early = drawn.integers(0, 200).map(lambda number: START + timedelta(days=number))


def schedules() -> drawn.SearchStrategy[list[dict[str, Any]]]:
    planned = drawn.fixed_dictionaries(
        {
            "event": drawn.sampled_from(EVENTS),
            "anchor": drawn.sampled_from(["baseline", "randomisation"]),
            "target_day": drawn.integers(-60, 200),
            "window_before": drawn.integers(0, 40),
            "window_after": drawn.integers(0, 40),
        }
    )
    repeated = planned.map(
        lambda one: one | {"event": "week_36", "target_day": 252, "repeat_every": 84, "repeat_until": 440}
    )
    first = planned.map(lambda one: one | {"event": "week_0", "anchor": "baseline", "target_day": 0})
    several = drawn.lists(planned, max_size=4, unique_by=lambda one: str(one["event"]))
    return drawn.tuples(first, several, drawn.lists(repeated, max_size=1)).map(
        lambda parts: [parts[0], *parts[1], *parts[2]]
    )


@dataclass(frozen=True)
class Case:
    """What was recorded of a participant, and the versions in force at its site."""

    versions: list[tuple[date, list[dict[str, Any]]]]
    enrolled_on: date | None
    baseline_on: date | None
    randomised_on: date | None
    ended_on: date | None
    consented_on: date | None = None
    visits: dict[str, tuple[date, int | None]] = field(default_factory=dict)

    @property
    def made_under(self) -> dict[str, str | None]:
        made = {
            event: None if turn is None else str(turn % len(self.versions)) for event, (_, turn) in self.visits.items()
        }
        return made | ({"week_0": "0"} if self.baseline_on else {})


cases = drawn.builds(
    Case,
    versions=drawn.lists(drawn.tuples(early, schedules()), min_size=1, max_size=3).map(
        lambda versions: sorted(versions, key=lambda one: one[0])
    ),
    enrolled_on=drawn.none() | days,
    baseline_on=drawn.none() | days,
    randomised_on=drawn.none() | days,
    ended_on=drawn.none() | days,
    consented_on=drawn.none() | days,
    visits=drawn.dictionaries(
        drawn.sampled_from(EVENTS), drawn.tuples(days, drawn.none() | drawn.integers(0, 2)), max_size=3
    ),
)

PLACES = """
    with one as (insert into study (code, title, protocol_version, design)
                 values ('S-1', 'A study', '1', 'single_arm') returning id),
         place as (insert into site (code, country, time_zone)
                   values ('P-1', 'NZ', 'Pacific/Auckland') returning id)
    insert into participant (study_id, site_id, code, birth_year, birth_month, sex_at_birth)
    select one.id, place.id, 'P-1', 2014, 5, 'female' from one, place returning study_id, site_id, id"""
VERSION = """
    with made as (insert into protocol_version (study_id, number, summary, schedule)
                  values (%(study_id)s, %(number)s, 'A version', %(schedule)s) returning id),
         active as (insert into protocol_activation (study_id, protocol_version_id, effective_from)
                    select %(study_id)s, id, %(effective_from)s from made)
    select id from made"""
ENROLMENT = """
    insert into enrolment (study_id, site_id, participant_id, status, status_on, enrolled_on, reason)
    values (%(study_id)s, %(site_id)s, %(id)s, %(status)s, %(status_on)s, %(enrolled_on)s, 'other')"""
VISIT = """
    insert into visit (study_id, site_id, participant_id, event, visited_on, mode, status, protocol_version_id)
    values (%(study_id)s, %(site_id)s, %(id)s, %(event)s, %(visited_on)s, 'remote', 'complete', %(made_under)s)"""
CONSENT = """
    insert into consent (study_id, site_id, participant_id, kind, given_by, given_on, document_version)
    values (%(study_id)s, %(site_id)s, %(id)s, 'consent', 'parent', %(given_on)s, '1')"""
ALLOCATION = """
    insert into allocation (study_id, site_id, participant_id, protocol_version_id, list_id, number, method, stratum, allocated_at)
    values (%(study_id)s, %(site_id)s, %(id)s, %(version)s, uuidv7(), '100001', 'permuted_blocks', '-',
            (%(day)s::date + time '00:30') at time zone 'Pacific/Auckland')"""


def put_down(owner: Connection[DictRow], case: Case) -> tuple[str, dict[str, str]]:
    """Put down what the case says; give the participant's id, and the turn of each version by its id."""
    place = owner.execute(PLACES).fetchone()
    assert place is not None
    ids = []
    for turn, (effective_from, schedule) in enumerate(case.versions):
        said = {"number": str(turn), "schedule": Jsonb(schedule), "effective_from": effective_from}
        made = owner.execute(VERSION, place | said).fetchone()
        assert made is not None
        ids.append(made["id"])
    status = "completed" if case.ended_on else "enrolled" if case.enrolled_on else "screening"
    enrolled_on = case.enrolled_on or (START if case.ended_on else None)
    standing = {"status": status, "status_on": case.ended_on or enrolled_on or START, "enrolled_on": enrolled_on}
    owner.execute(ENROLMENT, place | standing)
    if case.consented_on:
        owner.execute(CONSENT, place | {"given_on": case.consented_on})
    visits = dict(case.visits) | ({"week_0": (case.baseline_on, 0)} if case.baseline_on else {})
    for event, (visited_on, turn) in visits.items():
        under = None if turn is None else ids[turn % len(ids)]
        owner.execute(VISIT, place | {"event": event, "visited_on": visited_on, "made_under": under})
    if case.randomised_on:
        owner.execute(ALLOCATION, place | {"version": ids[0], "day": case.randomised_on})
    return place["id"], {str(version): str(turn) for turn, version in enumerate(ids)}


def by_domain(case: Case) -> list[Expected]:
    activations = [
        Activation(effective_from, str(turn), schedule) for turn, (effective_from, schedule) in enumerate(case.versions)
    ]
    enrolled = case.enrolled_on or (START if case.ended_on else None)
    anchors = {
        "baseline": case.baseline_on or enrolled,
        "enrolment": enrolled,
        "randomisation": case.randomised_on,
        "consent": None if enrolled else case.consented_on,
    }
    return expected(activations, anchors, case.made_under, case.ended_on)


@settings(max_examples=80, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(case=cases)
def test_the_database_expects_what_the_domain_expects(owner: Connection[DictRow], case: Case) -> None:
    with owner.transaction(force_rollback=True):
        participant, versions = put_down(owner, case)
        query = 'select * from planned_visits(%s) order by target_on, event collate "C"'
        found = owner.execute(query, [[participant]]).fetchall()
    theirs = by_domain(case)
    assert [row["missed_from"] for row in found] == [one.missed_from for one in theirs]
    names = ("event", "target_on", "opens_on", "closes_on", "next_opens_on")
    ours = [
        Expected(version=versions[str(row["protocol_version_id"])], **{name: row[name] for name in names})
        for row in found
    ]
    assert ours == theirs


@settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    before=drawn.integers(0, 3), after=drawn.integers(0, 3), gap=drawn.none() | drawn.integers(-2, 6),
    today=drawn.integers(-6, 12) | drawn.integers(26, 40), visited=drawn.none() | drawn.integers(-6, 6), skipped=drawn.booleans(),
)  # fmt: skip
def test_the_database_judges_a_day_as_the_domain_does(
    owner: Connection[DictRow],
    before: int,
    after: int,
    gap: int | None,
    today: int,
    visited: int | None,
    *,
    skipped: bool,
) -> None:
    target = date(2024, 2, 28)  # the year's leap day follows
    opens, closes = target - timedelta(days=before), target + timedelta(days=after)
    visit = Expected("week_4", "1", target, opens, closes, None if gap is None else closes + timedelta(days=gap))
    visited_on = None if visited is None else target + timedelta(days=visited)
    asked = [opens, closes, visit.missed_from, visited_on, skipped, target + timedelta(days=today)]
    row = owner.execute("select schedule_status(%s, %s, %s, %s, %s, %s) as status", asked).fetchone()
    assert row == {"status": status_of(visit, target + timedelta(days=today), visited_on, skipped=skipped)}
