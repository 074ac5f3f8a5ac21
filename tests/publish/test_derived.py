"""The derived file of an extract: what the rules make of each visit, joined to the other files by visit number."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from registry.db import records, visits
from registry.db.transaction import Database
from registry.domain.rulebook import RULEBOOK
from registry.publish import derived, extracts
from registry.publish.derived import FILE
from registry.publish.extracts import ExtractRefused
from tests.conftest import Installation, attribution
from tests.publish import cohort
from tests.publish.cohort import KEY, STUDY, Cohort, planted, written

Rows = list[dict[str, str]]
SLOW_LINES = 10
"""Each of which takes longer than the server bears an idle transaction."""


@pytest.fixture
def views(installation: Installation) -> Iterator[Database]:
    yield from cohort.views(installation)


@pytest.fixture
def known(service: Database) -> Cohort:
    return planted(service)


@pytest.fixture(scope="module")
def read(shared_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The derived rows of a whole extract of the cohort as it was planted."""
    service, out = Database(shared_installation.service_url, size=2), tmp_path_factory.mktemp("extract") / "out"
    service.open()
    planted(service)
    for views in cohort.views(shared_installation):
        written(views, service, out)
    service.close()
    return table(out, "derived")


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


def test_every_row_names_a_rule_of_the_rulebook_with_its_version(read: Rows) -> None:
    rows = read
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
    manifest = (tmp_path / "out" / "manifest.json").read_text()
    assert json.loads(manifest, parse_float=Decimal)["rule_constants"] == own, "the extract can be made again"


def test_a_value_of_a_scale_with_versions_stands_with_the_maximum_of_its_version(read: Rows) -> None:
    rows = read
    assert list(rows[0]).index("maximum") == list(rows[0]).index("unit") + 1
    maxima = {(row["rule"], row["maximum"]) for row in rows if row["maximum"]}
    assert ("cmas", "52") in maxima


def test_constants_that_a_release_refuses_stop_the_command_with_a_sentence_and_leave_nothing(
    views: Database, service: Database, known: Cohort, tmp_path: Path
) -> None:
    with service.transaction() as tx:
        tx.attribute(attribution(reason="Of an older release"))
        study = records.read(tx, "study", known.study)
        records.amend(tx, "study", known.study, study["version"], {"rule_constants": {"egfr": {"gone": 1}}})
        tx.commit()
    with pytest.raises(ExtractRefused, match=r"amends its rule_constants.*egfr has no constant of this name"):
        extracts.pull(service, views, service, attribution(), STUDY, tmp_path / "out", key=KEY)
    assert not list(tmp_path.iterdir())


def test_a_server_that_ends_idle_transactions_ends_no_extract(
    service: Database, known: Cohort, installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(installation.admin_url, autocommit=True) as owner:
        owner.execute(f"alter database {installation.name} set idle_in_transaction_session_timeout = '20ms'")
        lines, whole = derived.lines, Database(installation.service_url, size=1)

        def slow(*given: Any) -> Iterator[bytes]:
            for number, line in enumerate(lines(*given)):
                if number < SLOW_LINES:
                    owner.execute("select pg_sleep(0.03)")
                yield line

        monkeypatch.setattr(derived, "lines", slow)
        for views in cohort.views(installation):
            assert written(views, whole, tmp_path / "out").files


def test_only_the_sites_asked_for_are_in_it(views: Database, service: Database, known: Cohort, tmp_path: Path) -> None:
    written(views, service, tmp_path / "one", sites=known.sites[0])
    rows = table(tmp_path / "one", "derived")
    assert {row["participant"] for row in rows} == {
        row["participant"] for row in table(tmp_path / "one", "participant")
    }
    assert len({row["participant"] for row in rows}) == 1
