"""`registry study` against a real database: a file is applied, amended, compared and refused rule by rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from registry import cli_study
from registry.schemas import study_files
from registry.settings import Settings
from tests.conftest import SECRET, World

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def run(shared_world: World, tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, secret=SECRET, log_level="error", database_url=shared_world.installation.admin_url)
    return lambda *words: CliRunner().invoke(cli_study.study, [str(word) for word in words], obj=settings)


def written(path: Path, code: str, name: str = "observational", **changes: Any) -> Path:
    """Write a shipped protocol for a study of its own, with changes to its definition."""
    content = yaml.safe_load(study_files.shipped(name).replace("2015-01-01", '"2015-01-01"'))
    content["study"]["code"] = code
    content["protocol"] |= changes
    file = path / f"{code}.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


def test_a_file_makes_the_study_its_version_and_puts_it_in_force(run: Run, shared_world: World, tmp_path: Path) -> None:
    file = written(tmp_path, "APPLIED", "randomised")
    first = run("apply", file, "--effective-from", "2025-03-01")
    assert (first.exit_code, first.output.splitlines()) == (0, [
        "The study APPLIED is defined.", "Version 1.0 is defined.", "It is in force at every site from 2025-03-01 on.",
    ]), first.output  # fmt: skip
    again = run("apply", file)
    assert again.output.splitlines() == [
        "Version 1.0 says the same already.", "It is in force at every site from 2025-03-01 on, as before.",
    ]  # fmt: skip
    assert shared_world.coordinator.get("/v1/studies/APPLIED").json["protocol_version"] == "1.0"
    [version] = shared_world.coordinator.get("/v1/studies/APPLIED/protocol-versions").json
    history = shared_world.auditor.get(f"/v1/protocol-versions/{version['id']}/history").json
    assert [(entry["actor"], entry["action"]) for entry in history] == [("registry study", "record")]


def test_an_amendment_comes_into_force_at_one_site(run: Run, shared_world: World, tmp_path: Path) -> None:
    run("apply", written(tmp_path, "AMENDED"), "--effective-from", "2025-01-01")
    file = written(tmp_path, "AMENDED", number="2.0", assent_from_age=10)
    shown = run("diff", file)
    assert (shown.exit_code, shown.output.splitlines()) == (
        1, ['/protocol/number: "1.0" -> "2.0"', "/protocol/assent_from_age: 12 -> 10"])  # fmt: skip
    assert run("apply", file, "--site", "AKL", "--effective-from", "2026-01-01").exit_code == 0
    assert run("diff", file).exit_code == 0, "it says what the newest version says"
    found = shared_world.coordinator.get("/v1/studies/AMENDED/protocol-activations").json
    assert [(one["site_id"], one["effective_from"]) for one in found] == [
        (None, "2025-01-01"), (shared_world.other_site, "2026-01-01")]  # fmt: skip
    between = run("diff", "AMENDED", "--from", "1.0", "--to", "2.0")
    assert (between.exit_code, between.output.splitlines()) == (
        1, ['/number: "1.0" -> "2.0"', "/assent_from_age: 12 -> 10"])  # fmt: skip


def test_a_dry_run_keeps_nothing(run: Run, shared_world: World, tmp_path: Path) -> None:
    tried = run("apply", written(tmp_path, "DRY"), "--dry-run")
    assert (tried.exit_code, tried.output.splitlines()[-1]) == (0, "This was a dry run: nothing was kept.")
    assert shared_world.coordinator.get("/v1/studies/DRY").status_code == 404


def test_a_dry_run_names_the_fields_that_would_change(run: Run, tmp_path: Path) -> None:
    run("apply", written(tmp_path, "DRY-RUN"))
    file = written(tmp_path, "DRY-RUN", number="2.0", assent_from_age=10)
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["study"]["title"] = "Another"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert run("apply", file, "--dry-run").output.splitlines()[:2] == [
        "The study DRY-RUN is amended: title.",
        "Version 2.0 is defined. It differs from version 1.0 in: number, assent_from_age.",
    ]


def test_a_file_is_refused_with_every_rule_that_it_breaks(run: Run, shared_world: World, tmp_path: Path) -> None:
    file = written(tmp_path, "REFUSED", "randomised", number=1.5, eligibility=[{"code": "Age", "kind": "inclusion"}],
                   stratification=[{"code": "weight", "name": "Weight", "levels": []}])  # fmt: skip
    refused = run("apply", file)
    assert refused.exit_code == 2
    told = {line.split(": ", 1)[0] for line in refused.stderr.splitlines()[1:]}
    assert told == {"/protocol/number", "/protocol/eligibility/0/code", "/protocol/eligibility/0/text",
                    "/protocol/stratification/0/levels"}  # fmt: skip
    assert shared_world.coordinator.get("/v1/studies/REFUSED").status_code == 404


def test_a_number_of_another_version_is_refused(run: Run, tmp_path: Path) -> None:
    run("apply", written(tmp_path, "SAME-NUMBER"))
    refused = run("apply", written(tmp_path, "SAME-NUMBER", assent_from_age=9))
    assert (refused.exit_code, "/protocol/number" in refused.stderr) == (2, True)


def test_a_site_of_a_document_that_is_not_there_is_named_with_its_place_in_the_file(run: Run, tmp_path: Path) -> None:
    documents = yaml.safe_load(study_files.shipped("observational").replace("2015-01-01", '"2015-01-01"'))
    [first, *_] = documents["protocol"]["consent_documents"]
    refused = run("apply", written(tmp_path, "NO-SITE", consent_documents=[first | {"site_code": "NOWHERE"}]))
    assert "/protocol/consent_documents/0/site_code" in refused.stderr


@pytest.mark.parametrize("words", [
    ("apply", "nowhere.yaml"), ("diff", "nowhere.yaml"), ("diff", "NOWHERE", "--from", "1.0", "--to", "2.0"),
    ("diff", "NOWHERE", "--from", "1.0"), ("apply", "{broken}"), ("apply", "{here}", "--site", "NOWHERE"), ("example", "none"),
    ("apply", "{here}", "--effective-from", "0001-01-01"), ("apply", "{here}", "--effective-from", "2101-01-01"),
])  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "broken.yaml").write_text("study: [", encoding="utf-8")
    places = {"broken": tmp_path / "broken.yaml", "here": written(tmp_path, "HERE")}
    found = run(*(word.format(**places) for word in words))
    assert found.exit_code == 2
    assert "Traceback" not in found.output
    assert not isinstance(found.exception, Exception) or isinstance(found.exception, SystemExit)


@pytest.mark.parametrize("name", study_files.SHIPPED)
def test_a_shipped_protocol_is_printed_to_begin_with(run: Run, name: str) -> None:
    assert run("example", name).output == study_files.shipped(name)
