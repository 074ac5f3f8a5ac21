"""De-identified extracts as a statistician receives them: nothing that identifies, everything that was measured."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from registry.db import records, visits
from registry.db.transaction import Database
from registry.publish import codebook, derived, extracts
from registry.publish.columns import FILES
from registry.publish.extracts import ExtractRefused
from registry.publish.pseudonyms import pseudonym, pseudonyms
from tests import bodies
from tests.conftest import Installation, attribution
from tests.publish import cohort
from tests.publish.cohort import KEY, STUDY, Cohort, planted, written

EVERY = (*FILES, derived.FILE)
LISTS = ("ancestry", "indications", "prior_treatments", "access_barriers")
FULL_DATE = re.compile(rb"(19|20)\d\d-?[01]\d-?[0-3]\d")


@pytest.fixture
def views(installation: Installation) -> Iterator[Database]:
    yield from cohort.views(installation)


@pytest.fixture
def known(service: Database) -> Cohort:
    return planted(service)


@dataclass(frozen=True)
class Read:
    """A cohort that the tests of this file share, of which none changes it, and a whole extract of it."""

    cohort: Cohort
    service: Database
    views: Database
    out: Path
    manifest: extracts.Manifest


@pytest.fixture(scope="module")
def read(shared_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    service, out = Database(shared_installation.service_url, size=2), tmp_path_factory.mktemp("extract") / "out"
    service.open()
    known = planted(service)
    for views in cohort.views(shared_installation):
        yield Read(known, service, views, out, written(views, service, out))
    service.close()


def table(out: Path, name: str) -> list[dict[str, str]]:
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def headers(out: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8").partition("\n")[0] for path in out.glob("*.csv")}


def test_nothing_that_identifies_is_in_any_byte(read: Read) -> None:
    known = read.cohort
    ids = [known.study, *known.sites, *known.participants, *known.visits]
    for path in read.out.iterdir():
        content = path.read_bytes().replace(STUDY.encode(), b"")
        assert b"canary" not in content.lower(), path.name
        assert not any(one.encode() in content or one.replace("-", "").encode() in content for one in ids), path.name
        if path.name != "manifest.json":
            assert not FULL_DATE.search(content), path.name


def test_what_was_recorded_comes_out(read: Read) -> None:
    out = read.out
    assert [(row["visit_number"], row["event"], row["visited_day"]) for row in table(out, "visit")[:3]] == [
        ("1", "unscheduled", "-9"),
        ("2", "week_0", "1"),
        ("3", "week_4", "29"),
    ]
    assert len(table(out, "visit")) == 9, "three complete visits of three participants; no draft, no error"
    result, missing = table(out, "laboratory_result")[:2]
    assert (result["analyte"], result["value"], result["comparator"], result["unit"]) == ("CK", "812", ">", "U/L")
    assert (result["collected_day"], result["standard_unit"]) == ("2", "U/L")
    assert (result["reference_mean"], result["reference_sd"]) == ("90", "35.5")
    assert (missing["analyte"], missing["missing_reason"], missing["unit"]) == ("LDH", "not_done", "")
    reason = table(out, "missing_value")[0]
    assert (reason["form"], reason["field"], reason["reason"]) == ("functioning", "chaq_index", "refused")
    dose = table(out, "dose")[0]
    assert (dose["started_day"], dose["ended_day"], dose["mg_per_kg_per_day"]) == ("1", "11", "0.160000")
    medication = table(out, "concomitant_medication")[0]
    assert (medication["started_day"], medication["started_precision"], medication["ended_day"]) == ("", "month", "-1")
    assert medication["reason_for_end"] == "inefficacy"
    assert [row["kind"] + row["given_day"] for row in table(out, "consent")] == ["consent-31"] * 3
    event, *rest = table(out, "adverse_event")
    assert len(rest) == 2
    assert (event["grade"], event["started_day"], event["seriousness_criteria_hospitalisation"]) == ("3", "3", "1")
    assert (event["special_situations_overdose"], event["special_situations_pregnancy"]) == ("1", "0")
    suspects = [(row["drug"], row["dechallenge"]) for row in table(out, "drug_causality")[:2]]
    assert suspects == [("abatacept", ""), ("baricitinib", "positive")]
    worse = [(row["grade"], row["changed_day"], row["changed_precision"]) for row in table(out, "severity_change")[:2]]
    assert worse == [("2", "", "month"), ("3", "5", "day")]


def test_a_participant_is_described_by_ages_and_constant_columns(read: Read) -> None:
    row = table(read.out, "participant")[0]
    assert (row["age_at_first_visit"], row["age_at_onset"], row["age_at_diagnosis"]) == ("10", "5", "5")
    assert (row["symptom_onset_precision"], row["diagnosed_precision"]) == ("year", "day")
    assert (row["autoantibody_nxp2"], row["autoantibody_mda5"], row["autoantibody_ku"]) == ("positive", "negative", "")
    assert (row["prior_treatments_ivig"], row["prior_treatments_rituximab"], row["ancestry_pacific"]) == ("1", "0", "1")
    assert (row["core_set"], row["strength_measure"], row["diagnostic_heliotrope_rash"]) == ("printo", "cmas", "1")


def test_what_is_not_known_of_a_participant_is_empty(views: Database, service: Database, tmp_path: Path) -> None:
    known = planted(service, participants=0)
    body = {"study_id": known.study, "site_id": known.sites[0], "code": "BARE", "birth_year": 2014, "birth_month": 5}
    with service.transaction() as tx:
        tx.attribute(attribution())
        bare = body | {"sex_at_birth": "unknown"} | {key: [] for key in LISTS} | {"autoantibodies": []}
        participant = records.record(tx, "participant", bare)["id"]
        records.record_of_participant(tx, "consent", bodies.consent(participant))
        tx.commit()
    written(views, service, tmp_path / "out")
    [row] = table(tmp_path / "out", "participant")
    assert row.pop("participant").startswith("P-")
    assert row.pop("sex_at_birth") == "unknown"
    assert {value for name, value in row.items() if not name.startswith(LISTS)} == {""}
    assert {value for name, value in row.items() if name.startswith(LISTS)} == {"0"}


def test_every_column_of_a_filled_form_has_a_value(read: Read) -> None:
    out = read.out
    for form in ("vital_signs", "disease_activity", "muscle_strength", "skin_disease", "organ_involvement", "damage"):
        assert len(table(out, form)) == 3
        assert all(table(out, form)[0].values()), form


def test_the_columns_never_depend_on_the_data(views: Database, service: Database, tmp_path: Path) -> None:
    planted(service, participants=0)
    written(views, service, tmp_path / "empty")
    assert all(not table(tmp_path / "empty", file.name) for file in FILES)
    assert headers(tmp_path / "empty") == {
        f"{file.name}.csv": ",".join(file.names) for file in (*FILES, derived.FILE)
    } | {"codebook.csv": ",".join(codebook.HEADINGS)}


def test_a_full_extract_has_the_same_columns_as_its_codebook(read: Read) -> None:
    out = read.out
    told = [(row["file"], row["column"]) for row in table(out, "codebook")]
    given = headers(out)
    assert told == [(f"{file.name}.csv", name) for file in EVERY for name in given[f"{file.name}.csv"].split(",")]
    assert all(row["words"] and row["type"] for row in table(out, "codebook"))
    values = {(row["file"], row["column"]): row["codes"] for row in table(out, "codebook")}
    for file in EVERY:
        for row in table(out, file.name):
            for column, value in row.items():
                codes = values[f"{file.name}.csv", column]
                assert not codes or not value or f"{value} = " in codes, (file.name, column)


def test_lines_end_with_lf_and_the_text_is_utf8(read: Read) -> None:
    for path in read.out.glob("*.csv"):
        content = path.read_bytes()
        assert content.decode("utf-8").endswith("\n")
        assert b"\r" not in content


def test_pseudonyms_stay_with_the_key_and_change_with_another(read: Read, tmp_path: Path) -> None:
    known = read.cohort
    written(read.views, read.service, tmp_path, key=KEY[::-1])
    first, other = ([row["participant"] for row in table(out, "participant")] for out in (read.out, tmp_path))
    assert first == sorted(pseudonym(KEY, STUDY, one) for one in known.participants)
    assert not set(first) & set(other)
    assert all(re.fullmatch(r"P-[A-Z2-7]{16}", one) for one in first)
    assert pseudonym(KEY, "OTHER", known.participants[0]) not in first, "two studies cannot be joined"


def test_every_file_names_only_participants_of_the_first_file(read: Read) -> None:
    out = read.out
    enrolled = [row["participant"] for row in table(out, "participant")]
    for file in EVERY:
        order = [row["participant"] for row in table(out, file.name)]
        assert set(order) <= set(enrolled)
        assert order == sorted(order), "rows tell nothing of who came first"
        keys = [tuple(row[key] for key in ("participant", *file.keys)) for row in table(out, file.name)]
        assert len(set(keys)) == len(keys), file.name


def test_the_same_records_give_the_same_bytes(read: Read, tmp_path: Path) -> None:
    first, second = read.manifest, written(read.views, read.service, tmp_path / "second")
    assert first.files == second.files
    for file in first.files:
        content = (read.out / file.name).read_bytes()
        assert content == (tmp_path / "second" / file.name).read_bytes()
        assert (file.sha256, file.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
        assert file.rows == content.count(b"\n") - 1


def test_the_manifest_tells_what_was_written_and_by_which_rules(read: Read) -> None:
    manifest = read.manifest
    told = json.loads((read.out / "manifest.json").read_text())
    assert (told["study"], told["profile"]["name"], told["every_site"]) == (STUDY, "study_days", True)
    assert told["cut_at"] == manifest.cut_at.isoformat()
    assert told["software"].startswith("jdm-jaki-registry ")
    assert {file["name"]: file["rows"] for file in told["files"]}["participant.csv"] == 3
    assert {file["name"] for file in told["files"]} | {"manifest.json"} == {p.name for p in read.out.iterdir()}


def test_another_sites_participants_are_not_in_an_extract_of_one_site(read: Read, tmp_path: Path) -> None:
    known = read.cohort
    written(read.views, read.service, tmp_path / "one", sites=known.sites[0])
    written(read.views, read.service, tmp_path / "none", sites=known.study)
    mine = pseudonym(KEY, STUDY, known.participants[0])
    for file in EVERY:
        assert {row["participant"] for row in table(tmp_path / "one", file.name)} == {mine}, file.name
        assert not table(tmp_path / "none", file.name)


def test_a_form_that_was_taken_out_of_its_visit_is_not_given(
    views: Database, service: Database, known: Cohort, tmp_path: Path
) -> None:
    with service.transaction() as tx:
        tx.attribute(attribution(reason="A wrong form"))
        image = visits.read(tx, known.visits[1])
        visits.amend(tx, image | {"forms": {"damage": image["forms"]["damage"]}, "laboratory_results": []}, 1)
        tx.commit()
    out = tmp_path / "out"
    written(views, service, out)
    assert len(table(out, "damage")) == 3
    for name in ("vital_signs", "skin_disease", "missing_value"):
        assert len(table(out, name)) == 2, name
    assert len(table(out, "laboratory_result")) == 4


def test_a_folder_that_is_not_empty_is_refused(read: Read, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ExtractRefused, match="not an empty folder"):
        written(read.views, read.service, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_filled(read: Read, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    written(read.views, read.service, tmp_path / "out")
    assert len(list((tmp_path / "out").iterdir())) == len(EVERY) + 2


def test_an_unknown_study_is_refused_and_leaves_nothing(read: Read, tmp_path: Path) -> None:
    with pytest.raises(ExtractRefused, match="no study NOWHERE"):
        extracts.write(read.views, read.service, "NOWHERE", attribution(), tmp_path / "out", key=KEY)
    assert not list(tmp_path.iterdir())


def test_an_extract_that_fails_on_its_last_file_leaves_nothing(
    views: Database, service: Database, known: Cohort, installation: Installation, tmp_path: Path
) -> None:
    with psycopg.connect(installation.admin_url, autocommit=True) as owner:
        owner.execute("drop view deidentified.drug_causality")
    with pytest.raises(errors.UndefinedTable):
        written(views, service, tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_pull_by_a_command_is_in_the_audit_before_and_after(
    views: Database, service: Database, known: Cohort, tmp_path: Path
) -> None:
    extracts.pull(service, views, service, attribution(actor="registry extract"), STUDY, tmp_path / "out", key=KEY)
    with service.transaction() as tx:
        tx.attribute(attribution())
        events = tx.every("select actor, action, after from audit.event where kind = 'extract_by_command' order by id")
    assert [event["actor"] for event in events] == ["registry extract"] * 2
    assert events[0]["after"] == {"study": STUDY, "uses": ["registry"]}
    assert len(events[1]["after"]["files"]) == len(EVERY) + 1


def test_a_key_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        pseudonyms(b"short", STUDY, [])
