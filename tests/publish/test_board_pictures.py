"""The pictures of the report for the monitoring board: no point is lost, and no empty frame is drawn."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from registry.publish.board_report import curves, pictures
from registry.publish.board_report.blocks import Picture, Table, Words
from tests.domain.study_people import CUT, dose, event, somebody, study


def of(*people: Any) -> Any:
    return SimpleNamespace(safety=study(*people))


def points(*placed: tuple[float, float]) -> int:
    svg = pictures.scatter("liver", {"ALT": placed}, across="x", up="y", cuts=(3.0, 2.0))
    group, _legend = (part for part in svg.split("<g id=") if part.startswith('"liver-PathCollection'))
    return group.count("<use ")


def test_a_peak_of_zero_has_its_point_on_the_edge_of_the_picture() -> None:
    assert points((1.0, 1.0), (0.0, 0.5), (2.0, 0.0)) == 3


def test_a_sentence_stands_where_nothing_happened_and_a_curve_goes_on_to_the_longest_time() -> None:
    [told, serious, _] = curves.of_first_events(of(somebody("A", dose("2026-01-01"))))
    assert isinstance(told, Words)
    assert isinstance(serious, Words)
    happened = of(somebody("A", dose("2026-01-01"), events=(event("2026-01-05"),)), somebody("B", dose("2025-01-01")))
    drawn, at_risk, serious, _ = curves.of_first_events(happened)
    assert isinstance(drawn, Picture)
    assert isinstance(serious, Words)
    assert isinstance(at_risk, Table)
    longest = (CUT - CUT.replace(year=2025, month=1, day=1)).days + 1
    assert at_risk.columns[1:] == ("Day 1", "Day 66", "Day 132", "Day 198", "Day 264", "Day 330", f"Day {longest}")
    assert at_risk.rows == [["Any event", 2, 1, 1, 1, 1, 1, 1]]


def test_no_frame_is_drawn_for_drugs_that_nobody_stopped() -> None:
    safety = of(somebody("A", dose("2026-01-01")))
    rows = [{"drug": "baricitinib", "episodes": 1, "stopped": 0, "curve": []}]
    assert [type(block) for block in curves.of_time_on_drug(safety, rows)] == [Words]
    assert curves.of_time_on_drug(safety, []) == []
