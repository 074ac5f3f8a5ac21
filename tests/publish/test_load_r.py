"""The script for R loads every file of an extract with base R alone, in any locale."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from registry.publish.extracts.formats import r
from tests.publish import tables
from tests.publish.tables import COLUMNS, column, written

VISITS = [
    ("P-A", 1, "mmt8", 1, "17.25", "2024-05-01", 0, "U/L"),
    ("P-B", 2, None, 0, None, "2024-05", None, None),
]
ODD = column(
    "odd", 'Says "so" \\ in 36.5 \N{DEGREE SIGN}C', "code", codes={"a": "\N{LESS-THAN OR EQUAL TO} 1", "b": "1%"}
)
ASKED = """
source("load.R", chdir = TRUE)
stopifnot(identical(names(extract), c("visit", "odd", "nobody")))
v <- extract$visit
stopifnot(
  identical(v$participant, structure(c("P-A", "P-B"), label = "Pseudonym of the participant, the same in every file")),
  identical(as.integer(v$visit_number), 1:2),
  identical(levels(v$strength_measure), c("CMAS", "MMT-8")),
  identical(as.character(v$strength_measure), c("MMT-8", NA)),
  identical(unname(attr(v$strength_measure, "codes")), c("cmas", "mmt8")),
  is.logical(v$contractures), identical(as.logical(v$contractures), c(TRUE, FALSE)),
  identical(as.numeric(v$weight), c(17.25, NA)),
  identical(attr(v$weight, "label"), "Weight"), identical(attr(v$weight, "units"), "kg"),
  is.null(attr(v$unit, "units")), identical(as.character(v$unit), c("U/L", NA)),
  identical(attr(v, "label"), "A complete visit."),
  identical(attr(extract$odd$odd, "label"), "Says \\"so\\" \\\\ in 36.5 \\u00b0C"),
  identical(levels(extract$odd$odd), c("\\u2264 1", "1%")),
  identical(dim(extract$nobody), c(0L, 2L))
)
cat("loaded\\n")
"""


def loaded(folder: Path) -> subprocess.CompletedProcess[str]:
    asked = folder / "asked.R"
    asked.write_text(ASKED)
    command = ["Rscript", "--vanilla", str(asked)]
    return subprocess.run(
        command, cwd=folder, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """Write three tables as CSV, one of them without rows, and the script beside them."""
    odd = (COLUMNS[0], ODD)
    written("csv", tmp_path, VISITS)
    written("csv", tmp_path, [("P-A", "b"), ("P-B", "a")], columns=odd, name="odd")
    written("csv", tmp_path, [], columns=odd, name="nobody")
    script = r.script([tables.of(2), tables.of(2, odd, "odd"), tables.of(0, odd, "nobody")])
    (tmp_path / r.NAME).write_text(script)
    return tmp_path


def test_the_script_loads_each_file_with_classes_labels_units_and_factors(extract: Path) -> None:
    run = loaded(extract)
    assert run.stderr == ""
    assert run.stdout == "loaded\n"


def test_the_script_stops_at_a_code_or_a_column_that_it_does_not_know(extract: Path) -> None:
    odd, visit = extract / "odd.csv", extract / "visit.csv"
    odd.write_text(odd.read_text().replace("P-A,b", "P-A,z"))
    assert "odd: a code is not among those declared" in loaded(extract).stderr
    visit.write_text(visit.read_text().replace("weight", "height"))
    assert "visit.csv: its columns are not those that this script describes" in loaded(extract).stderr
