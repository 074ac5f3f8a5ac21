"""What the laboratory results of a visit say: CTCAE grades, multiples of muscle enzymes, and the enzyme signal.

Each result with a value is derived by itself; the details tell its place in the visit. The baseline of an analyte is its
last result at or before the baseline visit whose unit converts; a censored one is no baseline value.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from registry.domain import ctcae_5, ctcae_6, units
from registry.domain.analytes import CATALOGUE, Analyte
from registry.domain.course import Course, Visit, exact
from registry.domain.ctcae import grade, term_of
from registry.domain.ctcae_ladder import Measured
from registry.domain.derived import Derived, used
from registry.domain.enzyme_signal import ENZYME_SIGNAL, Occasion, enzyme_signal
from registry.domain.muscle_enzymes import ENZYME_MULTIPLE, MUSCLE_ENZYMES, Enzyme, enzyme_multiple

Reported = Mapping[str, Any]
SIGNAL_ENZYME = "CK"
"""The enzyme whose rise without weakness the founding review reports."""

_VERSIONS: tuple[tuple[str, str, Any], ...] = (
    (ctcae_5.CTCAE_5.id, ctcae_5.VERSION, ctcae_5.TABLE),
    (ctcae_6.CTCAE_6.id, ctcae_6.VERSION, ctcae_6.TABLE),
)
GRADED = frozenset(analyte for _, _, table in _VERSIONS for analyte, _ in table)
BY_BASELINE = frozenset(key[0] for _, _, table in _VERSIONS for key, term in table.items() if term.by_baseline)
_STRENGTH = ("mmt8_total", "mmt8_maximum", "cmas_total", "cmas_maximum")


def of_visit(course: Course, visit: Visit) -> Iterator[Derived]:
    """Derive grades, multiples and the enzyme signal."""
    for number, result in numbered(visit):
        if result["analyte"] in GRADED:
            yield from _grades(course, visit, result, number)
        if result["analyte"] in MUSCLE_ENZYMES:
            yield _multiple(course, visit, result, number)
        if result["analyte"] == SIGNAL_ENZYME:
            yield _signal(course, visit, result, number)


def numbered(visit: Visit) -> Iterator[tuple[int, Reported]]:
    """The results of a visit that have a value, each with its place among all, from 1."""
    for number, result in enumerate(visit.results(), 1):
        if exact(result.get("value")) is not None and result["analyte"] in CATALOGUE:
            yield number, result


def at_baseline(course: Course, analyte: str) -> Iterator[tuple[Visit, Reported]]:
    """The results of an analyte at the baseline visit and before it that have a value, the last first."""
    if course.baseline is None:
        return
    for visit in reversed(course.until(course.baseline)):
        for result in reversed(visit.results(analyte)):
            if exact(result.get("value")) is not None:
                yield visit, result


def pointer(result: Reported) -> str:
    """Where a result is found in its visit."""
    return f"/laboratory_results/{result['analyte']}"


# --- grades -----------------------------------------------------------------------------------------------------------


def _grades(course: Course, visit: Visit, result: Reported, number: int) -> Iterator[Derived]:
    measured, at = _measured(course, result, number)
    inputs = used(visit.used(pointer(result)), at.used(pointer(result)) if at else None)
    increased = _both_ways(measured) and _above_limit(measured)
    for rule, version, table in _VERSIONS:
        for way in (None, "increase") if increased else (None,):
            if term_of(table, measured.analyte, way) is not None:
                yield Derived(grade(measured, way, table, course.rules[rule], version), inputs)


def _both_ways(measured: Measured) -> bool:
    """Whether the analyte has a term for its decrease and one for its increase."""
    ways = (term_of(ctcae_5.TABLE, measured.analyte, way) for way in ("decrease", "increase"))
    return all(way is not None for way in ways)


def _above_limit(measured: Measured) -> bool:
    if measured.value is None or measured.upper is None or measured.comparator == "<":
        return False
    return measured.value > measured.upper or (measured.comparator == ">" and measured.value == measured.upper)


def _measured(course: Course, result: Reported, number: int) -> tuple[Measured, Visit | None]:
    baseline, at = _baseline(course, result) if result["analyte"] in BY_BASELINE else ({}, None)
    measured = Measured(
        analyte=result["analyte"],
        value=exact(result["value"]),
        unit=result.get("unit"),
        comparator=result.get("comparator"),
        lower_limit=exact(result.get("lower_limit")),
        upper_limit=exact(result.get("upper_limit")),
        baseline_value=baseline.get("value"),
        baseline_lower_limit=baseline.get("lower_limit"),
        baseline_upper_limit=baseline.get("upper_limit"),
        result_number=number,
    )
    return measured, at


def _baseline(course: Course, result: Reported) -> tuple[Mapping[str, Decimal], Visit | None]:
    """The value and limits of the analyte at baseline in the unit of the result, and the visit that they are from."""
    analyte, unit = CATALOGUE[result["analyte"]], result.get("unit") or ""
    for visit, kept in at_baseline(course, analyte.code):
        converted = _converted(analyte, kept, unit)
        if converted is not None:
            return ({}, None) if kept.get("comparator") else (converted, visit)
    return {}, None


def _converted(analyte: Analyte, kept: Reported, unit: str) -> Mapping[str, Decimal] | None:
    given = {name: exact(kept.get(name)) for name in ("value", "lower_limit", "upper_limit")}
    try:
        return {
            name: units.convert(analyte, number, kept.get("unit") or "", unit)
            for name, number in given.items()
            if number is not None
        }
    except ValueError:
        return None


# --- muscle enzymes ---------------------------------------------------------------------------------------------------


def _multiple(course: Course, visit: Visit, result: Reported, number: int) -> Derived:
    enzyme = Enzyme(
        analyte=result["analyte"],
        value=exact(result["value"]),
        unit=result.get("unit"),
        upper_limit=exact(result.get("upper_limit")),
        comparator=result.get("comparator"),
        result_number=number,
    )
    return Derived(enzyme_multiple(enzyme, course.rules[ENZYME_MULTIPLE.id]), used(visit.used(pointer(result))))


def _signal(course: Course, visit: Visit, result: Reported, number: int) -> Derived:
    analyte = result["analyte"]
    earlier = ((one, kept) for one in reversed(course.before(visit)) for _, kept in _last(one, analyte))
    previous, kept = next(earlier, (None, None))
    before = Occasion() if previous is None or kept is None else _occasion(previous, kept)
    found = enzyme_signal(analyte, before, _occasion(visit, result, number), course.rules[ENZYME_SIGNAL.id])
    fields = (
        pointer(result),
        *(f"/forms/muscle_strength/{name}" for name in _STRENGTH),
        "/forms/disease_activity/physician_global_activity",
    )
    return Derived(found, used(visit.used(*fields), previous.used(*fields) if previous else None))


def _last(visit: Visit, analyte: str) -> list[tuple[int, Reported]]:
    return [(number, result) for number, result in numbered(visit) if result["analyte"] == analyte][-1:]


def _occasion(visit: Visit, result: Reported, number: int | None = None) -> Occasion:
    on_scale = visit.form("disease_activity").get("physician_global_scale") == "vas"
    physician = visit.measured("disease_activity", "physician_global_activity") if on_scale else None
    return Occasion(
        value=exact(result["value"]),
        unit=result.get("unit"),
        comparator=result.get("comparator"),
        upper_limit=exact(result.get("upper_limit")),
        physician_global_activity=physician,
        result_number=number,
        **{name: visit.measured("muscle_strength", name) for name in _STRENGTH},
    )
