"""The derived file of an extract: what the rules make of each visit, joined to the other files by visit number."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from registry.db import records, visits
from registry.db.transaction import Database
from registry.domain.rulebook import RULEBOOK
from registry.publish.derived import FILE
from tests.conftest import Installation, attribution
from tests.publish import cohort
from tests.publish.cohort import Cohort, planted, written

Rows = list[dict[str, str]]


@pytest.fixture
def views(installation: Installation) -> Iterator[Database]:
    yield from cohort.views(installation)


@pytest.fixture
def known(service: Database) -> Cohort:
    return planted(service)


def table(out: Path, name: str) -> Rows:
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_rule(rows: Rows, rule: str) -> Rows:
    return [row for row in rows if row["rule"] == rule]


def measured(service: Database, known: Cohort, **signs: Any) -> None:
    """Amend the first complete visit of week 0 so that it has growth and creatinine."""
    with service.transaction() as tx:
        tx.attribute(attribution(reason="Measured"))
        found = [visits.read(tx, one) for one in known.visits]
        visit = next(one for one in found if one["event"] == "week_0" and one["status"] == "complete")
        result = {"analyte": "CREAT", "value": Decimal("0.5"), "unit": "mg/dL"}
        changed = {**visit, "forms": {**visit["forms"], "vital_signs": signs}, "laboratory_results": [result]}
        visits.amend(tx, changed, visit["version"])
        tx.commit()


def test_a_derived_value_stands_under_the_number_and_day_of_its_visit(
    views: Database, service: Database, known: Cohort, tmp_path: Path
) -> None:
    measured(service, known, height=Decimal(140), weight=Decimal(32))
    written(views, service, tmp_path / "out")
    rows = of_rule(table(tmp_path / "out", "derived"), "egfr")
    numbered = [(row["participant"], row["visit_number"], row["event"], row["visited_day"]) for row in rows]
    listed = table(tmp_path / "out", "visit")
    assert numbered == [(r["participant"], r["visit_number"], r["event"], r["visited_day"]) for r in listed]
    found = [row for row in rows if row["value"]]
    assert [(row["event"], row["value"], row["unit"], row["final"]) for row in found] == [
        ("week_0", "115.6", "mL/min/{1.73_m2}", "1")
    ]
    assert all(row["missing"] for row in rows if not row["value"]), "what was missing is said"


def test_every_row_names_a_rule_of_the_rulebook_with_its_version(
    views: Database, service: Database, known: Cohort, tmp_path: Path
) -> None:
    written(views, service, tmp_path / "out")
    rows = table(tmp_path / "out", "derived")
    assert {row["rule"] for row in rows} <= RULEBOOK.keys()
    assert all(row["rule_version"] == RULEBOOK[row["rule"]].version for row in rows)
    keys = [tuple(row[name] for name in ("participant", *FILE.keys)) for row in rows]
    assert len(set(keys)) == len(keys), "a row is one participant, visit, rule and subject"


def test_a_studys_own_constants_hold_in_its_extract(
    views: Database, service: Database, known: Cohort, tmp_path: Path
) -> None:
    measured(service, known, height=Decimal(140), weight=Decimal(32))
    with service.transaction() as tx:
        tx.attribute(attribution(reason="Another equation"))
        study = records.read(tx, "study", known.study)
        own = {"egfr": {"k": Decimal("0.5")}}
        records.amend(tx, "study", known.study, study["version"], {"rule_constants": own})
        tx.commit()
    written(views, service, tmp_path / "out")
    found = [row for row in of_rule(table(tmp_path / "out", "derived"), "egfr") if row["value"]]
    assert [(row["value"], row["own_constants"]) for row in found] == [("140.0", "k")]


def test_only_the_sites_asked_for_are_in_it(views: Database, service: Database, known: Cohort, tmp_path: Path) -> None:
    written(views, service, tmp_path / "one", sites=known.sites[0])
    rows = table(tmp_path / "one", "derived")
    assert {row["participant"] for row in rows} == {
        row["participant"] for row in table(tmp_path / "one", "participant")
    }
    assert len({row["participant"] for row in rows}) == 1
