"""SPSS: system files with labels of variables and of values; codes are whole numbers in the order of the codebook.

Source of the header's layout: PSPP developers' guide, "System File Format": a date at byte 92 and a time at byte 101.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyreadstat

from registry.publish.extracts import names
from registry.publish.extracts.columns import Column
from registry.publish.extracts.formats.arrays import codes_of, doubles, is_number, numbered, texts, value_labels
from registry.publish.extracts.formats.limits import NotRepresentable
from registry.publish.extracts.formats.parts import InParts
from registry.publish.extracts.tables import Table

NAME, LABEL, VALUE_LABEL, FILE_LABEL = 64, 255, 120, 64
CREATED = 92
MOMENT = "%d %b %y%H:%M:%S"
"""Date and time, nine bytes and eight, one after the other."""
NUMBER, WHOLE = "F10.3", "F8.0"


class Spss(InParts):
    """Writes a table as an SPSS system file; a missing number is the system's missing value."""

    suffix = ".sav"

    def __init__(self, folder: Path, table: Table) -> None:
        super().__init__(folder, table)
        for column in table.columns:
            check_declared(table.name, column)

    def write_part(self, path: Path, rows: pa.Table, part: int | None) -> None:
        del part
        columns = self.table.columns
        given = [self._array(column, rows[column.name].combine_chunks()) for column in columns]
        pyreadstat.write_sav(
            pa.table(given, names=[column.name for column in columns]).to_pandas(),
            path,
            file_label=names.cut(self.table.words, FILE_LABEL),
            column_labels=list(names.labels(columns, LABEL).values()),
            variable_value_labels={c.name: labels for c in columns if (labels := value_labels(c))},
            variable_measure={c.name: "scale" if is_number(c) and not value_labels(c) else "nominal" for c in columns},
            variable_format={
                c.name: NUMBER if c.type == "decimal" else WHOLE for c in columns if codes_of(c) or is_number(c)
            },
        )
        _stamp(path, self.table.as_of)

    def _array(self, column: Column, values: pa.Array) -> pa.Array:
        if codes_of(column):
            return doubles(self.table.name, column, numbered(self.table.name, column, values))
        return doubles(self.table.name, column, values) if is_number(column) else texts(values)


def check_declared(table: str, column: Column) -> None:
    """Raise NotRepresentable where a name or the words of a code are longer than SPSS takes."""
    if len(column.name.encode()) > NAME:
        raise NotRepresentable(table, column.name, f"the name is longer than {NAME} bytes")
    if any(len(words.encode()) > VALUE_LABEL for words in (value_labels(column) or {}).values()):
        raise NotRepresentable(table, column.name, f"the words of a code are longer than {VALUE_LABEL} bytes")


def _stamp(path: Path, as_of: datetime) -> None:
    """Write the moment of the data where the library wrote the hour of the clock."""
    with path.open("r+b") as file:
        file.seek(CREATED)
        file.write(as_of.astimezone(UTC).strftime(MOMENT).encode("ascii"))
