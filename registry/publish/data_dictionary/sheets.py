"""The data dictionary written out, each form of it once in a process: it is the same until the registry is another."""

from __future__ import annotations

import csv
import io
from functools import cache
from typing import Any

from registry.db.transaction import as_json
from registry.publish.data_dictionary import entries, page, since
from registry.schemas.base import schema_of
from registry.schemas.data_dictionary import DataDictionaryEntry


@cache
def written(form: str) -> bytes:
    """Write the data dictionary as `json`, `csv` or `html`."""
    return {"json": _as_json, "csv": _as_csv, "html": page.rendered}[form](every()).encode()


@cache
def every() -> list[dict[str, Any]]:
    """Give every entry as its schema presents it."""
    schema, known = schema_of(DataDictionaryEntry), since.of_entries()
    return [
        schema.present(
            {"part": key.part, "record": key.record, "field": key.field, "profiles": [], "since": known[key]} | entry
        )
        for key, entry in entries.every()
    ]


def _as_json(rows: list[dict[str, Any]]) -> str:
    return as_json(rows)


def _as_csv(rows: list[dict[str, Any]]) -> str:
    """Write a line an entry; an empty cell means that there is no such thing to say."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(schema_of(DataDictionaryEntry).fields), lineterminator="\n")
    table.writeheader()
    table.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return " | ".join(f"{code} = {words}" for code, words in value.items())
    return " | ".join(value) if isinstance(value, list) else value
