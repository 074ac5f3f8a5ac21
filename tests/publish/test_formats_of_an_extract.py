"""A whole extract of a cohort in every format: what one tool reads of it is what the others read."""

from __future__ import annotations

import json
import subprocess
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from registry.db.transaction import Database
from registry.domain.deidentification import PROFILES
from registry.domain.extract_kinds import KINDS
from registry.domain.extract_orders import FORMATS, Order
from registry.publish.extracts import names, writing
from registry.publish.extracts.columns import Column
from registry.publish.extracts.released import EVERY_FILE, columns_of
from tests.conftest import Installation
from tests.publish import cohort

PROFILE = "internal"
KNOWN = [file for file in EVERY_FILE if file.name in KINDS]


def order(study: str) -> Order:
    """Ask for everything, in every format."""
    return Order(
        id="00000000-0000-0000-0000-000000000001",
        study_id=study,
        as_of=datetime.now(UTC),
        profile_name=PROFILE,
        recipient="the statistician",
        uses=("registry",),
        kinds=tuple(KINDS),
        formats=tuple(FORMATS),
        sites="*",
        role="unblinded_statistician",
        key_version=1,
    )


@pytest.fixture(scope="module")
def extract(shared_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Write it; a library that would change a name, or a value, warns, and that is an error."""
    service, out = Database(shared_installation.service_url, size=2), tmp_path_factory.mktemp("extract") / "out"
    service.open()
    study = cohort.planted(service, participants=2).study
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for views in cohort.views(shared_installation):
            writing.write(
                writing.Sources(views, service),
                order(study),
                out,
                keys={1: cohort.KEY},
                held_before=None,
                still_agree=frozenset,
                progress=lambda *_: None,
            )
    yield out
    service.close()


def columns(file: str) -> tuple[Column, ...]:
    return columns_of(next(one for one in EVERY_FILE if one.name == file), PROFILES[PROFILE])


@pytest.mark.parametrize("file", [file.name for file in KNOWN])
def test_each_tool_reads_the_same_rows(file: str, extract: Path) -> None:
    written = pd.read_csv(extract / f"{file}.csv", dtype=str, keep_default_na=False)
    exact = json.loads((extract / f"{file}.json").read_text())
    assert [["" if cell is None else str(cell) for cell in row] for row in exact["rows"]] == written.to_numpy().tolist()
    short, stata = names.short_names(columns(file)), names.stata_names(columns(file))
    read = {
        "xpt": (pyreadstat.read_xport(extract / f"{file}.xpt")[0], short),
        "stata": (pd.read_stata(extract / f"{file}.dta", convert_categoricals=False), stata),
        "spss": (pyreadstat.read_sav(extract / f"{file}.sav")[0], {name: name for name in short}),
    }
    for column in columns(file):
        for frame, given in read.values():
            values = frame[given[column.name]]
            assert len(values) == len(written)
            if column.type in {"integer", "0/1", "decimal"}:
                told = pd.to_numeric(written[column.name])
                assert values.astype(float).fillna(-1e9).tolist() == told.fillna(-1e9).tolist()


def test_r_loads_the_extract(extract: Path) -> None:
    asked = "source('load.R'); cat(vapply(extract, nrow, 0L))"
    run = subprocess.run(
        ["Rscript", "--vanilla", "-e", asked], cwd=extract, capture_output=True, text=True, check=False
    )
    rows = [len(pd.read_csv(extract / f"{file.name}.csv")) for file in KNOWN]
    assert (run.stderr, run.stdout.split()) == ("", [str(count) for count in rows])
