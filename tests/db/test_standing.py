"""Records as they stand: what the views tell of a moment is the same at that moment and at any later one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from registry.db.transaction import Database
from registry.problems import NoSuchRecord
from registry.publish.extracts.columns import FILES
from tests.conftest import Installation
from tests.db.past import WRITES, Past, lines
from tests.publish.cohort import planted

OF_THE_AUDIT = {"written_since", "undone", "missing"}
"""Views of the schema `standing` that are not of a table."""
ALLOCATED = """
    with listed as (
        insert into randomisation_slot (study_id, list_id, stratum, position, arm, salt, site_id, participant_id)
        select study_id, uuidv7(), '-', 1, 'ACTIVE', repeat('0', 32), site_id, id from participant where id = %(id)s
        returning list_id)
    insert into allocation (study_id, protocol_version_id, site_id, participant_id, list_id, number, method, stratum, allocated_at)
    select study_id, uuidv7(), site_id, id, list_id, '123456', 'permuted_blocks', '-', '2025-02-10T00:00:00Z'
    from participant, listed where id = %(id)s"""


@pytest.fixture(scope="module")
def past(shared_installation: Installation) -> Iterator[Past]:
    service = Database(shared_installation.service_url, size=2)
    views = Database(shared_installation.extract_url, size=2)
    service.open()
    views.open()
    yield Past(shared_installation, planted(service, 8), views, service)
    views.close()
    service.close()


@pytest.fixture
def owner(shared_installation: Installation) -> Iterator[Connection]:
    """Whoever owns the tables, past every trigger."""
    with psycopg.connect(shared_installation.admin_url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        yield connection


def test_who_is_allocated_has_an_arm_for_those_alone_who_know_the_treatment(past: Past, owner: Connection) -> None:
    owner.execute(ALLOCATED, {"id": past.cohort.participants[0]})
    (allocation,) = (file for file in FILES if file.name == "allocation")
    told = {}
    for role in ("statistician", "unblinded_statistician", "unblinded_statistician,statistician"):
        with past.reading(past.settled(), role=role) as snapshot:
            told[role] = lines(snapshot, allocation, snapshot.participants())
    given_arm = "0,ACTIVE,1\n"
    assert list(told.values()) == ["", given_arm, ""]


def test_it_is_live_until_something_of_the_study_is_written(past: Past) -> None:
    at = past.settled()
    with past.reading(at) as snapshot:
        assert snapshot.live
    past.must_write("another code of the study")
    with past.reading(at) as snapshot:
        assert not snapshot.live
    with past.reading(past.settled()) as snapshot:
        assert snapshot.live


def test_who_enrols_later_was_not_there(past: Past) -> None:
    at = past.settled()
    past.must_write("somebody enrols", 7)
    with past.reading(at) as before, past.reading(past.settled()) as after:
        (later,) = set(after.participants()) - set(before.participants())
        assert all(later not in lines(before, file, after.participants()) for file in FILES)


def terms(past: Past, at: datetime) -> set[tuple[str | None, ...]]:
    """Give how the events of a moment are coded."""
    columns = ["preferred_term", "system_organ_class", "dictionary", "dictionary_version"]
    with past.reading(at) as snapshot:
        snapshot.want(snapshot.participants())
        return {
            tuple(row[one] for one in columns)
            for row in snapshot.connection.execute(snapshot.query("adverse_event", columns))
        }


def test_a_term_is_that_of_the_dictionary_in_use_at_the_moment(past: Past) -> None:
    first = ("Herpes zoster", "Infections and infestations", "Small", "1")
    moments = [past.settled()]
    for write in ("an event is another term", "a code is taken back", "another version of the dictionary"):
        past.must_write(write)
        moments.append(past.settled())
    before, other, none, later = (terms(past, at) for at in moments)
    assert before == {first}
    assert other == {first, ("Headache", "Nervous system disorders", "Small", "1")}
    assert (None, None, None, None) in none
    assert later == {("Zoster", "Infections", "Small", "E0")}


def test_a_study_that_was_not_there_is_no_such_record(past: Past) -> None:
    with pytest.raises(NoSuchRecord), past.reading(datetime(2020, 1, 1, tzinfo=UTC)):
        pass


def test_an_image_from_before_a_column_has_its_default(past: Past, owner: Connection) -> None:
    at = past.settled()
    past.must_write("a milder event")
    with past.reading(at) as snapshot:
        ids = snapshot.participants()
        (events,) = (file for file in FILES if file.name == "adverse_event")
        whole = lines(snapshot, events, ids)
    owner.execute(
        "update audit.event set before = before - array['special_situations', 'severity_changes', 'confirmations'] "
        "where kind = 'adverse_event' and at > %s",
        [at],
    )
    with past.reading(at) as snapshot:
        assert len(lines(snapshot, events, ids).splitlines()) == len(whole.splitlines())
        query = snapshot.query("adverse_event", ["special_situations_overdose"])
        overdoses = [row["special_situations_overdose"] for row in snapshot.connection.execute(query)]
    assert None not in overdoses
    assert 0 in overdoses


def test_courses_and_day_1_are_the_same_live_and_later(past: Past) -> None:
    at = past.settled()
    live = past.whole(at)
    past.must_write("another country", 1)
    past.must_write("another weight", 1)
    past.must_write("another day of a visit", 3)
    past.must_write("another dose", 1)
    assert past.whole(at) == live
    assert past.whole(past.settled()) != live


def test_every_view_of_a_table_has_its_columns(owner: Connection) -> None:
    columns = """
        select c.relname::text, array_agg(a.attname::text order by a.attname)
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = %s::regnamespace group by c.relname"""
    standing: dict[str, list[str]] = dict(owner.execute(columns, ["standing"]).fetchall())
    tables: dict[str, list[str]] = dict(owner.execute(columns, ["public"]).fetchall())
    for name in standing.keys() - OF_THE_AUDIT:
        assert standing[name] == tables[name], f"call standing.show('{name}') in the migration that changes it"


@settings(
    max_examples=1, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
)
@given(chance=st.integers(0, 2**32).map(Random))
def test_what_is_told_of_a_moment_is_told_of_it_ever_after(past: Past, chance: Random) -> None:
    moments = {}
    for number, name in enumerate(chance.sample(list(WRITES), len(WRITES))):
        if number % 9 == 0:
            at = past.settled()
            moments[at] = past.told(at)
        past.write(name, chance.randrange(100))
    assert len(past.accepted) > 20
    assert len({str(told) for told in moments.values()}) == len(moments)
    assert all(told["ids"] for told in moments.values())
    for at, told in moments.items():
        assert past.told(at) == told
