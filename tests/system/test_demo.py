"""The demo cohort goes into a real database as the API would put it there, and its tokens open the registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from registry.db import accounts
from registry.db.transaction import Database
from registry.demo.attributing import attribution
from registry.demo.loading import KINDS, WITHDRAWAL, DemoLoaded, Loaded, load
from registry.demo.tokens import tokens
from registry.permissions import Role
from tests.conftest import Installation

PARTICIPANTS = 30


@dataclass(frozen=True)
class Demo:
    database: Database
    loaded: Loaded

    def count(self, query: str) -> int:
        with self.database.transaction() as tx:
            tx.attribute(attribution())
            row = tx.one(query)  # type: ignore[arg-type]
            assert row is not None
            return int(row["count"])


@pytest.fixture(scope="module")
def demo(shared_installation: Installation) -> Iterator[Demo]:
    database = Database(shared_installation.service_url, size=2)
    database.open()
    yield Demo(database, load(database, participants=PARTICIPANTS, batch=12))
    database.close()


@pytest.mark.parametrize("kind", ["study", "site", "participant", *KINDS, "visit", "laboratory_result"])
def test_what_was_loaded_is_there(demo: Demo, kind: str) -> None:
    assert demo.count(f"select count(*) from {kind}") == demo.loaded.counts[kind]


@pytest.mark.parametrize("kind", ["participant", *KINDS, "visit"])
def test_every_record_has_its_event_by_the_demo(demo: Demo, kind: str) -> None:
    by_demo = "select count(*) from audit.event where actor = 'Demo cohort' and action = 'record'"
    assert demo.count(f"{by_demo} and kind = '{kind}'") == demo.loaded.counts[kind]


def test_a_withdrawal_is_a_change_with_its_reason(demo: Demo) -> None:
    changes = "select count(*) from audit.event where kind = 'consent' and action = 'amend'"
    assert demo.count(f"{changes} and reason = '{WITHDRAWAL}'") == demo.loaded.counts["consent_withdrawn"]


def test_every_dose_was_judged_and_what_asked_is_confirmed(demo: Demo) -> None:
    confirmed = 'confirmations @> \'[{"rule": "dose_outside_published_range"}]\''
    assert demo.count("select count(*) from dose where intakes_per_day = 3") > 0
    assert demo.count(f"select count(*) from dose where (intakes_per_day = 3) <> ({confirmed})") == 0


def test_what_was_confirmed_is_queried_and_answered(demo: Demo) -> None:
    queries = "select count(*) from data_query where origin = 'soft_check' and status = 'answered'"
    assert (
        demo.count(queries) == demo.count("select count(*) from data_query_message") == demo.loaded.counts["data_query"]
    )
    for kind in ("dose", "visit"):
        confirmed = f"select coalesce(sum(jsonb_array_length(confirmations)), 0) as count from {kind}"
        assert demo.count(f"{queries} and record_kind = '{kind}'") >= demo.count(confirmed)


def test_the_demo_is_loaded_once(demo: Demo) -> None:
    with pytest.raises(DemoLoaded):
        load(demo.database, participants=1)


def test_each_role_has_a_token_at_its_sites(demo: Demo) -> None:
    made = tokens(demo.database)
    with demo.database.transaction() as tx:
        actors = {name: accounts.by_token(tx, token) for name, token in made.items()}
        sites = [row["id"] for row in tx.every("select id::text from site order by id limit 2")]
    grants = {name: actor.grants for name, actor in actors.items() if actor is not None}
    assert grants.keys() == {role.value for role in Role} | {"coordinator_other_site"}
    assert grants["coordinator"] == (("coordinator", sites[0]),)
    assert grants["coordinator_other_site"] == (("coordinator", sites[1]),)
    assert grants["statistician"] == (("statistician", None),)


@pytest.mark.parametrize("protocol", ["single_arm", "randomised"])
def test_a_trial_is_under_way_on_the_day_of_loading(installation: Installation, protocol: str) -> None:
    database = Database(installation.service_url, size=2)
    database.open()
    trial = Demo(database, load(database, participants=9, sites=2, protocol=protocol))
    every = "select count(*) from enrolment"
    assert trial.count(f"{every} where status in ('on_treatment', 'completed')") > 0
    assert trial.count(f"{every} where status = 'on_treatment' and protocol_version_id is null") == 0
    assert trial.count("select count(*) from visit where visited_on >= current_date") == 0
    assert trial.count("select count(*) from expected_visit where target_on > current_date") > 0
    allocated = trial.count("select count(*) from allocation")
    assert (allocated > 0) is (protocol == "randomised")
    assert trial.count("select count(*) from dose") == trial.loaded.counts["dose"]
    assert (trial.loaded.counts["dose"] == 0) is (protocol == "randomised")
    assert trial.count("select count(*) from study_product_dose") == 0, "an administrator is blinded"
    assert trial.count("select count(*) from study_product_intake") == allocated
    suspected = 'select count(*) from adverse_event where causality @> \'[{"drug": "study_product"}]\''
    assert (trial.count(suspected) > 0) is (protocol == "randomised")
    database.close()


def test_every_child_of_the_cohort_is_assessed_and_enrolled_from_its_first_day(demo: Demo) -> None:
    assert demo.count("select count(*) from eligibility_assessment where counts_as_eligible") == PARTICIPANTS
    states = "select count(*) from enrolment where status in ('screening', 'screen_failure')"
    assert demo.count(states) == 0
    late = "select count(*) from visit v join enrolment e using (participant_id) where e.enrolled_on > v.visited_on"
    assert demo.count(late) == 0


def test_each_submission_of_the_cohort_stopped_a_clock_and_the_newest_event_still_awaits_its_own(demo: Demo) -> None:
    clocks = "select count(*) from reporting_clock where status"
    assert demo.count(f"{clocks} = 'submitted'") == demo.loaded.counts["safety_submission"]
    assert demo.count(f"{clocks} = 'running'") > 0


def test_a_serious_event_was_followed_up_and_assessed_by_the_sponsor(demo: Demo) -> None:
    followed = (
        "select count(*) from adverse_event where serious and version = 2 and jsonb_array_length(severity_changes) = 2"
    )
    assert demo.count(followed) == demo.loaded.counts["sponsor_assessment"] > 0
    unexpected = """
        select count(*) from sponsor_assessment where drugs @> '[{"causality": "reasonable_possibility",
                                                                 "expectedness": "unexpected"}]'"""
    assert demo.count(unexpected) > 0, "a suspected unexpected serious adverse reaction"
