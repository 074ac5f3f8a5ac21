"""Parquet and CSV as statisticians open them: DuckDB, pandas and the csv module read what was written."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from registry.domain.deidentification import Action
from registry.publish.extracts.columns import PARTICIPANT, Column
from registry.publish.extracts.formats import opened, parquet, rows_of_parts
from registry.publish.extracts.tables import Table

COLUMNS = (
    PARTICIPANT,
    Column("analyte", "Analyte", "code", Action.CODE, codes={"CK": "Creatine kinase", "LDH": "Lactate dehydrogenase"}),
    Column("value", "Value", "decimal", Action.NUMBER, unit="U/L", sdtm="LB.LBORRES"),
    Column("visit_number", "Number of the visit", "integer", Action.KEEP),
)
ROWS = [("P-A", "CK", "812.50", 1), ("P-A", 'a "quoted", one', None, 2), ("P-B", None, "0.1", None)]


def table(rows: int) -> Table:
    as_of = datetime(2026, 1, 1, tzinfo=UTC)
    return Table("laboratory_result", "A result", COLUMNS, ("visit_number",), "STUDY", as_of, rows)


def written(folder: Path, format: str, times: int = 1) -> list[Path]:
    told = table(len(ROWS) * times)
    writer = opened(format, folder, told)
    for _ in range(times):
        writer.write(pa.record_batch([*map(pa.array, zip(*ROWS, strict=True))], schema=told.schema))
    return writer.close()


def asked(statement: str) -> list[Any]:
    import duckdb  # noqa: PLC0415 (its types outlive the garbage collector when it is imported with the tests)

    rows: list[Any] = duckdb.sql(statement).fetchall()
    return rows


def test_pandas_and_duckdb_read_what_was_written(tmp_path: Path) -> None:
    [path] = written(tmp_path, "parquet")
    frame = pd.read_parquet(path)
    assert frame["value"].tolist()[::2] == [812.5, 0.1]
    assert frame["analyte"].isna().tolist() == [False, False, True]
    assert asked(f"select sum(value), count(visit_number) from '{path}'") == [(812.6, 2)]


def test_columns_and_the_table_tell_of_themselves(tmp_path: Path) -> None:
    [path] = written(tmp_path, "parquet")
    schema = pq.read_schema(path)
    value, analyte = schema.field("value").metadata, schema.field("analyte").metadata
    assert (value[b"label"], value[b"unit"], value[b"sdtm"]) == (b"Value", b"U/L", b"LB.LBORRES")
    assert json.loads(analyte[b"codes"]) == {"CK": "Creatine kinase", "LDH": "Lactate dehydrogenase"}
    assert (schema.metadata[b"study"], schema.metadata[b"as_of"]) == (b"STUDY", b"2026-01-01T00:00:00+00:00")
    assert schema.metadata[b"keys"] == b"participant,visit_number"


def test_a_large_table_is_written_in_parts_that_are_read_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "PART_ROWS", 4)
    paths = written(tmp_path, "parquet", times=3)
    assert [path.name for path in paths] == [f"laboratory_result-000{part}.parquet" for part in (1, 2, 3)]
    assert [pq.read_metadata(path).num_rows for path in paths] == rows_of_parts("parquet", 9, 3) == [4, 4, 1]
    assert asked(f"select count(*) from '{tmp_path}/laboratory_result-*.parquet'") == [(9,)]


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_the_same_table_is_the_same_bytes_and_an_empty_one_has_its_columns(tmp_path: Path, format: str) -> None:
    for name in ("one", "other", "none"):
        (tmp_path / name).mkdir()
    [one], [other] = written(tmp_path / "one", format), written(tmp_path / "other", format)
    assert one.read_bytes() == other.read_bytes()
    [none] = opened(format, tmp_path / "none", table(0)).close()
    read = pd.read_parquet(none) if format == "parquet" else pd.read_csv(none)
    assert list(read.columns) == [column.name for column in COLUMNS]
    assert not len(read)


def test_csv_is_exact_and_quotes_only_what_must_be(tmp_path: Path) -> None:
    [path] = written(tmp_path, "csv")
    content = path.read_bytes()
    assert content.startswith(b'participant,analyte,value,visit_number\nP-A,CK,812.50,1\nP-A,"a ""quoted"", one",,2\n')
    with path.open(newline="", encoding="utf-8") as file:
        assert [tuple(row) for row in csv.reader(file)][2] == ("P-A", 'a "quoted", one', "", "2")
