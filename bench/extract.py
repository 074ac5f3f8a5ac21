"""A de-identified extract, against COPY of the same columns from the tables beneath; and how much memory it takes."""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench.bodies import FORMS
from bench.filling import COLUMNS, fill
from bench.ground import STUDY, Ground, attribution, prepared
from bench.service import SPAWN
from registry.db.transaction import Database
from registry.publish import extracts
from registry.publish.columns import FILES

TABLES = ("visit", *FORMS, "laboratory_result")


def run(visits: int = 10_000) -> float:
    """Print and give the time of an extract divided by that of COPY, and the memory at a tenth of the visits and at all."""
    with prepared() as ground:
        fill(ground, visits // 10)
        _, at_few = measured(extract, ground)
        fill(ground, visits - visits // 10)
        took, at_many = measured(extract, ground)
        copied, by_copy = measured(copy, ground)
    ratio = took / copied
    print(f"extract: {ratio:.2f} times COPY of the same columns, {visits} visits")
    print(
        f"  extract: {took:.1f} s, peak memory {at_few:.0f} MiB at {visits // 10} visits, {at_many:.0f} MiB at {visits}"
    )
    print(f"  COPY: {copied:.1f} s, peak memory {by_copy:.0f} MiB")
    return ratio


def measured(work: Any, ground: Ground) -> tuple[float, float]:
    """Do the work in a process of its own; give its seconds and its peak memory in MiB."""
    answers = SPAWN.SimpleQueue()
    process = SPAWN.Process(target=apart, args=(work, ground, answers))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError("the work failed")
    found: tuple[float, float] = answers.get()
    return found


def apart(work: Any, ground: Ground, answers: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        work(ground, Path(folder))
        took = time.perf_counter() - began
    answers.put((took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def extract(ground: Ground, folder: Path) -> None:
    views, service = Database(ground.extract_url, size=1), Database(ground.service_url, size=1)
    views.open(), service.open()
    extracts.write(views, service, STUDY, attribution(), folder / "extract", key=b"0" * 32)
    views.close(), service.close()


def copy(ground: Ground, folder: Path) -> None:
    """Copy what the files of visits have under the same name in the tables, as CSV."""
    named = {file.name: set(file.names) for file in FILES}
    with ground.owner() as connection:
        for table in TABLES:
            columns = [row[0] for row in connection.execute(COLUMNS, [table]).fetchall()]
            key = "id" if table == "visit" else "visit_id"
            statement = sql.SQL("copy {} ({}) to stdout with (format csv)").format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, [key, *(one for one in columns if one in named[table])])),
            )
            kept(connection, statement, folder / table)


def kept(connection: psycopg.Connection[Any], statement: sql.Composed, path: Path) -> None:
    with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(statement) as rows:
        for row in rows:
            file.write(row)
