"""De-identified extracts as a statistician receives them: nothing that identifies, everything that was measured."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.db.transaction import Database
from registry.domain.deidentification import PROFILES
from registry.problems import NobodyAgrees, NoSuchRecord, RiskAboveThreshold
from registry.publish.extracts.manifest import Written
from registry.publish.extracts.released import files_of
from registry.publish.extracts.writing import Cancelled, ExtractRefused
from registry.publish.pseudonyms import pseudonym, pseudonyms
from tests.conftest import Installation
from tests.publish import cohort
from tests.publish.cohort import KEY, STUDY, Cohort, planted, written

EVERY = files_of(PROFILES["internal"])
FULL_DATE = re.compile(rb"(19|20)\d\d-?[01]\d-?[0-3]\d")


@dataclass(frozen=True)
class Read:
    """A cohort that the tests of this file share, of which none changes it, and a whole extract of it."""

    cohort: Cohort
    service: Database
    views: Database
    out: Path
    written: Written
    as_of: datetime


@pytest.fixture(scope="module")
def read(shared_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    service, out = Database(shared_installation.service_url, size=2), tmp_path_factory.mktemp("extract") / "out"
    service.open()
    known = planted(service)
    for views in cohort.views(shared_installation):
        as_of = datetime.now(UTC)
        made = written(views, service, out, as_of=as_of, formats=("csv", "parquet"))
        yield Read(known, service, views, out, made, as_of)
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
        content = path.read_bytes().replace(STUDY.encode(), b"").replace(read.as_of.isoformat().encode(), b"")
        assert b"canary" not in content.lower(), path.name
        assert not any(one.encode() in content or one.replace("-", "").encode() in content for one in ids), path.name
        if path.suffix != ".zip":
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
    assert (medication["started_middle_day"], medication["ended_middle_day"]) == ("-25", "-1")
    assert medication["reason_for_end"] == "inefficacy"
    assert [row["kind"] + row["given_day"] for row in table(out, "consent")] == ["consent-31"] * 3
    event, *rest = table(out, "adverse_event")
    assert len(rest) == 2
    assert (event["grade"], event["started_day"], event["seriousness_criteria_hospitalisation"]) == ("3", "3", "1")
    assert (event["special_situations_overdose"], event["special_situations_pregnancy"]) == ("1", "0")
    assert (event["preferred_term"], event["system_organ_class"]) == ("Herpes zoster", "Infections and infestations")
    assert (event["dictionary"], event["dictionary_version"]) == ("Small", "1")
    suspects = [(row["drug_causality_number"], row["drug"]) for row in table(out, "drug_causality")[:2]]
    assert suspects == [("1", "baricitinib"), ("2", "abatacept")], "in the order recorded"
    assert [row["dechallenge"] for row in table(out, "drug_causality")[:2]] == ["positive", ""]
    worse = [(row["grade"], row["changed_day"], row["changed_precision"]) for row in table(out, "severity_change")[:2]]
    assert worse == [("2", "", "month"), ("3", "5", "day")]


def test_a_participant_is_described_by_ages_and_constant_columns(read: Read) -> None:
    row = table(read.out, "participant")[0]
    assert (row["age_at_first_visit"], row["age_at_onset"], row["age_at_diagnosis"]) == ("10", "5", "5")
    assert (row["symptom_onset_precision"], row["diagnosed_precision"]) == ("year", "day")
    assert (row["autoantibody_nxp2"], row["autoantibody_mda5"], row["autoantibody_ku"]) == ("positive", "negative", "")
    assert (row["prior_treatments_ivig"], row["prior_treatments_rituximab"], row["ancestry_pacific"]) == ("1", "0", "1")
    assert (row["core_set"], row["strength_measure"], row["diagnostic_heliotrope_rash"]) == ("printo", "cmas", "1")


def test_every_column_of_a_filled_form_has_a_value(read: Read) -> None:
    out = read.out
    for form in ("vital_signs", "disease_activity", "muscle_strength", "skin_disease", "organ_involvement", "damage"):
        assert len(table(out, form)) == 3
        assert all(table(out, form)[0].values()), form


def test_a_full_extract_has_the_same_columns_as_its_codebook(read: Read) -> None:
    out = read.out
    told = [(row["file"], row["column"]) for row in table(out, "codebook")]
    given = headers(out)
    assert told == [(file.name, name) for file in EVERY for name in given[f"{file.name}.csv"].split(",")]
    assert all(row["words"] and row["type"] for row in table(out, "codebook"))
    values = {(row["file"], row["column"]): row["codes"] for row in table(out, "codebook")}
    for file in EVERY:
        for row in table(out, file.name):
            for column, value in row.items():
                codes = values[file.name, column]
                assert not codes or not value or f"{value} = " in codes, (file.name, column)


def test_lines_end_with_lf_and_the_text_is_utf8(read: Read) -> None:
    for path in read.out.glob("*.csv"):
        content = path.read_bytes()
        assert content.decode("utf-8").endswith("\n")
        assert b"\r" not in content


def test_pseudonyms_stay_with_the_key_and_change_with_another(read: Read, tmp_path: Path) -> None:
    known = read.cohort
    written(read.views, read.service, tmp_path, key=KEY[::-1], kinds=("participant",))
    first, other = ([row["participant"] for row in table(out, "participant")] for out in (read.out, tmp_path))
    assert first == sorted(pseudonym(KEY, known.study, "internal Statisticians", one) for one in known.participants)
    assert not set(first) & set(other)
    assert all(re.fullmatch(r"P-[A-Z2-7]{16}", one) for one in first)
    assert pseudonym(KEY, known.study, "internal Somebody else", known.participants[0]) not in first, (
        "recipients cannot join"
    )
    assert pseudonym(KEY, known.study, "limited Statisticians", known.participants[0]) not in first, "nor can profiles"
    assert pseudonym(KEY, known.sites[0], "internal Statisticians", known.participants[0]) not in first, (
        "nor can studies be joined"
    )
    assert pseudonym(KEY, known.study, "internal STATISTICIANS", known.participants[0]) in first, (
        "a recipient is written as one likes"
    )


def test_every_file_names_only_participants_of_the_first_file(read: Read) -> None:
    out = read.out
    enrolled = [row["participant"] for row in table(out, "participant")]
    for file in EVERY:
        order = [row["participant"] for row in table(out, file.name)]
        assert set(order) <= set(enrolled)
        assert order == sorted(order), "rows tell nothing of who came first"
        keys = [tuple(row[key] for key in ("participant", *file.keys)) for row in table(out, file.name)]
        assert len(set(keys)) == len(keys), file.name


def test_the_same_inputs_give_the_same_bytes(read: Read, tmp_path: Path) -> None:
    first, order = read.written, {"as_of": read.as_of, "formats": ("csv", "parquet")}
    second = written(read.views, read.service, tmp_path / "second", **order)
    assert first.files == second.files
    for file in first.files:
        content = (read.out / file.name).read_bytes()
        assert content == (tmp_path / "second" / file.name).read_bytes(), file.name
        assert (file.sha256, file.bytes) == (hashlib.sha256(content).hexdigest(), len(content))
        if file.rows is not None and file.name.endswith(".csv"):
            assert file.rows == content.count(b"\n") - 1 == first.rows[file.name.removesuffix(".csv")]


def test_the_manifest_tells_what_was_written_and_by_which_rules(read: Read) -> None:
    told = json.loads((read.out / "manifest.json").read_text())
    assert (told["study"], told["profile"]["name"], told["every_site"]) == (STUDY, "internal", True)
    assert (told["as_of"], told["recipient"]) == (read.as_of.isoformat(), "Statisticians")
    assert told["profile"]["legal_basis"]
    assert told["profile"]["rules"]
    assert told["software"].startswith("jdm-jaki-registry ")
    assert {file["name"]: file["rows"] for file in told["files"]}["participant.csv"] == 3
    there = {file["name"] for file in told["files"]} | {"manifest.json", "extract.zip"}
    assert there == {file.name for file in read.written.files} == {path.name for path in read.out.iterdir()}


def test_the_archive_holds_every_other_file(read: Read) -> None:
    with zipfile.ZipFile(read.out / "extract.zip") as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {path.name for path in read.out.iterdir()} - {"extract.zip"}
        assert archive.read("visit.csv") == (read.out / "visit.csv").read_bytes()


def test_another_sites_participants_are_not_in_an_extract_of_one_site(read: Read, tmp_path: Path) -> None:
    known = read.cohort
    written(read.views, read.service, tmp_path / "one", sites=known.sites[0])
    with pytest.raises(NobodyAgrees):
        written(read.views, read.service, tmp_path / "none", sites=known.study)
    mine = pseudonym(KEY, known.study, "internal Statisticians", known.participants[0])
    for file in EVERY:
        assert {row["participant"] for row in table(tmp_path / "one", file.name)} == {mine}, file.name
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_who_agrees_no_more_is_left_out_unless_the_same_extract_held_them_before(read: Read, tmp_path: Path) -> None:
    first, *others = read.cohort.participants
    still = written(
        read.views, read.service, tmp_path / "new", kinds=("visit",), still_agree=lambda _: frozenset(others)
    )
    assert sorted(still.participants) == sorted(others)
    asked: list[object] = []
    again = written(
        read.views,
        read.service,
        tmp_path / "again",
        kinds=("visit",),
        held_before=frozenset([first, read.cohort.study]),
        still_agree=lambda ids: frozenset(asked.append(ids) or ()),
    )
    assert again.participants == (first,), "and nobody who was not there at its moment"
    assert not asked


def test_above_the_threshold_nothing_is_written_and_the_report_says_why(read: Read, tmp_path: Path) -> None:
    others = frozenset(read.cohort.participants[1:])
    with pytest.raises(RiskAboveThreshold) as refused:
        written(read.views, read.service, tmp_path / "out", profile_name="safe_harbor", still_agree=lambda _: others)
    report = refused.value.members["risk"]
    (broken,) = refused.value.errors
    assert broken.detail == (
        "The greatest risk is above 0.09 (demographics: 0.5000; demographics_and_visits: 0.5000). "
        "2 participants are in it; at least 12 must look alike."
    )
    assert (report["participants"], report["population"]) == (2, 3), "nobody outside knows who agreed to be in it"
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_empty_is_refused(read: Read, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ExtractRefused, match="not an empty folder"):
        written(read.views, read.service, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_filled(read: Read, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    written(read.views, read.service, tmp_path / "out", kinds=("visit",))
    made = {path.name for path in (tmp_path / "out").iterdir()}
    assert made == {"visit.csv", "codebook.csv", "risk.json", "risk.md", "manifest.json", "extract.zip"}


def test_an_unknown_study_is_refused_and_leaves_nothing(read: Read, tmp_path: Path) -> None:
    with pytest.raises(NoSuchRecord):
        written(read.views, read.service, tmp_path / "out", study_id=read.cohort.sites[0])
    assert not list(tmp_path.iterdir())


def test_an_extract_that_is_cancelled_at_any_step_leaves_nothing(read: Read, tmp_path: Path) -> None:
    steps: list[str] = []
    kinds = ("visit", "derived")
    written(read.views, read.service, tmp_path / "out", kinds=kinds, progress=lambda step, *_: steps.append(step))
    assert list(dict.fromkeys(steps)) == ["read", "derive", "protect", "write", "pack"]
    shutil.rmtree(tmp_path / "out")
    for cancelled in ("read", "protect", "pack"):

        def progress(step: str, done: int, total: int, at: str = cancelled) -> None:
            if step == at:
                raise Cancelled

        with pytest.raises(Cancelled):
            written(read.views, read.service, tmp_path / "out", kinds=("visit",), progress=progress)
        assert not list(tmp_path.iterdir())


def test_a_key_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        pseudonyms(b"short", STUDY, "Statisticians", [])
