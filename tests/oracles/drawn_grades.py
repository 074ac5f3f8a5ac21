"""Random laboratory results for the grades, mostly on a cut-off, sent to the calculation and to the oracle."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from registry.schemas.calculations import CALCULATIONS
from tests.oracles import ctcae, ctcae_low


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


@dataclass(frozen=True)
class Drawn:
    """A result with its limits and its baseline, in the unit of the oracle."""

    value: Fraction
    lower_limit: Fraction | None
    upper_limit: Fraction | None
    baseline_value: Fraction | None
    baseline_lower_limit: Fraction | None
    baseline_upper_limit: Fraction | None


@dataclass(frozen=True)
class Term:
    """A row of the table: how it is asked of the calculation, typical limits, cut-offs, and the oracle's grade.

    `units` are those it is sent in, each with what a number of the oracle's unit is multiplied by.
    """

    version: str
    analyte: str
    units: tuple[tuple[str, Fraction], ...]
    limits: tuple[str, str]
    edges: tuple[str, ...]
    multiples: tuple[str, ...]
    grade: Callable[[Drawn], int | None]
    direction: str | None = None


def units(*names: str) -> tuple[tuple[str, Fraction], ...]:
    return tuple((name, Fraction(1)) for name in names)


CELLS = (("10*9/L", Fraction(1)), ("10*3/uL", Fraction(1)), ("/uL", Fraction(1000)))
ALBUMIN = (("g/L", Fraction(1)), ("g/dL", Fraction(1, 10)))
HIGH_BASELINE = ("1", "1.5", "2", "2.5", "3", "4", "5", "10", "20")


def of_limits(grade: Callable[..., int | None]) -> Callable[[Drawn], int | None]:
    """The oracle of a row that looks at the baseline where it was high."""
    return lambda one: grade(one.value, one.upper_limit, one.baseline_value, one.baseline_upper_limit)


def by_lower(grade: Callable[..., int | None]) -> Callable[[Drawn], int | None]:
    return lambda one: grade(one.value, one.lower_limit)


def by_upper(grade: Callable[..., int | None]) -> Callable[[Drawn], int | None]:
    return lambda one: grade(one.value, one.upper_limit)


def not_graded(one: Drawn) -> None:
    """A term that the table of the version does not hold."""
    return


HB = {"g/L": ("120", "160", "100", "80"), "g/dL": ("12", "16", "10", "8"), "mmol/L": ("7.4", "9.9", "6.2", "4.9")}
LIPIDS = {
    ("CHOL", "mg/dL"): ("100", "200", ("300", "400", "500")),
    ("CHOL", "mmol/L"): ("3", "5.2", ("7.75", "10.34", "12.92")),
    ("TRIG", "mg/dL"): ("40", "140", ("150", "300", "500", "1000")),
    ("TRIG", "mmol/L"): ("0.5", "1.6", ("1.71", "3.42", "5.7", "11.4")),
}


def anemia(unit: str) -> Callable[[Drawn], int | None]:
    return lambda one: ctcae_low.anemia(one.value, unit, one.lower_limit)


def lipid(analyte: str, unit: str) -> Callable[[Drawn], int | None]:
    if analyte == "TRIG":
        return lambda one: ctcae.triglycerides(one.value, unit)
    return lambda one: ctcae.cholesterol(one.value, unit, one.upper_limit)


def creatinine(version: str) -> Callable[[Drawn], int | None]:
    if version == "5.0":
        return lambda one: ctcae.creatinine_5(one.value, one.upper_limit, one.baseline_value)
    return lambda one: ctcae.creatinine_6(
        one.value, one.lower_limit, one.upper_limit, one.baseline_value, one.baseline_lower_limit
    )


def alkaline_phosphatase(one: Drawn) -> int | None:
    return ctcae.alkaline_phosphatase_6(one.value, one.upper_limit, one.baseline_value)


BOTH = [
    *(
        Term(version, "HGB", units(unit), (low, high), edges, (), anemia(unit))
        for unit, (low, high, *edges) in HB.items()
        for version in ("5.0", "6.0")
    ),
    *(
        Term(version, analyte, units(unit), (low, high), edges, (), lipid(analyte, unit))
        for (analyte, unit), (low, high, edges) in LIPIDS.items()
        for version in ("5.0", "6.0")
    ),
    *(
        Term(version, "WBC", CELLS, ("4", "11"), ("1", "2", "3"), (), by_lower(ctcae_low.white_cells))
        for version in ("5.0", "6.0")
    ),
    *(
        Term(version, "CREAT", units("umol/L", "mg/dL"), ("30", "60"), (), ("1", "1.5", "3", "6"), creatinine(version))
        for version in ("5.0", "6.0")
    ),
]
ENZYME, HIGHER = units("U/L"), ("10", "40")
FIVE = [
    Term("5.0", "NEUT", CELLS, ("1.8", "8"), ("0.5", "1", "1.5"), (), by_lower(ctcae_low.neutrophils_5)),
    Term("5.0", "LYM", CELLS, ("1.1", "5"), ("0.2", "0.5", "0.8"), (), by_lower(ctcae_low.lymphocytes_5)),
    Term("5.0", "PLAT", CELLS, ("150", "450"), ("25", "50", "75"), (), by_lower(ctcae_low.platelets_5)),
    Term("5.0", "ALB", ALBUMIN, ("36", "50"), ("20", "30"), (), by_lower(ctcae_low.albumin_5)),
    Term("5.0", "ALT", ENZYME, HIGHER, (), HIGH_BASELINE, of_limits(ctcae.aminotransferase_5)),
    Term("5.0", "AST", ENZYME, HIGHER, (), HIGH_BASELINE, of_limits(ctcae.aminotransferase_5)),
    Term("5.0", "GGT", ENZYME, HIGHER, (), HIGH_BASELINE, of_limits(ctcae.ggt_5)),
    Term("5.0", "BILI", units("umol/L", "mg/dL"), ("2", "20"), (), HIGH_BASELINE, of_limits(ctcae.bilirubin_5)),
    Term("5.0", "CK", ENZYME, ("20", "200"), (), ("1", "2.5", "5", "10"), by_upper(ctcae.creatine_kinase_5)),
    Term("5.0", "ALP", ENZYME, HIGHER, (), ("1",), not_graded),
    Term(
        "5.0", "HGB", units("g/dL"), ("12", "16"), ("18", "20"), (), by_upper(ctcae.haemoglobin_increased_5), "increase"
    ),
]
SIX = [
    Term(
        "6.0",
        "NEUT",
        CELLS,
        ("1.8", "8"),
        ("0.1", "0.5", "1", "1.5"),
        (),
        lambda one: ctcae_low.neutrophils_6(one.value),
    ),
    Term("6.0", "PLAT", CELLS, ("150", "450"), ("10", "50", "75"), (), by_lower(ctcae_low.platelets_6)),
    Term("6.0", "ALT", ENZYME, HIGHER, (), HIGH_BASELINE, of_limits(ctcae.aminotransferase_6)),
    Term("6.0", "AST", ENZYME, HIGHER, (), HIGH_BASELINE, of_limits(ctcae.aminotransferase_6)),
    Term("6.0", "ALP", ENZYME, HIGHER, (), ("1",), alkaline_phosphatase),
    *(Term("6.0", analyte, ENZYME, HIGHER, (), HIGH_BASELINE, not_graded) for analyte in ("GGT", "CK", "LDH")),
    Term("6.0", "LYM", CELLS, ("1.1", "5"), ("0.2",), (), not_graded),
]
TERMS = [*BOTH, *FIVE, *SIX]


def sometimes(rng: random.Random, *values: Fraction) -> Fraction | None:
    return None if rng.random() < 0.15 else rng.choice(values)


def drawn_result(rng: random.Random, term: Term) -> Drawn:
    """A result whose value is mostly on a cut-off, a limit or a multiple, or a little beside it."""
    low, high = map(Fraction, term.limits)
    lower, upper = sometimes(rng, low, low / 2), sometimes(rng, high, high * 2)
    baseline = sometimes(rng, low / 5, low, high / 2, high, high * Fraction("1.2"), high * 2, high * 6)
    base_lower, base_upper = (None, None) if rng.random() < 0.6 else (sometimes(rng, low), sometimes(rng, high))
    ones = [one for one in (upper, baseline) if one is not None]
    marks = [*map(Fraction, term.edges), *(one for one in (lower, upper, baseline) if one is not None), low]
    marks += [one * Fraction(multiple) for one in ones for multiple in term.multiples]
    mark = Fraction(rng.randint(0, 20 * round(high) * 10), 10) if rng.random() < 0.1 else rng.choice(marks)
    value = max(mark + rng.choice((0, 0, 0, Fraction(1, 100), Fraction(-1, 100), Fraction(1, 10))), Fraction(0))
    return Drawn(value, lower, upper, baseline, base_lower, base_upper)


def graded_both_ways(rng: random.Random) -> tuple[dict, int | None, int | None]:
    """A body, and the grade by the calculation and by the oracle."""
    term = rng.choice(TERMS)
    one = drawn_result(rng, term)
    unit, factor = rng.choice(term.units)
    numbers = {name: decimal(number * factor) for name, number in vars(one).items() if number is not None}
    body = {"ctcae_version": term.version, "analyte": term.analyte, "unit": unit} | numbers
    if term.direction:
        body["term"] = term.direction
    return body, CALCULATIONS["ctcae-grade"].of(body).value, term.grade(one)
