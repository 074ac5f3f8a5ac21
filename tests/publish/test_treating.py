"""What is done to the columns of a batch, against the same done value by value."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from registry.domain.deidentification import Action
from registry.publish.extracts import limits, treating
from registry.publish.extracts.columns import EVENT, PARTICIPANT, VISIT_NUMBER, Column, File
from registry.publish.extracts.staging import BATCH, PLACE, Stage, Staged
from registry.publish.extracts.visit_numbers import VisitNumbers, without_visits
from tests.oracles import date_shift

VISIT = File("visit", "A visit", (PARTICIPANT, VISIT_NUMBER, EVENT), ("visit_number",))
VALUE = Column("value", "Value", "decimal", Action.NUMBER, group=("analyte",))
CODE = Column("code", "Code", "code", Action.CODE)
days = st.integers(-3000, 3000).filter(bool)


def staged(folder: Path, rows: list[tuple[Any, ...]]) -> Staged:
    stage = Stage(VISIT, folder)
    for start in range(0, len(rows), 1000):
        stage.add(pa.record_batch([*map(pa.array, zip(*rows[start : start + 1000], strict=True))], schema=stage.schema))
    return stage.close()


@given(st.lists(st.tuples(days, st.sampled_from(["day", "month", "year"])), min_size=1, max_size=8))
def test_dates_are_moved_as_each_would_be_alone(told: list[tuple[int, str]]) -> None:
    day_1 = date(2025, 2, 10)
    first = pa.array([(day_1 - date(1970, 1, 1)).days] * len(told), pa.int32())
    moved = treating.dates(first, pa.array([day for day, _ in told]), pa.array([known for _, known in told]))
    assert moved.to_pylist() == [date_shift.told(date_shift.date_of(day_1, day), known) for day, known in told]  # type: ignore[arg-type]


@given(st.lists(days, min_size=1, max_size=8))
def test_quarters_are_those_of_each_day(told: list[int]) -> None:
    assert treating.quarters(pa.array(told)).to_pylist() == [date_shift.quarter(day) for day in told]


def test_a_day_that_is_not_known_gives_no_date_and_no_quarter() -> None:
    nothing = pa.array([None], pa.int64())
    assert treating.dates(pa.array([1], pa.int32()), nothing, None).to_pylist() == [None]
    assert treating.quarters(nothing).to_pylist() == [None]


def measured(rows: list[tuple[int, str, str | None]]) -> pa.RecordBatch:
    names = [PLACE, "analyte", "value"]
    return pa.record_batch([*map(pa.array, zip(*rows, strict=True))], names=names)


def test_numbers_beyond_what_k_participants_reach_are_given_as_that_number_in_each_group() -> None:
    values = ["1", "7.25", "8.10", "9.00", "1000"]
    batch = measured([*((place, "CK", value) for place, value in enumerate(values)), (0, "LDH", "5"), (1, "CK", None)])
    found = limits.found([VALUE], [batch], 2)
    limited, coded = limits.within(batch, VALUE, found.bounds["value"])
    assert limited.to_pylist() == ["7.25", "7.25", "8.1", "9", "9", None, None], "one participant's LDH is blank"
    assert coded == 2


def test_many_rows_of_one_participant_are_one_participant() -> None:
    batch = measured([(0, "CK", str(value)) for value in range(50)] + [(1, "CK", "3")])
    assert limits.found([VALUE], [batch], 2).bounds["value"]["CK"] == (Decimal(3), Decimal(3))


def test_a_code_of_too_few_participants_is_blank_and_another_with_it() -> None:
    codes = ["common"] * 4 + ["rarer"] * 2 + ["rare"] * 3
    places = [0, 1, 2, 3, 4, 5, 6, 6, 6]
    batch = pa.record_batch([pa.array(places), pa.array(codes)], names=[PLACE, "code"])
    found = limits.found([CODE], [batch], 2)
    told = limits.without_rare(batch, CODE, found.rare["code"]).to_pylist()
    assert told == ["common"] * 4 + [None] * 5, "with only the rare one blank, whoever counts would know whose it is"


def test_all_rows_of_a_participant_are_in_one_batch_however_many_there_are(tmp_path: Path) -> None:
    sizes = [BATCH // 2 + 1, BATCH, 3, BATCH - 1, 1]
    rows = [(place, number, "week_0") for place, size in enumerate(sizes) for number in range(size)]
    batches = list(staged(tmp_path, rows).batches())
    assert sum(batch.num_rows for batch in batches) == len(rows)
    seen = [set(batch.column(PLACE).to_pylist()) for batch in batches]
    assert sorted(place for places in seen for place in places) == list(range(len(sizes)))


def test_visits_that_stay_leave_no_gap_and_take_their_rows_with_them(tmp_path: Path) -> None:
    events = ["screening", "week_0", "unscheduled", "week_4"]
    rows = [(place, number, event) for place in (0, 2) for number, event in enumerate(events, start=1)]
    numbers = VisitNumbers(
        staged(tmp_path, rows), [frozenset({"week_0", "week_4"}), frozenset(), frozenset({"week_4"})]
    )
    batch = pa.record_batch([[0, 0, 0, 0, 2, 2, 2], [1, 2, 4, None, 1, 3, 4]], names=[PLACE, VISIT_NUMBER.name])
    leaving = numbers.leaving(VISIT, batch)
    assert leaving.to_pydict() == {PLACE: [0, 0, 0, 2], VISIT_NUMBER.name: [1, 2, None, 1]}


def test_a_participants_row_tells_nothing_of_visits_that_stay() -> None:
    row = {
        "week_4_event": "unscheduled",
        "week_4_cmas": 1,
        "week_48_event": "week_48",
        "week_48_cmas": 2,
        "first_event": "week_12",
        "first_days": 3,
        "last_event": "week_48",
        "last_days": 4,
    }
    left = {name for name, value in without_visits(row, frozenset({"week_48"})).items() if value is not None}
    assert left == {"week_48_event", "week_48_cmas", "last_event", "last_days"}


def test_moving_by_a_shift_keeps_every_interval() -> None:
    first, later = treating.dates(pa.array([19000, 19000], pa.int32()), pa.array([-5, 40]), None).to_pylist()
    assert date.fromisoformat(later) - date.fromisoformat(first) == timedelta(days=44)
