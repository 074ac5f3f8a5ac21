"""Laboratory: shifts of the CTCAE grade from baseline, the liver scatter, and alerts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from registry.api import safety_figures
from registry.domain.liver_scatter import QUADRANTS
from registry.publish.board_report import pictures, watch
from registry.publish.board_report.blocks import Block, Picture, Section, Table
from registry.publish.board_report.facts import Facts

GRADES = (0, 1, 2, 3, 4, None)


def section(facts: Facts) -> Section:
    """Tell of the laboratory."""
    return Section("Laboratory", [_shifts(facts), *_liver(facts), watch.alerts(facts)])


def _shifts(facts: Facts) -> Table:
    found = safety_figures.laboratory_shifts(facts.safety, facts.laboratory)
    cells: dict[tuple[str, str, Any], Counter[Any]] = defaultdict(Counter)
    for cell in found["cells"]:
        cells[cell["analyte"], cell["direction"], cell["baseline_grade"]][cell["worst_grade"]] += cell["participants"]
    order = sorted(cells, key=lambda key: (key[0], key[1], 9 if key[2] is None else key[2]))
    rows = [
        [analyte, direction, _grade(grade), *(cells[analyte, direction, grade][worst] for worst in GRADES)]
        for analyte, direction, grade in order
    ]
    return Table(
        f"Worst CTCAE grade after baseline against the grade at baseline (version {found['ctcae_version']}), participants",
        ("Analyte", "Direction", "At baseline", *(f"Worst {_grade(grade)}" for grade in GRADES)),
        rows or [["No result was graded", "", "", *[0] * len(GRADES)]],
        texts=3,
        note="Grade 0: within what the criteria call normal. n/g: not measured, or not gradable.",
    )


def _grade(grade: int | None) -> str:
    return "n/g" if grade is None else str(grade)


def _liver(facts: Facts) -> Sequence[Block]:
    found = safety_figures.liver(facts.safety, facts.laboratory)
    cuts = float(found["transaminase_cut_off"]), float(found["bilirubin_cut_off"])
    quadrants = Table(
        f"Liver: peak transaminase above {found['transaminase_cut_off']} and peak bilirubin above "
        f"{found['bilirubin_cut_off']} times the upper limit of normal",
        ("Quadrant", "Participants"),
        [[words, found["quadrants"].get(code, 0)] for code, words in QUADRANTS.items()],
        note=_left_out(found),
    )
    points: dict[str, list[tuple[float, float]]] = {"ALT": [], "AST": [], "Beyond the range of the assay": []}
    for one in found["points"]:
        group = "Beyond the range of the assay" if one["censored"] else one["transaminase"]
        points[group].append((float(one["transaminase_multiple"]), float(one["bilirubin_multiple"])))
    if not found["points"]:
        return [quadrants]
    shown = {group: placed for group, placed in points.items() if placed}
    svg = pictures.scatter("liver", shown, across="Peak transaminase, multiple of the upper limit",
                           up="Peak bilirubin, multiple of the upper limit", cuts=cuts)  # fmt: skip
    told = (
        f"{len(found['points'])} participants, {found['quadrants'].get('hys_law_range', 0)} in the range of Hy's law."
    )
    note = f"The points bear no number: a point is a participant.{_on_the_edge(found['points'])}"
    return [quadrants, Picture("Peak transaminase and peak bilirubin of each participant", svg, told, note)]


def _on_the_edge(points: Sequence[dict[str, Any]]) -> str:
    """Say how many points a logarithmic axis has no place for."""
    zero = sum(1 for one in points if not one["transaminase_multiple"] or not one["bilirubin_multiple"])
    return f" {zero} of them with a peak of 0 lie on the edge, where the axis begins." if zero else ""


def _left_out(found: dict[str, Any]) -> str:
    not_placed = found["not_placed"]
    return (
        f"Not placed: {not_placed['no_transaminase']} without a transaminase, {not_placed['no_bilirubin']} without a "
        f"bilirubin. Results without an upper limit of normal: {found['without_limit']}."
    )
