"""What the laboratory results of a visit say: CTCAE grades, multiples of muscle enzymes, and the enzyme signal.

Each result with a value is derived by itself; the details tell its place in the visit. A result at a visit after the
baseline visit is compared with the analyte's baseline: the result that counts at the baseline visit, else at the last one
before it, among those whose unit converts; a censored one is no baseline value. A result at the baseline or before it has
none: nothing earlier is graded by what came later.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from registry.domain import ctcae_5, ctcae_6, units
from registry.domain.analytes import CATALOGUE, Analyte
from registry.domain.course import Course, Input, Visit, collected, exact, order_of
from registry.domain.ctcae import grade, term_of
from registry.domain.ctcae_ladder import Measured
from registry.domain.derivations import state_measures as read_from
from registry.domain.derivations.state_measures import Read
from registry.domain.derived import Derived, used
from registry.domain.enzyme_signal import ENZYME_SIGNAL, Occasion, enzyme_signal
from registry.domain.items import CMAS_TOTAL, MMT8_MAXIMUM
from registry.domain.muscle_enzymes import ENZYME_MULTIPLE, MUSCLE_ENZYMES, Enzyme, enzyme_multiple
from registry.domain.rules import Result

Reported = Mapping[str, Any]
SIGNAL_ENZYME = "CK"
"""The enzyme whose rise without weakness the founding review reports."""

_VERSIONS: tuple[tuple[str, str, Any], ...] = (
    (ctcae_5.CTCAE_5.id, ctcae_5.VERSION, ctcae_5.TABLE),
    (ctcae_6.CTCAE_6.id, ctcae_6.VERSION, ctcae_6.TABLE),
)
GRADED = frozenset(analyte for _, _, table in _VERSIONS for analyte, _ in table)
BY_BASELINE = frozenset(key[0] for _, _, table in _VERSIONS for key, term in table.items() if term.by_baseline)


def of_visit(course: Course, visit: Visit) -> Iterator[Derived]:
    """Derive grades, multiples and the enzyme signal."""
    for number, result in numbered(visit):
        if result["analyte"] in GRADED:
            yield from grades(course, visit, result, number)
        if result["analyte"] in MUSCLE_ENZYMES:
            yield _multiple(course, visit, result, number)
        if result["analyte"] == SIGNAL_ENZYME:
            yield signal(course, visit, result, number)


def numbered(visit: Visit) -> Iterator[tuple[int, Reported]]:
    """The results of a visit that have a value, each with its place among all, from 1."""
    for number, result in enumerate(visit.results(), 1):
        if exact(result.get("value")) is not None and result["analyte"] in CATALOGUE:
            yield number, result


def after_baseline(course: Course, visit: Visit) -> bool:
    """Whether a visit comes after the baseline visit; one without a date cannot be placed."""
    dated = bool(visit.image.get("visited_on"))
    return course.baseline is not None and dated and order_of(visit) > order_of(course.baseline)


def at_baseline(
    course: Course, visit: Visit, analyte: str, alike: Callable[[Reported], bool]
) -> tuple[Visit, Reported] | None:
    """Find what a visit is compared with: the result that counts at the baseline visit, else at the last before it.

    Only results that are `alike` count; None where there is none, and at the baseline visit and before it.
    """
    if course.baseline is None or not after_baseline(course, visit):
        return None
    for earlier in reversed(course.until(course.baseline)):
        kept = counting(earlier, analyte, alike)
        if kept is not None:
            return earlier, kept
    return None


def counting(visit: Visit, analyte: str, alike: Callable[[Reported], bool]) -> Reported | None:
    """Give the result of an analyte that counts for a visit among those that are `alike`."""
    among = enumerate(one for one in visit.results(analyte) if exact(one.get("value")) is not None and alike(one))
    return max(among, key=collected, default=(0, None))[1]


def pointer(result: Reported) -> str:
    """Where a result is found in its visit."""
    return f"/laboratory_results/{result['analyte']}"


# --- grades -----------------------------------------------------------------------------------------------------------


def grades(course: Course, visit: Visit, result: Reported, number: int, only: str = "") -> Iterator[Derived]:
    """Grade a result by each version of the CTCAE, or by `only` one of them."""
    measured, at = _measured(course, visit, result, number)
    inputs = used(visit.used(pointer(result)), at.used(pointer(result)) if at else None)
    increased = _both_ways(measured) and _above_limit(measured)
    for rule, version, table in (one for one in _VERSIONS if only in ("", one[1])):
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


def _measured(course: Course, visit: Visit, result: Reported, number: int) -> tuple[Measured, Visit | None]:
    baseline, at = _baseline(course, visit, result) if result["analyte"] in BY_BASELINE else ({}, None)
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


def _baseline(course: Course, visit: Visit, result: Reported) -> tuple[Mapping[str, Decimal], Visit | None]:
    """The value and limits of the analyte at baseline in the unit of the result, and the visit that they are from."""
    analyte, unit = CATALOGUE[result["analyte"]], result.get("unit") or ""
    found = at_baseline(course, visit, analyte.code, lambda kept: _converted(analyte, kept, unit) is not None)
    if found is None or found[1].get("comparator"):
        return {}, None
    at, kept = found
    return _converted(analyte, kept, unit) or {}, at


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


def signal(course: Course, visit: Visit, result: Reported, number: int) -> Derived:
    """Tell whether an enzyme rose at a visit while strength and disease activity were stable."""
    found = signalled(course, visit, result, number)
    last = _last(course, visit, result["analyte"])
    return Derived(found, used(_used(visit, result), _used(*last) if last else None))


def signalled(course: Course, visit: Visit, result: Reported, number: int) -> Result:
    """Judge the rise of an enzyme at a visit, once a course."""

    def judged() -> Result:
        last = _last(course, visit, result["analyte"])
        before, now = _occasion(*last) if last else Occasion(), _occasion(visit, result, number)
        return enzyme_signal(result["analyte"], before, now, course.rules[ENZYME_SIGNAL.id])

    return course.remembered(f"signal of result {number}", visit, judged)


def _last(course: Course, visit: Visit, analyte: str) -> tuple[Visit, Reported] | None:
    """Give the last complete visit before a visit that has a result of an analyte, with the one that counts."""
    earlier = ((one, one.counting(analyte)) for one in reversed(course.before(visit)))
    return next(((one, kept) for one, kept in earlier if kept is not None), None)


def _used(visit: Visit, result: Reported) -> Input:
    globals_ = (f"/forms/disease_activity/physician_global_{name}" for name in ("activity", "scale"))
    return visit.used(pointer(result), *read_from.fields_of(_strength(visit)), *globals_)


def _strength(visit: Visit) -> Mapping[str, Read]:
    """The totals of strength as given, else of their items, with the maximum of the version used."""
    return {
        "mmt8_total": read_from.mmt8(visit),
        "mmt8_maximum": read_from.plain(visit, "muscle_strength", MMT8_MAXIMUM),
        "cmas_total": read_from.total(visit, "muscle_strength", CMAS_TOTAL),
        "cmas_maximum": read_from.cmas_maximum(visit),
    }


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
        **{name: read.value for name, read in _strength(visit).items()},
    )
