"""`registry randomisation`: rows from a seed that never leaves the machine, and seals verified on demand and at the start."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from registry import cli_randomisation, serving
from registry.schemas import study_files
from registry.settings import Settings
from tests.conftest import SECRET, World
from tests.randomisation import listed, trial

SEED = "9d3f0c6f4b0e4a7c8c51f2e07b64aa1d0e5b"
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def run(shared_world: World, tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, secret=SECRET, log_level="error", database_url=shared_world.installation.admin_url)
    return lambda *words, **more: CliRunner().invoke(
        cli_randomisation.randomisation, [str(word) for word in words], obj=settings, **more
    )


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    file = tmp_path / "randomised.yaml"
    file.write_text(study_files.shipped("randomised"), encoding="utf-8")
    return file


def generated(run: Run, file: Path, *words: str, seed: str = SEED) -> Result:
    return run(
        "generate",
        file,
        "--seed-file",
        "-",
        "--slots-per-stratum",
        12,
        "--block-size",
        4,
        "--block-size",
        6,
        *words,
        input=f"{seed}\n",
    )


def test_rows_made_on_ones_own_machine_are_those_that_the_registry_makes_from_the_seed(
    run: Run, shared_world: World, shipped: Path
) -> None:
    made = generated(run, shipped)
    assert made.exit_code == 0, made.output
    assert SEED not in made.output
    printed = json.loads(made.output)
    rows = printed["rows"]
    own, version = trial(shared_world)
    told = listed(own, version, seed=SEED)
    slots = own.unblinded_statistician.get(f"/v1/randomisation-lists/{told['id']}/slots?limit=200").json
    assert {slot["salt"] for slot in slots} == {printed["salt"]}
    assert [{name: slot[name] for name in rows[0]} for slot in slots] == sorted(
        rows, key=lambda row: (row["stratum"], row["position"])
    )
    other, version = trial(shared_world)
    uploaded = listed(other, version, seed=None, slots_per_stratum=None, **printed)
    assert uploaded["strata"] == told["strata"]


def test_what_makes_no_list_is_refused_with_a_sentence(run: Run, shipped: Path, tmp_path: Path) -> None:
    guessable = generated(run, shipped, seed="a" * 40)
    assert (guessable.exit_code, "/seed: A seed is" in guessable.output) == (2, True)
    assert "aaaa" not in guessable.output
    assert "--site" in generated(run, shipped, "--site", "BER").output
    observational = tmp_path / "observational.yaml"
    observational.write_text(study_files.shipped("observational"), encoding="utf-8")
    assert "allocates nobody" in generated(run, observational).output
    no_yaml = tmp_path / "none.yaml"
    no_yaml.write_text("a: [", encoding="utf-8")
    assert "This is not YAML" in generated(run, no_yaml).output


@pytest.mark.requirement("A5")
def test_a_list_that_was_altered_is_named_on_demand_and_when_the_service_starts(run: Run, shared_world: World) -> None:
    whole = run("verify")
    assert (whole.exit_code, "NOT" in whole.output) == (0, False), whole.output
    own, version = trial(shared_world, stratification=[])
    told = listed(own, version)
    with psycopg.connect(own.installation.admin_url) as connection:
        connection.execute("set session_replication_role = 'replica'")
        change = "update randomisation_slot set kit = 'K-0000000' where list_id = %s and position = 3"
        connection.execute(change, [told["id"]])
    broken = run("verify")
    assert broken.exit_code == 1
    [line] = [line for line in broken.output.splitlines() if "NOT" in line]
    assert line.startswith(f"{told['id']} {told['seal']} NOT AS IT WAS SEALED, used in order: 0 of ")
    registry = own.app.extensions["registry"]
    registry.broken_lists = serving.broken_lists(registry.database)
    ready = own.app.test_client().get("/health/ready").json
    assert (ready["ready"], ready["broken_randomisation_lists"]) == (True, [told["id"]])
