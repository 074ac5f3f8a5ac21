"""The files that are made of whole courses, in an extract: they agree with the other files, then and now, or there are none."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from registry.db import records
from registry.db.transaction import Database
from registry.problems import StudyConstantsRefused
from registry.publish.extracts import course_tables, wide_participant
from registry.publish.extracts.staging import PLACE
from registry.publish.extracts.visit_numbers import VisitNumbers
from tests.conftest import Installation, attribution
from tests.publish import cohort
from tests.publish.cohort import Cohort, planted, written

COURSE_FILES = tuple(file.name for file in course_tables.COURSE_FILES)
KINDS = ("participant", "visit", *COURSE_FILES)


@dataclass
class Asked:
    """An installation with the cohort, and how to write an extract of it."""

    installation: Installation
    views: Database
    service: Database
    known: Cohort

    def written(self, out: Path, **order: Any) -> Path:
        written(self.views, self.service, out, **{"kinds": KINDS, **order})
        return out

    def amended(self, table: str, record: str, **changes: Any) -> None:
        with self.service.transaction() as tx:
            tx.attribute(attribution(reason="A correction"))
            version = records.read(tx, table, record)["version"]
            records.amend(tx, table, record, version, changes)
            tx.commit()


@pytest.fixture
def asked(installation: Installation, service: Database) -> Iterator[Asked]:
    for views in cohort.views(installation):
        yield Asked(installation, views, service, planted(service, participants=2))


def table(out: Path, name: str) -> list[dict[str, str]]:
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_they_agree_with_the_files_of_the_views_and_are_the_same_of_the_past(asked: Asked, tmp_path: Path) -> None:
    live = asked.written(tmp_path / "live")
    people, wide = table(live, "participant"), table(live, "wide_participant")
    shared = [name for name in wide[0] if name in people[0]]
    assert len(shared) > 40, "age, sex, course and one column a prior treatment"
    assert [{name: row[name] for name in shared} for row in wide] == [
        {name: row[name] for name in shared} for row in people
    ]
    place = ("participant", "visit_number", "event", "visited_day")
    visits = [tuple(row[name] for name in place) for row in table(live, "visit")]
    assert [tuple(row[name] for name in place) for row in table(live, "wide_visit")] == visits
    of_visits = [tuple(row[name] for name in place) for row in table(live, "derived") if row["visit_number"]]
    assert list(dict.fromkeys(of_visits)) == visits

    then = datetime.now(UTC)
    asked.amended("participant", asked.known.participants[0], birth_year=2010, core_set="imacs")
    asked.amended("study", asked.known.study, rule_constants={"egfr": {"k": 1}})
    now, past = asked.written(tmp_path / "now"), asked.written(tmp_path / "past", as_of=then)
    for kind in KINDS:
        of_now, of_past, of_live = ((folder / f"{kind}.csv").read_bytes() for folder in (now, past, live))
        assert of_past == of_live
        assert (of_now == of_live) == (kind in {"visit", "wide_visit"}), "the cohort has no core set measure twice"


def test_constants_that_a_release_refuses_leave_nothing(asked: Asked, tmp_path: Path) -> None:
    asked.amended("study", asked.known.study, rule_constants={"egfr": {"gone": 1}})
    with pytest.raises(StudyConstantsRefused) as refused:
        asked.written(tmp_path / "out")
    assert "egfr has no constant of this name" in refused.value.errors[0].detail
    assert not list(tmp_path.glob("*out*"))


def test_a_server_that_ends_idle_transactions_ends_no_extract(
    asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, whole = course_tables.rows, Database(asked.installation.service_url, size=2)
    with psycopg.connect(asked.installation.admin_url, autocommit=True) as owner:
        name = asked.installation.name
        owner.execute(f"alter database {name} set idle_in_transaction_session_timeout = '20ms'")

        def slow(*given: Any) -> Iterator[Any]:
            for batch in rows(*given):
                owner.execute("select pg_sleep(0.1)")
                yield batch

        monkeypatch.setattr(course_tables, "rows", slow)
        whole.open()
        for views in cohort.views(asked.installation):
            assert Asked(asked.installation, views, whole, asked.known).written(tmp_path / "out").is_dir()
        whole.close()


def test_what_a_participants_row_tells_of_a_visit_that_stays_is_blank() -> None:
    visits = SimpleNamespace(batches=lambda: [pa.record_batch({PLACE: [0, 1], "event": ["week_0", "week_0"]})])
    kept = [frozenset({"week_0", "week_12"}), frozenset({"week_12", "week_24"})]
    told = pa.record_batch(
        {
            PLACE: [0, 1],
            "baseline_event": ["week_0", "week_0"],
            "baseline_cmas": ["30", "31"],
            "week_24_event": ["unscheduled", "week_24"],
            "week_24_printo_improvement": ["printo_20", "printo_50"],
            "minimal_response_event": ["week_24", "week_12"],
            "minimal_response_censored": [0, 0],
            "major_response_event": pa.array([None, None], pa.string()),
            "major_response_censored": [1, 1],
            "steroid_free_percent": [50, 60],
        }
    )
    assert VisitNumbers(visits, kept).leaving(wide_participant.FILE, told).to_pylist() == [
        {
            PLACE: 0,
            "baseline_event": "week_0",
            "baseline_cmas": "30",
            "week_24_event": None,
            "week_24_printo_improvement": None,
            "minimal_response_event": None,
            "minimal_response_censored": None,
            "major_response_event": None,
            "major_response_censored": 1,
            "steroid_free_percent": 50,
        },
        {
            PLACE: 1,
            "baseline_event": None,
            "baseline_cmas": None,
            "week_24_event": "week_24",
            "week_24_printo_improvement": "printo_50",
            "minimal_response_event": "week_12",
            "minimal_response_censored": 0,
            "major_response_event": None,
            "major_response_censored": 1,
            "steroid_free_percent": 60,
        },
    ]
