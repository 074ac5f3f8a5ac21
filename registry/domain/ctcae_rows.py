"""The kinds of row in a CTCAE table: below cut-offs, above multiples of a limit or of the baseline, above cut-offs.

Source: domain reference 4.2 and 4.3. Each makes the edges of the grades for one value. Cut-offs are given by grade:
`grade_1` is where grade 1 ends and grade 2 begins; `from` is where grade 1 begins, where it does not begin at a limit.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from registry.domain import units
from registry.domain.analytes import named
from registry.domain.ctcae_ladder import Edge, Ladder, Measured, Undecidable

Edges = Mapping[str, Decimal]
Printed = Mapping[str, Edges]
"""Cut-offs by the unit that they are printed in."""

BEGINNING = "from"


def below(measured: Measured, printed: Printed) -> Ladder:
    """Grade 1 begins below the lower limit of normal, and the others below their cut-offs, whatever the limit."""
    edges = (Edge(1, measured.lower_limit), *_edges(_in_unit(measured, printed)))
    needs = ("lower_limit",) if measured.lower_limit is None else ()
    return Ladder(direction="decrease", edges=edges, needs=needs)


def below_cut_offs(measured: Measured, printed: Printed) -> Ladder:
    """Every grade begins below its cut-off: no limit of normal is needed. `grade_0` is where grade 1 begins."""
    return Ladder(direction="decrease", edges=_edges(_in_unit(measured, printed)))


def above(measured: Measured, printed: Printed) -> Ladder:
    """Grade 1 begins above the upper limit of normal, and the others above their cut-offs, whatever the limit."""
    edges = (Edge(1, measured.upper), *_edges(_in_unit(measured, printed)))
    return Ladder(direction="increase", edges=edges, needs=() if measured.upper else ("upper_limit",))


def above_cut_offs(measured: Measured, printed: Printed) -> Ladder:
    """Grade 1 begins at its cut-off, the others above theirs: no limit of normal is needed."""
    cut_offs = _in_unit(measured, printed)
    return Ladder(direction="increase", edges=(Edge(1, cut_offs[BEGINNING], closed=True), *_edges(cut_offs)))


def over_limit(measured: Measured, printed: Printed) -> Ladder | Undecidable:
    """Grade 1 begins above the upper limit of normal, and the others by how far the value is above it."""
    if measured.upper is None:
        return Undecidable(("upper_limit",))
    rises = {name: measured.upper + rise for name, rise in _in_unit(measured, printed).items()}
    return Ladder(direction="increase", edges=(Edge(1, measured.upper), *_edges(rises)))


def multiples(measured: Measured, times: Edges) -> Ladder | Undecidable:
    """Multiples of the upper limit of normal, grade 1 beginning above the limit itself."""
    if measured.upper is None:
        return Undecidable(("upper_limit",))
    edges = (Edge(1, measured.upper), *_edges(times, measured.upper))
    return Ladder(direction="increase", edges=edges, of=measured.upper)


def multiples_or_baseline(
    measured: Measured, times: Edges, of_baseline: Edges, *, closed: bool = True
) -> Ladder | Undecidable:
    """Multiples of the upper limit where the baseline was not above its own, else multiples of the baseline.

    Grade 1 of an abnormal baseline begins at a multiple, itself in grade 1 where `closed`. Without a baseline a value is
    graded as over a normal one (S-CTCAE's implementation does), and above the limit the grade is not final.
    """
    by_limits = multiples(measured, times)
    if isinstance(by_limits, Undecidable):
        return by_limits
    if measured.baseline is None:
        return replace(by_limits, unsure="baseline_value") if by_limits.span(measured)[1] > 0 else by_limits
    if measured.baseline_upper is not None and measured.baseline <= measured.baseline_upper:
        return by_limits
    first = Edge(1, of_baseline[BEGINNING] * measured.baseline, closed)
    edges = (first, *_edges(of_baseline, measured.baseline))
    return Ladder(direction="increase", edges=edges, basis="baseline", of=measured.baseline)


def worse_of(measured: Measured, by_limits: Ladder | Undecidable, of_baseline: Edges) -> Ladder | Undecidable:
    """The worse of two ladders: by the limits, and by multiples of the baseline; the latter decides only if it is worse.

    Without a baseline the limits decide, and the grade is final only where no baseline could make it worse.
    """
    if isinstance(by_limits, Undecidable):
        return by_limits
    if measured.baseline is None:
        worst = max(edge.grade for edge in _edges(of_baseline))
        return replace(by_limits, unsure="baseline_value") if by_limits.span(measured)[0] < worst else by_limits
    edges = _edges(of_baseline, measured.baseline)
    by_baseline = Ladder(direction="increase", edges=edges, basis="baseline", of=measured.baseline)
    worse = max((by_limits, by_baseline), key=lambda ladder: ladder.span(measured)[0])
    return replace(worse, edges=(*by_limits.edges, *by_baseline.edges))


def worse_of_low_baseline(
    measured: Measured, by_limits: Ladder | Undecidable, of_baseline: Edges
) -> Ladder | Undecidable:
    """The worse of two ladders where the baseline was below its lower limit, else by the limits alone."""
    both = worse_of(measured, by_limits, of_baseline)
    low = measured.baseline_lower
    if isinstance(by_limits, Undecidable) or isinstance(both, Undecidable) or measured.baseline is None:
        return both
    if low is not None:
        return both if measured.baseline < low else by_limits
    raised = both.span(measured) > by_limits.span(measured)
    return replace(by_limits, unsure="baseline_lower_limit") if raised else by_limits


def above_limit_and_baseline(measured: Measured) -> Ladder | Undecidable:
    """Grade 1 alone, above both the upper limit of normal and the baseline; not above one of them is grade 0."""
    known = {"upper_limit": measured.upper, "baseline_value": measured.baseline}
    missing = tuple(name for name, at in known.items() if at is None)
    highest = max((at for at in known.values() if at is not None), default=None)
    ladder = Ladder(direction="increase", edges=(Edge(1, highest),), of=measured.upper)
    return Undecidable(missing) if missing and ladder.span(measured)[1] > 0 else ladder


def _edges(cut_offs: Edges, factor: Decimal = Decimal(1)) -> tuple[Edge, ...]:
    """Where each grade begins: where the one before it ends."""
    return tuple(
        Edge(int(name.removeprefix("grade_")) + 1, at * factor) for name, at in cut_offs.items() if name != BEGINNING
    )


def _in_unit(measured: Measured, printed: Printed) -> Edges:
    """The cut-offs printed for the unit of the value, or those of the first unit printed, converted exactly."""
    unit = measured.unit or ""
    if unit in printed:
        return printed[unit]
    source, cut_offs = next(iter(printed.items()))
    return {name: units.convert(named(measured.analyte), at, source, unit) for name, at in cut_offs.items()}
