"""A de-identified extract, against COPY of the same columns from the tables beneath; and how much memory it takes."""

from __future__ import annotations

import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench.bodies import FORMS
from bench.filling import COLUMNS, amend, fill
from bench.ground import Ground, prepared
from bench.service import SPAWN
from registry.db.transaction import Database
from registry.domain.extract_orders import Order
from registry.publish.extracts import writing
from registry.publish.extracts.columns import FILES
from registry.publish.extracts.course_tables import COURSE_FILES

TABLES = ("visit", *FORMS, "laboratory_result")
ONE_OF = 10
"""Of so many visits one was amended since the past moment."""
COURSES = tuple(file.name for file in COURSE_FILES)


def run(visits: int = 10_000) -> float:
    """Print and give the time of an extract divided by that of COPY; of the same as of a past moment; and the memory.

    Memory is told at a tenth of the visits and at all of them; values that are derived are told apart, at a thousand. After
    the past moment one visit of ten was amended.
    """
    few, derived = visits // 10, min(visits // 10, 1_000)
    with prepared() as ground:
        fill(ground, derived)
        deriving, _ = measured(extract, ground, COURSES, datetime.now(UTC))
        fill(ground, few - derived)
        _, at_few = measured(extract, ground, TABLES, datetime.now(UTC))
        fill(ground, visits - few)
        moment = datetime.now(UTC)
        took, at_many = measured(extract, ground, TABLES, moment)
        copied, by_copy = measured(copy, ground)
        amend(ground, ONE_OF)
        past, in_past = measured(extract, ground, TABLES, moment)
    ratio = took / copied
    print(
        f"extract: {ratio:.2f} times COPY of the same columns, {visits} visits; as of a past moment {past / took:.2f} times now,"
        f" one visit of {ONE_OF} amended since"
    )
    print(f"  now: {took:.1f} s, peak memory {at_few:.0f} MiB at {few} visits, {at_many:.0f} MiB at {visits}")
    print(f"  as of a past moment: {past:.1f} s, peak memory {in_past:.0f} MiB")
    print(f"  COPY: {copied:.1f} s, peak memory {by_copy:.0f} MiB")
    print(f"  derived values and wide tables: {deriving:.1f} s, {1000 * deriving / derived:.1f} ms a visit")
    return ratio


def measured(work: Any, *arguments: Any) -> tuple[float, float]:
    """Do the work in a process of its own; give its seconds and its peak memory in MiB."""
    answers = SPAWN.SimpleQueue()
    process = SPAWN.Process(target=apart, args=(work, answers, *arguments))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError("the work failed")
    found: tuple[float, float] = answers.get()
    return found


def apart(work: Any, answers: Any, *arguments: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        work(Path(folder), *arguments)
        took = time.perf_counter() - began
    answers.put((took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def extract(folder: Path, ground: Ground, kinds: tuple[str, ...], as_of: datetime) -> None:
    """Write the internal extract of these files as Parquet."""
    order = Order(
        id="bench",
        study_id=ground.study,
        as_of=as_of,
        profile_name="internal",
        recipient="bench",
        uses=("registry",),
        kinds=kinds,
        formats=("parquet",),
        sites="*",
        role="statistician",
        key_version=1,
    )
    views, service = Database(ground.extract_url, size=1), Database(ground.service_url, size=1)
    views.open()
    writing.write(
        writing.Sources(views, service),
        order,
        folder / "extract",
        keys={1: b"0" * 32},
        held_before=None,
        still_agree=frozenset,
        progress=nobody_looks,
    )
    views.close()


def nobody_looks(step: str, done: int, total: int) -> None:
    """Go on, whatever is done."""


def copy(folder: Path, ground: Ground) -> None:
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
