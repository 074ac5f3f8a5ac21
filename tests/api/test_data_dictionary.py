"""The data dictionary: everything that is declared stands in it, in JSON, CSV and one page, and since which version."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from registry.domain.analytes import CATALOGUE
from registry.domain.deidentification import PROFILES, Action
from registry.domain.rulebook import RULEBOOK
from registry.publish.data_dictionary import since
from registry.publish.extracts.released import columns_of, files_of
from registry.schemas.participants import Participant
from registry.schemas.visits import FORMS
from tests.conftest import World

PATH = "/v1/dictionary"
SINCE = Path(since.__file__).with_name("since.csv")
Told = dict[tuple[str, str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def told(shared_world: World) -> Told:
    """What the dictionary tells, by part, record and field."""
    entries = shared_world.partner.get(PATH).json
    found = {(entry["part"], entry["record"], entry["field"]): entry for entry in entries}
    assert len(found) == len(entries)
    return found


def test_every_form_record_analyte_and_rule_is_told(told: Told) -> None:
    assert {("record", "participant", name) for name in Participant().fields if name != "derived"} <= told.keys()
    for name, form in FORMS.items():
        assert {("form", name, field) for field in form().fields if field != "missing"} <= told.keys()
    assert {field for part, _, field in told if part == "analyte"} == CATALOGUE.keys()
    assert {field for part, _, field in told if part == "rule"} == RULEBOOK.keys()


def test_a_field_is_told_with_meaning_unit_limits_source_names_and_action(told: Told) -> None:
    height = told["form", "vital_signs", "height"]
    assert (height["words"], height["unit"], height["minimum"], height["maximum"]) == ("Height", "cm", 30, 230)
    assert (height["sdtm"], height["loinc"], height["decimals"]) == ("VS.HEIGHT", "8302-2", 1)
    assert (height["deidentify"], height["profiles"]) == (Action.NUMBER, [])
    cmas = told["form", "muscle_strength", "cmas_total"]
    assert (cmas["source"], cmas["higher"]) == (RULEBOOK["cmas"].source, "better")
    assert told["rule", "rules", "cmas"]["definition_version"] == RULEBOOK["cmas"].version
    assert told["analyte", "muscle_enzyme", "CK"]["unit"] == "U/L"
    assert all(entry["words"] and entry["type"] and entry["since"] for entry in told.values())


def test_every_column_is_told_with_its_action_and_the_profiles_by_which_it_leaves(told: Told) -> None:
    for name, profile in PROFILES.items():
        files = files_of(profile, unblinded=True)
        leaving = {(file.name, column.name) for file in files for column in columns_of(file, profile)}
        assert leaving == {key[1:] for key, entry in told.items() if name in entry["profiles"]}
    columns = [entry for (part, _, _), entry in told.items() if part == "extract"]
    assert all(entry["deidentify"] and entry["profiles"] for entry in columns)
    assert told["extract", "visit", "visited_day"]["profiles"] == ["limited", "blinded_review", "internal"]
    assert told["extract", "dose", "started_quarter"]["profiles"] == ["safe_harbor"]


def test_what_never_leaves_says_so(told: Told) -> None:
    birth, narrative = told["record", "participant", "birth_month"], told["record", "adverse_event", "narrative"]
    assert (narrative["deidentify"], bool(narrative["removed_because"])) == (Action.REMOVE, True)
    assert birth["deidentify"] in (Action.AGE, Action.REMOVE)


def test_the_client_that_holds_it_gets_nothing_again(shared_world: World) -> None:
    first = shared_world.partner.get(PATH)
    assert (first.status_code, first.headers["Cache-Control"], first.mimetype) == (200, "no-cache", "application/json")
    again = shared_world.partner.get(PATH, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_csv_has_the_same_entries(shared_world: World, told: Told) -> None:
    answer = shared_world.partner.get(PATH, Accept="text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert (answer.mimetype, answer.headers["Vary"]) == ("text/csv", "Accept")
    assert [(row["part"], row["record"], row["field"]) for row in rows] == list(told)
    assert {row["field"]: row for row in rows if row["record"] == "vital_signs"}["height_position"]["codes"] == (
        "standing = Standing height | lying = Length, lying"
    )
    assert answer.data == shared_world.app.test_client().get("/dictionary.csv").data


def test_the_page_has_the_same_entries_and_needs_nothing_else(shared_world: World, told: Told) -> None:
    answer = shared_world.app.test_client().get("/dictionary")
    ids = re.findall(r'\bid="([^"]+)"', answer.text)
    assert answer.mimetype == "text/html"
    assert {"-".join(key) for key in told} <= set(ids)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', answer.text)) <= set(ids)
    assert not re.search(r"<script|<img|(src|href)=\"(https?:)?//", answer.text)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.data == shared_world.partner.get(PATH, Accept="text/html,*/*;q=0.8").data


@pytest.mark.parametrize("accept", ["*/*", "application/json", "image/png", "nonsense"])
def test_what_asks_for_nothing_else_gets_json(shared_world: World, accept: str) -> None:
    assert shared_world.partner.get(PATH, Accept=accept).mimetype == "application/json"


def test_nobody_reads_it_over_the_api_without_a_token(shared_world: World) -> None:
    assert shared_world.app.test_client().get(PATH).status_code == 401


def test_every_entry_has_the_version_that_had_it_first() -> None:
    assert since.is_current(SINCE), "run 'make openapi'"


def test_an_entry_keeps_its_version_a_new_one_gets_this_and_one_that_is_gone_goes(tmp_path: Path, told: Told) -> None:
    file = tmp_path / "since.csv"
    rows = SINCE.read_text().splitlines()
    file.write_text("\n".join([rows[0], "form,vital_signs,height,0.0.1", "form,vital_signs,gone,0.0.1"]) + "\n")
    assert not since.is_current(file)
    since.write(file)
    assert since.is_current(file)
    written = file.read_text().splitlines()
    assert "form,vital_signs,height,0.0.1" in written
    assert len(written) == len(told) + 1
    assert set(written) - set(rows) == {"form,vital_signs,height,0.0.1"}
