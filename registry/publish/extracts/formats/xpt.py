"""SAS transport, version 5: what regulators ask for. Its limits are enforced here, for the library lets breaches pass.

Source: SAS technical note TS-140, the record layout of a SAS data set in transport format: names of 8 characters, labels of
40, text of 200 bytes in ASCII, numbers of IBM's floating point, headers of 80 bytes with the moment in some of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyreadstat

from registry.publish.extracts import names
from registry.publish.extracts.columns import Column
from registry.publish.extracts.formats.arrays import codes_of, doubles, is_number, texts
from registry.publish.extracts.formats.limits import NotRepresentable, held_by
from registry.publish.extracts.formats.parts import InParts
from registry.publish.extracts.tables import Table

LONGEST_TEXT = 200
LEAST_NUMBER, MOST_NUMBER = 2.4e-78, 7.2e75
MOMENTS = (144, 160, 464, 480)
"""Where the library's and the member's headers say when they were created and modified."""
MOMENT = "%d%b%y:%H:%M:%S"


class Xpt(InParts):
    """Writes a table as a transport file with one member; codes stay text, for the format has no words for values."""

    suffix = ".xpt"

    def __init__(self, folder: Path, table: Table) -> None:
        super().__init__(folder, table)
        self._columns = tuple(chain.from_iterable(held_by(table.name, column) for column in table.columns))
        self._names = names.short_names(self._columns)
        self._labels: list[str | None] = ascii_labels(table.name, self._columns)
        check_names(table.name, self._names)

    def write_part(self, path: Path, rows: pa.Table, part: int | None) -> None:
        arrays: list[pa.Array] = []
        for column in self.table.columns:
            arrays += self._arrays(column, rows[column.name].combine_chunks())
        check_rows(self.table, rows)
        pyreadstat.write_xport(
            pa.table(arrays, names=list(self._names.values())).to_pandas(),
            path,
            file_label=names.cut(names.ascii_words(self.table.words), names.SAS_LABEL),
            column_labels=self._labels,
            table_name=names.dataset_name(self.table.name, part),
            file_format_version=5,
        )
        _stamp(path, self.table.as_of)

    def _arrays(self, column: Column, values: pa.Array) -> list[pa.Array]:
        """Give the values of a column, or of the variables that hold it; text as wide as the longest declared code."""
        if is_number(column):
            given = doubles(self.table.name, column, values)
            check_numbers(self.table.name, column, given)
            return [given]
        held = len(held_by(self.table.name, column))
        check_texts(self.table.name, column, values, LONGEST_TEXT * held)
        spread = [pc.utf8_slice_codeunits(texts(values), n * LONGEST_TEXT, (n + 1) * LONGEST_TEXT) for n in range(held)]
        return [_as_wide_as(array, max(map(len, codes_of(column)), default=0)) for array in spread]


def ascii_labels(table: str, columns: Sequence[Column]) -> list[str | None]:
    """Give the labels of columns in ASCII, of 40 characters at most, with their units."""
    told: list[str | None] = []
    for name, label in names.labels(columns, names.SAS_LABEL).items():
        try:
            told.append(names.ascii_words(label)[: names.SAS_LABEL])
        except ValueError:
            raise NotRepresentable(table, name, "a character of the label has no spelling in ASCII") from None
    return told


def check_names(table: str, given: dict[str, str]) -> None:
    """Raise NotRepresentable where a name is not of SAS, or is there twice."""
    times = Counter(given.values())
    for name, short in given.items():
        if not names.SAS_PATTERN.fullmatch(short):
            raise NotRepresentable(table, name, "a SAS name begins with a letter and has 8 letters or digits at most")
        if times[short] > 1:
            raise NotRepresentable(table, name, "another column has the same SAS name")


def check_numbers(table: str, column: Column, values: pa.Array) -> None:
    """Raise NotRepresentable where a number is outside the range of IBM's floating point."""
    size = pc.abs(values)
    small = pc.and_(pc.less(size, LEAST_NUMBER), pc.greater(size, 0.0))
    if pc.any(pc.or_(small, pc.greater(size, MOST_NUMBER))).as_py():
        raise NotRepresentable(table, column.name, "a number is outside 2.4e-78 to 7.2e75")


def check_texts(table: str, column: Column, values: pa.Array, longest: int) -> None:
    """Raise NotRepresentable where a text is not ASCII, too long, or ends in a blank, which would be lost."""
    breaches = {
        "a text is not ASCII": pc.invert(pc.string_is_ascii(values)),
        f"a text is longer than {longest} bytes": pc.greater(pc.binary_length(values), longest),
        "a text ends in a blank": pc.ends_with(values, " "),
    }
    for rule, breach in breaches.items():
        if pc.any(breach).as_py():
            raise NotRepresentable(table, column.name, rule)


def check_rows(table: Table, rows: pa.Table) -> None:
    """Raise NotRepresentable where a row would be all blanks, which is how the format fills its last record."""
    if any(is_number(column) for column in table.columns):
        return
    blank = pa.chunked_array([pa.array([True] * rows.num_rows, pa.bool_())])
    for column in table.columns:
        blank = pc.and_(blank, pc.equal(texts(rows[column.name]), ""))
    if pc.any(blank).as_py():
        raise NotRepresentable(table.name, table.columns[0].name, "a row has no value at all")


def _as_wide_as(values: pa.Array, width: int) -> pa.Array:
    """Fill the first text with blanks, as the format does, so that the variable's length is the same for any data."""
    if not len(values) or not width:
        return values
    return pa.concat_arrays([pc.utf8_rpad(values.slice(0, 1), width), values.slice(1)])


def _stamp(path: Path, as_of: datetime) -> None:
    """Write the moment of the data where the library wrote the hour of the clock."""
    moment = as_of.astimezone(UTC).strftime(MOMENT).upper().encode("ascii")
    with path.open("r+b") as file:
        for place in MOMENTS:
            file.seek(place)
            file.write(moment)
