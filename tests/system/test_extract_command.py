"""`registry extract`, as people type it: what it refuses, where it ends, and that nothing stays of what did not."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from click.testing import Result

from registry import cli_extract
from registry.publish.extracts import drafts
from tests import bodies
from tests.conftest import SECRET, World
from tests.extracting import ordered, worked
from tests.system.conftest import as_url
from tests.system.test_commands import command

Typed = Callable[..., Result]


@pytest.fixture(scope="module")
def typed(shared_world: World) -> Typed:
    """Type the command, with what it always needs."""
    bodies.visited(shared_world)
    installation = shared_world.installation
    usual = ("--study", shared_world.study, "--kind", "visit")

    def type_it(out: Path, *words: str, purpose: str = "A test") -> Result:
        said = ("extract", *usual, "--purpose", purpose, "--out", str(out), *words)
        return command(installation.home, *said, DATABASE_URL=as_url(installation.admin_url), REGISTRY_SECRET=SECRET)

    return type_it


def newest(world: World) -> dict[str, Any]:
    """Read the extract that was ordered last."""
    *_, event = world.auditor.get("/v1/audit?kind=extract&limit=200").json
    told: dict[str, Any] = world.auditor.get(f"/v1/extracts/{event['record_id']}").json
    return told


@contextmanager
def at_each_step(act: Callable[[], Any]) -> Iterator[None]:
    """Do something when the command shows how far it is."""
    with mock.patch.object(cli_extract, "Bar", return_value=lambda *_: act()):
        yield


@pytest.mark.parametrize(
    ("words", "purpose", "said"),
    [
        ((), "x" * 301, "--purpose: "),
        (("--recipient", "x" * 81), "A test", "--recipient: "),
        (("--as-of", "2026-05-01"), "A test", "--as-of: The value must be a moment with a time zone"),
        (("--cut", "A-1", "--as-of", "2026-05-01T00:00:00Z"), "A test", "--as-of: Name a cut or a moment, not both."),
    ],
)
def test_what_cannot_be_ordered_over_http_cannot_be_by_command(
    typed: Typed, tmp_path: Path, words: tuple[str, ...], purpose: str, said: str
) -> None:
    refused = typed(tmp_path / "out", *words, purpose=purpose)
    assert (refused.exit_code, refused.stderr[: len(said)]) == (2, said)
    assert "x" * 81 not in refused.stderr


def test_a_release_too_close_to_another_names_its_moment(typed: Typed, shared_world: World, tmp_path: Path) -> None:
    released = ordered(shared_world, profile="limited", recipient="A university")["cut_at"]
    later = (datetime.fromisoformat(released) + timedelta(milliseconds=1)).isoformat()
    refused = typed(tmp_path / "out", "--profile", "limited", "--as-of", later, "--recipient", "A university")
    assert refused.exit_code == 2
    assert f"moments: {released[:19]}" in refused.stderr
    assert "new_from: " in refused.stderr


def test_a_folder_that_cannot_be_made_is_refused_before_anything_is_ordered(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = typed(tmp_path / "file" / "out")
    assert (refused.exit_code, "cannot be made" in refused.stderr) == (2, True)
    drafts.beside(tmp_path / "out").mkdir()
    refused = typed(tmp_path / "out")
    assert (refused.exit_code, "another writes it, or was stopped" in refused.stderr) == (2, True)


def test_who_interrupts_it_cancels_the_order_and_keeps_nothing(
    typed: Typed, shared_world: World, tmp_path: Path
) -> None:
    with at_each_step(lambda: signal.raise_signal(signal.SIGINT)):
        interrupted = typed(tmp_path / "out")
    assert (interrupted.exit_code, interrupted.stderr) == (130, "Interrupted: nothing was written.\n")
    assert newest(shared_world)["state"] == "cancelled"
    assert not list(tmp_path.iterdir())


def test_files_that_cannot_be_written_are_told_with_their_folder_at_the_machine_alone(
    typed: Typed, shared_world: World, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with at_each_step(lambda: shutil.rmtree(drafts.beside(out))):
        failed = typed(out)
    assert failed.exit_code == 2
    assert f"No such file or directory. The folder is {out}." in failed.stderr
    failure = newest(shared_world)["failure"]
    assert failure["type"] == "/problems/cannot-be-written"
    assert str(tmp_path) not in str(failure)
    assert not list(tmp_path.iterdir())


def test_what_a_command_left_that_was_ended_is_written_by_nobody_else(
    typed: Typed, shared_world: World, tmp_path: Path
) -> None:
    with at_each_step(lambda: sys.exit(128 + signal.SIGTERM)):
        assert typed(tmp_path / "out").exit_code == 128 + signal.SIGTERM
    left = newest(shared_world)
    assert (left["state"], list(tmp_path.iterdir())) == ("writing", [])
    assert worked(shared_world, left["id"]) == "failed"
    assert newest(shared_world)["failure"]["type"] == "/problems/command-ended"
    assert not (shared_world.installation.settings.extracts / left["id"]).exists()
