"""The derived file of an extract: what the rules make of each visit, joined to the other files by visit number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from registry.api.derived import rules_of_study
from registry.db import visits
from registry.db.transaction import Database, Transaction
from registry.domain import derivation
from registry.domain.deidentification import PROFILES
from registry.domain.derivation import OF_VISIT, GroupOfVisit
from registry.domain.rulebook import RULEBOOK
from registry.domain.rules import Rule
from registry.problems import RuleFailed
from registry.publish.extracts import course_tables
from registry.publish.extracts.derived import FILE
from tests.conftest import Installation, attribution
from tests.publish.cohort import Cohort, planted

Rows = list[dict[str, Any]]
SIGNS = {"height": Decimal(140), "weight": Decimal(32)}


@pytest.fixture(scope="module")
def service(shared_installation: Installation) -> Iterator[Database]:
    database = Database(shared_installation.service_url, size=2)
    database.open()
    yield database
    database.close()


@pytest.fixture(scope="module")
def known(service: Database) -> Cohort:
    """The cohort, whose first complete visit of week 0 has growth and creatinine."""
    cohort = planted(service)
    with service.transaction() as tx:
        tx.attribute(attribution(reason="Measured"))
        visit = next(one for one in of_cohort(tx, cohort) if one["event"] == "week_0" and one["status"] == "complete")
        result = {"analyte": "CREAT", "value": Decimal("0.5"), "unit": "mg/dL"}
        changed = {**visit, "forms": {**visit["forms"], "vital_signs": SIGNS}, "laboratory_results": [result]}
        visits.amend(tx, changed, visit["version"])
        tx.commit()
    return cohort


def of_cohort(tx: Transaction, known: Cohort) -> list[dict[str, Any]]:
    return [visits.read(tx, one) for one in known.visits]


def read(service: Database, known: Cohort, rules: Mapping[str, Rule[Any]] = RULEBOOK) -> Rows:
    with service.transaction() as tx:
        tx.attribute(attribution())
        batches = course_tables.rows(tx, known.participants, None, rules, [FILE.name], PROFILES["internal"])
        return [dict(zip(FILE.names, row, strict=True)) for batch in batches for row in batch[FILE.name]]


@pytest.fixture(scope="module")
def rows(service: Database, known: Cohort) -> Rows:
    return read(service, known)


def of_rule(rows: Rows, rule: str) -> Rows:
    return [row for row in rows if row["rule"] == rule]


def test_a_derived_value_stands_under_the_number_and_day_of_its_visit(
    service: Database, known: Cohort, rows: Rows
) -> None:
    found = of_rule(rows, "egfr")
    with service.transaction() as tx:
        tx.attribute(attribution())
        complete = [one for one in of_cohort(tx, known) if one["status"] == "complete" and not one["entered_in_error"]]
    in_order = sorted(complete, key=lambda visit: (visit["participant_id"], visit["visited_on"]))
    assert [(row["participant"], row["event"]) for row in found] == [
        (visit["participant_id"], visit["event"]) for visit in in_order
    ]
    assert [(row["visit_number"], row["visited_day"]) for row in found[:3]] == [(1, -9), (2, 1), (3, 29)]
    valued = [row for row in found if row["value"]]
    assert [(row["event"], row["value"], row["unit"], row["final"]) for row in valued] == [
        ("week_0", "115.6", "mL/min/{1.73_m2}", 1)
    ]
    assert all(row["missing"] for row in found if not row["value"]), "what was missing is said"


def test_every_row_names_a_rule_of_the_rulebook_with_its_version(rows: Rows) -> None:
    assert {row["rule"] for row in rows} <= RULEBOOK.keys()
    assert all(row["rule_version"] == RULEBOOK[row["rule"]].version for row in rows)
    keys = [tuple(row[name] for name in ("participant", *FILE.keys)) for row in rows]
    assert len(set(keys)) == len(keys), "a row is one participant, visit, rule and subject"


def test_a_studys_own_constants_hold_in_its_extract(service: Database, known: Cohort) -> None:
    own = rules_of_study({"egfr": {"k": Decimal("0.5")}})
    found = [row for row in of_rule(read(service, known, own), "egfr") if row["value"]]
    assert [(row["value"], row["own_constants"]) for row in found] == [("140.0", "k")]


def test_a_value_of_a_scale_with_versions_stands_with_the_maximum_of_its_version(rows: Rows) -> None:
    assert ("cmas", "52") in {(row["rule"], row["maximum"]) for row in rows if row["maximum"]}


def test_a_rule_that_fails_stops_the_extract_and_is_told_by_its_name_alone(
    service: Database, known: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> Iterator[Any]:
        raise ZeroDivisionError("a value of a patient")
        yield

    broken = tuple(GroupOfVisit(failing, one.rules) if "egfr" in one.rules else one for one in OF_VISIT)
    monkeypatch.setattr(derivation, "OF_VISIT", broken)
    with pytest.raises(RuleFailed) as failed:
        read(service, known)
    assert failed.value.__suppress_context__
    assert [error.detail for error in failed.value.errors] == ["The rule body-mass-index, or one of its group, failed."]
