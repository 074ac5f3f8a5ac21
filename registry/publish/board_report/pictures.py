"""The pictures of the report as SVG: the same figures give the same bytes, and each can be told apart in black and white."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

WIDTH = 7.0
"""Inches; the text of an A4 page is as wide."""
BAR = 0.3
"""Inches of height for each bar."""
LETTER = 0.073
"""Inches of width for each letter of a label, on the average, rounded up."""
LEGEND_LINE = 0.2
"""Inches of height for each line of a legend."""
LONGEST_LABEL = 42
LOOK: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "legend.handlelength": 3.2,
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "board report",
}
matplotlib.rcdefaults()  # whatever this machine's own settings say
matplotlib.rcParams.update(LOOK)
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
INKS = ("#000000", "#0b5394", "#a64d00", "#38761d", "#741b47", "#666666")
MARKS = ("o", "s", "^", "D", "v", "x")
FILLS = (("#ffffff", ""), ("#dde5ee", "//"), ("#a9bcd0", ""), ("#5d7b99", "\\\\"), ("#102a43", ""))
"""From light to dark, so that grades stay in their order when a page is printed in grey."""
ALONE = ("#a9bcd0", "")
FONTS = "'DejaVu Sans', Verdana, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of steps: its points, and where given the band around them."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    lower: Sequence[float] = ()
    upper: Sequence[float] = ()


def steps(name: str, lines: Sequence[Line], *, across: str, up: str, most: float | None = None) -> str:
    """Draw lines that change in steps."""
    figure, axes = _figure(3.0, below=0.52 + LEGEND_LINE * ((len(lines) + 1) // 2))
    for place, line in enumerate(lines):
        ink, dashes = INKS[place % len(INKS)], LINES[place % len(LINES)]
        axes.step(line.x, line.y, where="post", color=ink, linestyle=dashes, linewidth=1.4, label=_short(line.name))
        if line.lower and line.upper:
            axes.fill_between(line.x, line.lower, line.upper, step="post", color=ink, alpha=0.12, linewidth=0)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_xlim(left=0)
    axes.set_ylim(0, most)
    if most is None:
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    figure.legend(loc="lower left", ncols=2, fontsize=8)
    return _drawn(figure, name)


def bars(name: str, rows: Sequence[tuple[str, Sequence[float]]], parts: Sequence[str], *, across: str) -> str:
    """Draw a bar for each row, from the top down; each is made of the same parts, one after the other."""
    longest = max((len(_short(label)) for label, _ in rows), default=0)
    above = 0.35 if len(parts) > 1 else 0.1
    figure, axes = _figure(above + 0.5 + BAR * len(rows), left=0.25 + LETTER * longest, above=above)
    places = range(len(rows))
    begin = [0.0] * len(rows)
    for place, part in enumerate(parts):
        fill, hatch = FILLS[place % len(FILLS)] if len(parts) > 1 else ALONE
        wide = [float(values[place]) for _, values in rows]
        axes.barh(places, wide, left=begin, color=fill, hatch=hatch, edgecolor="black", linewidth=0.6, height=0.7,
                  label=part)  # fmt: skip
        begin = [left + more for left, more in zip(begin, wide, strict=True)]
    axes.set_yticks(list(places), [_short(label) for label, _ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(across)
    axes.margins(x=0.02)
    if len(parts) > 1:
        figure.legend(loc="upper left", ncols=len(parts), fontsize=8, handlelength=1.6)
    return _drawn(figure, name)


def scatter(
    name: str, points: Mapping[str, Sequence[tuple[float, float]]], *, across: str, up: str, cuts: tuple[float, float]
) -> str:
    """Draw points on two logarithmic axes, by group, with the two cut-offs as lines; what is not above 0 lies on the edge."""
    figure, axes = _figure(4.2, below=0.52 + LEGEND_LINE)
    every = [point for found in points.values() for point in found]
    left, below = (_floor(point[axis] for point in every) for axis in (0, 1))
    for place, (group, found) in enumerate(points.items()):
        ink, mark = INKS[place % len(INKS)], MARKS[place % len(MARKS)]
        axes.scatter([max(x, left) for x, _ in found], [max(y, below) for _, y in found], s=26, marker=mark, edgecolors=ink,
                     linewidths=0.9, facecolors="none" if place == 0 else ink, label=group, clip_on=False, zorder=3)  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(left, max([20.0, *(x for x, _ in every)]) * 1.25)
    axes.set_ylim(below, max([10.0, *(y for _, y in every)]) * 1.25)
    axes.axvline(cuts[0], color="black", linestyle="--", linewidth=0.8)
    axes.axhline(cuts[1], color="black", linestyle="--", linewidth=0.8)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.set_minor_locator(NullLocator())
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    figure.legend(loc="lower left", ncols=3, fontsize=8)
    return _drawn(figure, name)


def _floor(values: Iterable[float]) -> float:
    """Give where a logarithmic axis begins: below the smallest value above 0."""
    return min([0.1, *(value for value in values if value > 0)]) * 0.8


def _figure(height: float, *, left: float = 0.6, below: float = 0.5, above: float = 0.1) -> tuple[Figure, Axes]:
    """Begin a picture with room around the axes, in inches: an automatic layout would draw everything twice."""
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasSVG(figure)
    figure.subplots_adjust(left / WIDTH, below / height, 1 - 0.1 / WIDTH, 1 - above / height)
    axes: Axes = figure.add_subplot()
    axes.grid(visible=True, axis="both", color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)
    return figure, axes


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def _drawn(figure: Figure, name: str) -> str:
    """Write a figure as a part of a page: its ids are of this picture alone, and nothing in it names another place."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata=NO_METADATA)
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{name}-", svg)
    svg = re.sub(r'(?:xlink:)?href="#', f'href="#{name}-', svg)
    svg = svg.replace("'DejaVu Sans'", FONTS)
    return re.sub(r"[ \t]+\n", "\n", svg)
