"""Extracts of records that are bare, that change, or that cannot be read: each in a database of its own."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from registry.db import records, visits
from registry.db.transaction import Database
from tests import bodies
from tests.conftest import Installation, attribution
from tests.publish import cohort
from tests.publish.cohort import Cohort, planted, written

LISTS = ("ancestry", "indications", "prior_treatments", "access_barriers")


@pytest.fixture
def views(installation: Installation) -> Iterator[Database]:
    yield from cohort.views(installation)


@pytest.fixture
def known(service: Database) -> Cohort:
    return planted(service)


def table(out: Path, name: str) -> list[dict[str, str]]:
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_not_known_of_a_participant_is_empty(views: Database, service: Database, tmp_path: Path) -> None:
    known = planted(service, participants=0)
    body = {"study_id": known.study, "site_id": known.sites[0], "code": "BARE", "birth_year": 2014, "birth_month": 5}
    with service.transaction() as tx:
        tx.attribute(attribution())
        bare = body | {"sex_at_birth": "unknown"} | {key: [] for key in LISTS} | {"autoantibodies": []}
        participant = records.record(tx, "participant", bare)["id"]
        records.record_of_participant(tx, "consent", bodies.consent(participant))
        tx.commit()
    written(views, service, tmp_path / "out", kinds=("participant",))
    [row] = table(tmp_path / "out", "participant")
    assert row.pop("participant").startswith("P-")
    assert row.pop("site").startswith("S-")
    assert (row.pop("sex_at_birth"), row.pop("country")) == ("unknown", "NZ")
    assert {value for name, value in row.items() if not name.startswith(LISTS)} == {""}
    assert {value for name, value in row.items() if name.startswith(LISTS)} == {"0"}


def test_a_form_that_was_taken_out_of_its_visit_is_not_given(
    views: Database, service: Database, known: Cohort, tmp_path: Path
) -> None:
    with service.transaction() as tx:
        tx.attribute(attribution(reason="A wrong form"))
        image = visits.read(tx, known.visits[1])
        visits.amend(tx, image | {"forms": {"damage": image["forms"]["damage"]}, "laboratory_results": []}, 1)
        tx.commit()
    out = tmp_path / "out"
    written(views, service, out, kinds=("damage", "vital_signs", "skin_disease", "missing_value", "laboratory_result"))
    assert len(table(out, "damage")) == 3
    for name in ("vital_signs", "skin_disease", "missing_value"):
        assert len(table(out, name)) == 2, name
    assert len(table(out, "laboratory_result")) == 4


def test_an_extract_that_fails_on_its_last_file_leaves_nothing(
    views: Database, service: Database, known: Cohort, installation: Installation, tmp_path: Path
) -> None:
    with psycopg.connect(installation.admin_url, autocommit=True) as owner:
        owner.execute("drop view deidentified.drug_causality")
    with pytest.raises(errors.UndefinedTable):
        written(views, service, tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_release_of_a_past_moment_has_the_same_bytes_whatever_became_of_who_is_not_in_it(
    views: Database, service: Database, tmp_path: Path
) -> None:
    known = planted(service, 8)
    outside, *inside = known.participants
    asked: dict[str, Any] = {
        "profile_name": "limited",
        "held_before": frozenset(inside),
        "kinds": ("participant", "visit"),
    }
    asked["as_of"] = settled(service)
    written(views, service, tmp_path / "then", **asked)
    with service.transaction() as tx:
        tx.attribute(attribution(reason="It moved"))
        records.amend(tx, "site", known.sites[0], 1, {"country": "DE", "time_zone": "Europe/Berlin"})
        records.amend(tx, "participant", outside, 1, {"birth_year": 2001, "sex_at_birth": "unknown"})
        tx.commit()
    again = written(views, service, tmp_path / "again", **asked)
    assert (again.live, again.risk["population"]) == (False, 8)
    assert hashes(tmp_path / "again") == hashes(tmp_path / "then")


def hashes(out: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}


def settled(service: Database) -> datetime:
    with service.transaction() as tx:
        return records.settle(tx)
