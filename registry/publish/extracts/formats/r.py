"""R: a script in base R that loads the CSV files of an extract, with classes, labels, units, and factors for codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from registry.publish.extracts.columns import Column
from registry.publish.extracts.formats.arrays import codes_of
from registry.publish.extracts.tables import Table

NAME = "load.R"
CLASSES: Mapping[str, str] = {"integer": "integer", "0/1": "0/1", "decimal": "numeric"}
"""R's class by the type of a column, 0/1 for yes and no; every other is read as text: of a date, the day may be unknown."""

HEAD = """\
# Loads this extract into R, with nothing but base R:
#
#     source("load.R", chdir = TRUE)
#     extract$visit
#
# `extract` is a list of data frames. Columns have the attributes "label" and "units"; coded columns are factors whose levels
# are words, with the attribute "codes"; yes and no are logical; a value that is missing is NA.

extract <- local({
  described <- function(name, class, label, units = NULL, codes = NULL, words = NULL) {
    list(name = name, class = class, label = label, units = units, codes = codes, words = words)
  }
  told <- function(values, column) {
    if (column$class == "0/1") values <- values == 1L
    if (!is.null(column$codes)) {
      if (!all(is.na(values) | values %in% column$codes)) stop(column$name, ": a code is not among those declared")
      values <- factor(values, levels = column$codes, labels = column$words)
      attr(values, "codes") <- structure(column$codes, names = column$words)
    }
    attr(values, "label") <- column$label
    attr(values, "units") <- column$units
    values
  }
  table <- function(file, label, ...) {
    columns <- list(...)
    names(columns) <- vapply(columns, function(column) column$name, "")
    classes <- vapply(columns, function(column) sub("0/1", "integer", column$class, fixed = TRUE), "")
    data <- read.csv(file, colClasses = classes, na.strings = "", encoding = "UTF-8", check.names = FALSE)
    if (!identical(names(data), names(columns))) stop(file, ": its columns are not those that this script describes")
    for (name in names(columns)) data[[name]] <- told(data[[name]], columns[[name]])
    attr(data, "label") <- label
    data
  }
  list(
"""
TAIL = "\n  )\n})\n"


def script(tables: Sequence[Table]) -> str:
    """Write the script that loads these tables, each from its CSV file beside the script."""
    return HEAD + ",\n".join(map(_table, tables)) + TAIL


def _table(table: Table) -> str:
    told = (_text(f"{table.name}.csv"), _text(table.words), *map(_column, table.columns))
    return _called(f"    {table.name} = table", told, "\n      ")


def _column(column: Column) -> str:
    kind = CLASSES.get(column.type, "character")
    told = [_text(column.name), _text(kind), _text(column.words)]
    if column.unit:
        told.append(f"units = {_text(column.unit)}")
    if codes := codes_of(column):
        told.append(f"codes = {_called('c', map(_text, codes))}")
        told.append(f"words = {_called('c', map(_text, codes.values()))}")
    return _called("described", told)


def _called(function: str, arguments: Iterable[str], between: str = " ") -> str:
    return f"{function}({f',{between}'.join(arguments)})"


def _text(text: str) -> str:
    """Write a string of R in ASCII, so that it is the same in any locale."""
    return f'"{"".join(map(_character, text))}"'


def _character(character: str) -> str:
    if character in {'"', "\\"}:
        return f"\\{character}"
    return character if " " <= character <= "~" else f"\\U{ord(character):08x}"
