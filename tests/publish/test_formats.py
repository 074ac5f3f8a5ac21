"""Each format of statistics is opened by the tool that people use, and holds what the table holds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from dsjson.core import make_column_metadata, to_dataset_json

from registry.publish.extracts import formats
from registry.publish.extracts.columns import Column
from registry.publish.extracts.formats import parts, xpt
from registry.publish.extracts.formats.limits import NotRepresentable, RowsDiffer
from tests.publish import tables
from tests.publish.tables import COLUMNS, ROWS, column, one_column, written

DATASET_JSON = {
    "datasetJSONCreationDateTime", "datasetJSONVersion", "fileOID", "dbLastModifiedDateTime", "originator", "sourceSystem",
    "studyOID", "metaDataVersionOID", "metaDataRef", "itemGroupOID", "records", "name", "label", "columns",
}  # fmt: skip
"""What CDISC's schema for 1.1 lets a document say beside its rows; it refuses anything else."""
EVERY = ("xpt", "stata", "spss", "dataset_json")
WEIGHTS = [17.25, 0.1, None, 123456789.125]


def known(values: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in values]


def test_a_sas_transport_file_opens_in_pandas_and_in_readstat_with_codes_as_text_and_labels(tmp_path: Path) -> None:
    [path] = written("xpt", tmp_path)
    frame, told = pyreadstat.read_xport(path)
    assert list(frame.columns) == [
        "PRTCPNT", "VSTNMBR", "STRNGMSR", "CNTRCTRS", "WEIGHT", "VSTDDT", "SCIMEVNT", "UNIT",
    ]  # fmt: skip
    assert told.table_name == "VISIT"
    assert told.column_names_to_labels["WEIGHT"] == "Weight (kg)"
    assert known(frame.WEIGHT) == WEIGHTS
    assert list(frame.STRNGMSR) == ["mmt8", "cmas", "", "cmas"]
    assert list(frame.VSTDDT) == ["2024-05-01", "2024-05", "", "2024"]
    columns = COLUMNS[:5]
    [whole] = written("xpt", tmp_path, [row[:5] for row in ROWS], columns=columns, name="visit_2")
    assert known(pd.read_sas(whole, encoding="ascii").WEIGHT) == pytest.approx(WEIGHTS)


def test_a_stata_file_opens_in_pandas_with_the_words_of_its_codes(tmp_path: Path) -> None:
    [path] = written("stata", tmp_path)
    with pd.read_stata(path, iterator=True) as reader:
        labels, words, stamp = reader.variable_labels(), reader.value_labels(), reader.time_stamp
        frame = reader.read(convert_categoricals=False)
    assert stamp == "01 Mar 2026 12:30"
    assert labels["weight"] == "Weight (kg)"
    assert words["strength_measure"] == {1: "CMAS", 2: "MMT-8"}
    assert words["contractures"] == {0: "No", 1: "Yes"}
    assert known(frame.strength_measure) == [2, 1, None, 1]
    assert known(frame.weight) == WEIGHTS
    assert known(frame.visit_number) == [1, 2, 1, 12]
    assert known(frame.srsnss_crtr_imprtnt_mdcl_event) == [0, None, 1, None]
    assert list(frame.visited_date) == ["2024-05-01", "2024-05", "", "2024"]


def test_an_spss_file_opens_with_labels_of_variables_and_of_values(tmp_path: Path) -> None:
    [path] = written("spss", tmp_path)
    frame, told = pyreadstat.read_sav(path)
    assert list(frame.columns) == [column.name for column in COLUMNS]
    assert told.column_names_to_labels["weight"] == "Weight (kg)"
    assert told.variable_value_labels["strength_measure"] == {1: "CMAS", 2: "MMT-8"}
    assert told.variable_value_labels["contractures"] == {0: "No", 1: "Yes"}
    assert told.variable_measure["strength_measure"] == "nominal"
    assert known(frame.strength_measure) == [2, 1, None, 1]
    assert known(frame.weight) == WEIGHTS
    worded, _ = pyreadstat.read_sav(path, apply_value_formats=True)
    assert known(worded.strength_measure) == ["MMT-8", "CMAS", None, "CMAS"]


def test_dataset_json_holds_exact_decimals_and_says_what_the_independent_writer_says(tmp_path: Path) -> None:
    [path] = written("dataset_json", tmp_path)
    told = json.loads(path.read_text())
    rows = told.pop("rows")
    assert set(told) <= DATASET_JSON
    assert rows == [list(row) for row in ROWS]
    assert told["records"] == len(rows)
    assert told["datasetJSONCreationDateTime"] == "2026-03-01T12:30:00Z"
    columns = {column["name"]: column for column in told["columns"]}
    assert columns["weight"] == {
        "itemOID": "IT.visit.weight",
        "name": "weight",
        "label": "Weight",
        "dataType": "decimal",
        "targetDataType": "decimal",
    }
    assert [columns[name]["keySequence"] for name in ("participant", "visit_number")] == [1, 2]
    frame = pd.DataFrame(rows, columns=list(columns))
    own = to_dataset_json(frame, make_column_metadata(frame, {}, "visit"), "1.1.0", "visit", told["label"], "IG.visit")
    assert set(own) - {"rows"} <= set(told)
    assert {column["name"] for column in own["columns"]} == set(columns)
    assert [[None if pd.isna(value) else value for value in row] for row in own["rows"]] == rows


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Give what moves the clock of this process by fourteen hours: libraries in C ask it, and would stamp another hour."""

    def move() -> None:
        monkeypatch.setenv("TZ", "Pacific/Kiritimati")
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("format", EVERY)
def test_the_same_table_gives_the_same_bytes_whatever_the_clock_says(
    format: str, tmp_path: Path, far_away: Callable[[], None]
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    [here] = written(format, first)
    far_away()
    [there] = written(format, second)
    assert here.read_bytes() == there.read_bytes()
    if format in {"xpt", "spss"}:
        head = here.read_bytes()[:500]
        assert head.count(b"01MAR26:12:30:00") == 4 or head[92:109] == b"01 Mar 2612:30:00"


@pytest.mark.parametrize("format", EVERY)
def test_a_table_without_rows_is_a_file_with_every_column(format: str, tmp_path: Path) -> None:
    [path] = written(format, tmp_path, [])
    assert path.stat().st_size > 0


@pytest.mark.parametrize("format", ["xpt", "stata", "spss"])
def test_a_large_table_is_written_in_parts_with_legal_names(
    format: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "PART_ROWS", 3)
    made = written(format, tmp_path)
    assert [path.stem for path in made] == ["visit-0001", "visit-0002"]
    read = {"xpt": pyreadstat.read_xport, "stata": pyreadstat.read_dta, "spss": pyreadstat.read_sav}[format]
    assert [len(read(path)[0]) for path in made] == [3, 1]
    if format == "xpt":
        assert [read(path)[1].table_name for path in made] == ["VST0001", "VST0002"]
    monkeypatch.setattr(parts, "PART_ROWS", len(ROWS))
    assert [path.stem for path in written(format, tmp_path)] == ["visit"]


@pytest.mark.parametrize("format", EVERY)
def test_a_writer_that_was_given_other_rows_than_it_was_told_of_fails(format: str, tmp_path: Path) -> None:
    table = tables.of(2)
    writer = formats.opened(format, tmp_path, table)
    writer.write(tables.batch(table, ROWS[:1]))
    with pytest.raises(RowsDiffer):
        writer.close()


NUMBER = column("value", "Value", "decimal")
TEXT = column("category", "Category", "text")
CODE = column("finding", "Finding", "code", codes={"positive": "Positive"})
SECRET = "Secret"


@pytest.mark.parametrize(
    ("format", "held", "value", "rule"),
    [
        ("xpt", TEXT, "x" * 200, None),
        ("xpt", TEXT, "x" * 201, "longer than 200 bytes"),
        ("xpt", TEXT, f"{SECRET} ", "ends in a blank"),
        ("xpt", TEXT, f"{SECRET} \N{GREEK SMALL LETTER GAMMA}", "not ASCII"),
        ("xpt", NUMBER, "7.2e75", None),
        ("xpt", NUMBER, "7.3e75", "outside 2.4e-78 to 7.2e75"),
        ("xpt", NUMBER, "-2.4e-78", None),
        ("xpt", NUMBER, "-2.3e-78", "outside 2.4e-78 to 7.2e75"),
        ("xpt", NUMBER, "0", None),
        ("xpt", NUMBER, "1e999", "not finite"),
        ("xpt", NUMBER, SECRET, "not a number"),
        ("stata", TEXT, "x" * 2045, None),
        ("stata", TEXT, "x" * 2046, "longer than 2045 bytes"),
        ("stata", CODE, SECRET, "not among those declared"),
        ("spss", CODE, SECRET, "not among those declared"),
        ("spss", NUMBER, "nan", "not finite"),
        ("spss", replace(CODE, codes={"positive": "x" * 120}), "positive", None),
        ("spss", replace(CODE, codes={"positive": "x" * 121}), "positive", "longer than 120 bytes"),
        ("spss", replace(TEXT, name="x" * 65), "", "the name is longer than 64 bytes"),
        ("xpt", replace(TEXT, words="\N{SNOWMAN}"), "", "no spelling in ASCII"),
        ("xpt", replace(TEXT, name="1st"), "", "a SAS name begins with a letter"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_before_writing_and_its_value_is_not_told(
    format: str, held: Column, value: str, rule: str | None, tmp_path: Path
) -> None:
    if rule is None:
        [path] = one_column(format, tmp_path, held, value)
        assert path.exists()
        return
    with pytest.raises(NotRepresentable, match=rule) as refused:
        one_column(format, tmp_path, held, value)
    assert f"visit.{held.name}" in str(refused.value)
    assert SECRET not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_sas_refuses_a_row_of_blanks_and_two_columns_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(NotRepresentable, match="no value at all"):
        written("xpt", tmp_path, [("", "")], columns=(COLUMNS[0], TEXT))
    with pytest.raises(NotRepresentable, match="the same SAS name"):
        xpt.check_names("visit", {"one": "SAME", "other": "SAME"})


def test_a_text_that_may_be_long_is_given_in_several_variables_of_sas(tmp_path: Path) -> None:
    said = ";".join(f"cmas_item_{n}" for n in range(60))
    missing = column("missing", "Inputs that were not there", "text")
    rows = [("P-A", said), ("P-B", None)]
    [path] = written("xpt", tmp_path, rows, columns=(COLUMNS[0], missing), name="derived")
    frame, told = pyreadstat.read_xport(path)
    assert list(frame.columns)[1:3] == ["MISSING", "MSSNG2"]
    assert "".join(frame.iloc[0, 1:]) == said
    assert told.column_names_to_labels["MSSNG2"] == "Inputs that were not there: continued, 2"
    [stata] = written("stata", tmp_path, rows, columns=(COLUMNS[0], missing), name="derived")
    assert list(pd.read_stata(stata).missing) == [said, ""]


def test_a_coded_variable_of_sas_is_as_long_as_its_longest_code_whatever_the_data(tmp_path: Path) -> None:
    outcome = column("outcome", "Outcome", "code", codes={"fatal": "Fatal", "not_recovered": "Not recovered"})
    [path] = one_column("xpt", tmp_path, outcome, None, "fatal")
    frame, told = pyreadstat.read_xport(path)
    assert told.variable_storage_width["OUTCOME"] == len("not_recovered")
    assert list(frame.OUTCOME) == ["", "fatal"]
