"""The safety figures and the board's report of a demo cohort, against plainly reading the records that they are made of."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bench.ground import attribution, prepared
from registry.api import safety_figures, study_safety
from registry.db import records, studies, study_past
from registry.db.transaction import Database
from registry.demo import loading
from registry.publish import board_report
from registry.publish.board_report import OPEN

KINDS = ("participant", "visit", "dose", "concomitant_medication", "adverse_event", "enrolment", "laboratory_alert")
CUT = "BENCH"
MIB = 1024
KEY = b"a key of pseudonyms for a benchmark, 32 bytes or more"


def run(participants: int = 500) -> float:
    """Print the ratios, and give that of the report."""
    with prepared() as ground:
        database = Database(ground.service_url, size=3)
        database.open()
        began = time.perf_counter()
        loaded = loading.load(database, participants=participants)
        print(f"  {participants} participants loaded in {time.perf_counter() - began:.0f} s")
        ratio = _compared(database, loaded.study, participants)
        database.close()
    return ratio


def _compared(database: Database, study: str, participants: int) -> float:
    with database.transaction() as tx:
        tx.attribute(attribution())
        study_id = studies.id_of(tx, study)
        records.record(tx, "data_cut", {"study_id": study_id, "code": CUT, "name": "A benchmark", "moment": _now()})
        tx.commit()
        tx.attribute(attribution())
        now = _now()
        records.settle(tx)
        plain = _took(lambda: [study_past.images(tx, study_id, kind, now) for kind in KINDS])
        figures = _took(lambda: _figures(tx, study_id, now))
        written = _took(lambda: board_report.write(database, tx, attribution(), study, CUT, OPEN, key=KEY))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MIB
    print(
        f"safety: figures {figures / plain:.2f}, report {written / plain:.2f} plain readings of its {len(KINDS)} kinds of record"
    )
    print(
        f"  {participants} participants: plain {plain:.1f} s, figures {figures:.1f} s, report {written:.1f} s"
        f" ({written / participants * 1000:.0f} ms a participant), {peak} MiB at most"
    )
    return written / plain


def _figures(tx: Any, study_id: str, moment: datetime) -> list[Any]:
    safety = study_safety.read(tx, study_id, moment)
    measured = study_safety.laboratory(tx, safety)
    return [
        safety_figures.exposure(safety),
        safety_figures.incidence(safety),
        safety_figures.first_events(safety),
        safety_figures.time_on_drug(safety),
        safety_figures.laboratory_shifts(safety, measured),
        safety_figures.liver(safety, measured),
    ]


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _now() -> datetime:
    return datetime.now(UTC)
