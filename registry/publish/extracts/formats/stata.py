"""Stata: files of release 118, which Stata 14 and later open, with labels of variables and of values.

Codes are whole numbers in the order of the codebook, since Stata labels no text; a label tells the words of each.
"""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from registry.publish.extracts import names
from registry.publish.extracts.columns import Column
from registry.publish.extracts.formats.arrays import codes_of, doubles, numbered, texts, value_labels
from registry.publish.extracts.formats.limits import LONG_TEXTS, NotRepresentable
from registry.publish.extracts.formats.parts import InParts
from registry.publish.extracts.tables import Table

RELEASE = 118
LABEL = 80
LONGEST_TEXT = 2045
BYTE_CODES = 100
"""The largest number that Stata holds in a byte."""


class Stata(InParts):
    """Writes a table as a Stata data file."""

    suffix = ".dta"

    def __init__(self, folder: Path, table: Table) -> None:
        super().__init__(folder, table)
        self._names = names.stata_names(table.columns)

    def write_part(self, path: Path, rows: pa.Table, part: int | None) -> None:
        del part
        columns = self.table.columns
        frame = pd.DataFrame({self._names[c.name]: self._series(c, rows[c.name].combine_chunks()) for c in columns})
        labelled = {self._names[c.name]: labels for c in columns if (labels := value_labels(c))}
        long = [self._names[c.name] for c in columns if (self.table.name, c.name) in LONG_TEXTS]
        frame.to_stata(
            path,
            write_index=False,
            version=RELEASE,
            time_stamp=self.table.as_of.astimezone(UTC).replace(tzinfo=None),
            data_label=names.cut(self.table.words, LABEL),
            variable_labels={self._names[name]: one for name, one in names.labels(columns, LABEL).items()},
            value_labels=labelled,
            convert_strl=long,
        )

    def _series(self, column: Column, values: pa.Array) -> pd.Series:
        """Give a column in the type that its declaration asks for, whatever its values are."""
        if codes := codes_of(column):
            kind = "Int8" if len(codes) <= BYTE_CODES else "Int16"
            return pd.Series(numbered(self.table.name, column, values).to_pandas(), dtype=kind)
        if column.type in {"0/1", "integer"}:
            return pd.Series(doubles(self.table.name, column, values).to_pandas(), dtype=WHOLE[column.type])
        if column.type == "decimal":
            return doubles(self.table.name, column, values).to_pandas()
        if (self.table.name, column.name) not in LONG_TEXTS:
            self._check_text(column, values)
        return texts(values).to_pandas()

    def _check_text(self, column: Column, values: pa.Array) -> None:
        if (pc.max(pc.binary_length(values)).as_py() or 0) > LONGEST_TEXT:
            raise NotRepresentable(self.table.name, column.name, f"a text is longer than {LONGEST_TEXT} bytes")


WHOLE = {"0/1": "Int8", "integer": "Int32"}
