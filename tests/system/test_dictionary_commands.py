"""`registry dictionary` against a real database: loaded whole or not at all, used by a study, and compared."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from registry import cli_dictionary
from registry.settings import Settings
from tests import dictionaries
from tests.conftest import SECRET, World

Run = Callable[..., Result]
HEADER = "code,term,preferred_code,preferred_term,system_organ_class,current\n"


@pytest.fixture(scope="module")
def run(shared_world: World, tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, secret=SECRET, log_level="error", database_url=shared_world.installation.admin_url)
    return lambda *words: CliRunner().invoke(cli_dictionary.dictionary, [str(word) for word in words], obj=settings)


def written(folder: Path, *lines: str) -> Path:
    path = folder / "terms.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_a_version_is_loaded_once_and_other_content_is_refused(run: Run, tmp_path: Path) -> None:
    named = ("--name", "Zoo", "--version", "1", "--kind", "adverse_event")
    path = written(tmp_path, "1,Quokka fever,P1,Quokka fever,Marsupials,", "2,Emu cough,P2,Emu cough,Birds,N")
    assert run("load", path, *named).output == "Zoo 1 is loaded: 2 terms.\n"
    assert run("load", path, *named).output == "Zoo 1 was loaded already, with the same content: 2 terms.\n"
    other = run("load", written(tmp_path, "1,Quokka fever,P1,Quokka fever,Birds,"), *named)
    assert (other.exit_code, "Nothing was loaded." in other.output) == (2, True)
    broken = run("load", written(tmp_path, "1,,,,,", "1,Itch,,,,maybe"), *named[:2], "--version", "2", *named[4:])
    assert (broken.exit_code, broken.output.splitlines()) == (2, [
        "terms.csv, line 2: term is empty.", "terms.csv, line 3: current is Y or N.",
        "terms.csv, line 3: the code stands in line 2 already.", "Nothing was loaded.",
    ])  # fmt: skip
    listed = run("list").output
    assert "Zoo 1: 2 terms, adverse_event, used by no study" in listed
    assert "Zoo 2" not in listed


def test_a_study_uses_a_version_and_the_change_to_the_next_is_told(run: Run, shared_world: World) -> None:
    own = dictionaries.coded(shared_world, use=False)
    event = own.event("Emu cough")
    first = run("use", "--study", own.study, "--name", own.study, "--version", "1.0")
    assert (first.exit_code, "newly_automatic: nothing -> Emu cough (Emu cough)" in first.output) == (0, True), (
        first.output
    )
    changed = run("use", "--study", own.study, "--name", own.study, "--version", "2.0")
    told = run("recode", "--study", own.study, "--name", own.study, "--from", "1.0", "--to", "2.0")
    assert told.output == changed.output
    assert "     1 Same code; it stands elsewhere in the hierarchy [moved]" in told.output
    assert f"{own.study} 2.0: 5 terms, adverse_event, used by {own.study}" in run("list").output
    history = shared_world.auditor.get(f"/v1/codings/{own.coding(event, 1)['id']}/history").json
    assert [(entry["actor"], entry["action"]) for entry in history] == [("registry dictionary use", "record")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("load",), "Give PATH with --name, --version and --kind, or --shipped alone."),
        (("use", "--study", "NOWHERE", "--name", "Zoo", "--version", "9"), "There is no study with this code."),
        (("use", "--study", "JAKI-JDM", "--name", "Zoo", "--version", "9"), "Zoo 9 is not loaded."),
    ],
)
def test_what_cannot_be_is_said(run: Run, words: tuple[str, ...], said: str) -> None:
    refused = run(*words)
    assert (refused.exit_code, said in refused.output) == (2, True), refused.output


def test_the_shipped_terms_are_loaded_by_one_word(run: Run) -> None:
    assert run("load", "--shipped").output == "CTCAE 5.0 is loaded: 837 terms.\n"


def test_what_is_shipped_is_loaded_alone(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "1,Quokka fever,,,,")
    for words in ((path, "--shipped"), ("--shipped", "--name", "Zoo"), ("--shipped", "--kind", "medication")):
        refused = run("load", *words)
        assert (refused.exit_code, "--shipped alone" in refused.output) == (2, True)
