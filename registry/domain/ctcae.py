"""Grade a laboratory value by the Common Terminology Criteria for Adverse Events (CTCAE), whichever the version.

Source: domain reference 4.2 to 4.4 (NCI CTCAE as implemented and tested by pharmaverse/admiral). A grade runs from an
edge to an edge; what a value lies beyond is its grade. The lower edge of a decrease and the upper edge of an increase
belong to the milder grade. Grade 4 that is clinical, and grade 5, are never given by a number.

A unit that is missing or not of the analyte means no grade: it is never guessed. CTCAE prints its cut-offs in two unit
systems that do not convert exactly (cholesterol 300 mg/dL is printed as 7.75 mmol/L); the cut-off printed for the unit
that the value was reported in decides. In a unit that CTCAE does not print, the cut-off is converted exactly.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from registry.domain import units
from registry.domain.analytes import CATALOGUE, named
from registry.domain.ctcae_ladder import Basis, Direction, Ladder, Measured, Undecidable
from registry.domain.rules import Result, Rule, said, undecided

C = TypeVar("C")
Of_contra = TypeVar("Of_contra", contravariant=True)

CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "grade_0": "Within the limits of CTCAE grade 1",
        "grade_1": "Grade 1, mild",
        "grade_2": "Grade 2, moderate",
        "grade_3": "Grade 3, severe",
        "grade_4": "Grade 4, life-threatening",
    }
)
NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "lower_limit": "the lower limit of normal",
        "upper_limit": "the upper limit of normal",
        "baseline_value": "the value at baseline",
        "baseline_lower_limit": "the lower limit of normal at baseline",
    }
)
_TWELVE_DIGITS = Context(prec=units.SIGNIFICANT_DIGITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CtcaeDetails:
    """What a grade rests on; the limits and the baseline are in the standard unit."""

    version: str | None = said("Version of the CTCAE")
    term: str | None = said("Term of the CTCAE")
    basis: Basis | None = said("Whether the limits of normal or fixed cut-offs decided, or multiples of the baseline")
    multiple: Decimal | None = said(
        "Multiple of the upper limit of normal or of the baseline; of a censored value a bound"
    )
    comparator: str | None = said("Whether the value is censored, and with it the multiple")
    lower_limit: Decimal | None = said("Lower limit of normal, in the standard unit")
    upper_limit: Decimal | None = said("Upper limit of normal, in the standard unit")
    baseline_value: Decimal | None = said("Value at baseline, in the standard unit")
    unit: str | None = said("Standard unit of the limits and the baseline, UCUM")
    result_number: int | None = said("Place of the result in its visit, from 1")


@dataclass(frozen=True, slots=True)
class Term(Generic[Of_contra]):
    """A term of the CTCAE and the row of its table; `by_baseline` where the row counts multiples of the baseline too."""

    name: str
    row: Callable[[Measured, Of_contra], Ladder | Undecidable]
    by_baseline: bool = False


Table = Mapping[tuple[str, Direction], Term[C]]
"""The terms of a version by analyte and direction."""


def grade(measured: Measured, direction: Direction | None, table: Table[C], rule: Rule[C], version: str) -> Result:
    """Grade a value; the direction tells apart the two terms of haemoglobin and is otherwise that of the analyte's term."""
    term = term_of(table, measured.analyte, direction)
    subject = subject_of(measured.analyte, direction)
    details: dict[str, Any] = {"version": version, "result_number": measured.result_number}
    if term is None:
        reason = f"CTCAE {version} as sourced here has no criteria for {_words(measured.analyte, direction)}."
        return undecided(rule, reason, details=CtcaeDetails(**details), subject=subject)
    details["term"] = term.name
    refused = _unusable(measured)
    if refused is not None:
        reason, *missing = refused
        return undecided(rule, reason, *missing, details=CtcaeDetails(**details), subject=subject)
    ladder = term.row(measured, rule.constants)
    return _result(measured, ladder, rule, {**details, **_standardised(measured)}, subject)


def term_of(table: Table[C], analyte: str, direction: Direction | None) -> Term[C] | None:
    """The term of an analyte: for haemoglobin the decrease unless the increase is asked for."""
    if direction is not None:
        return table.get((analyte, direction))
    return table.get((analyte, "decrease")) or table.get((analyte, "increase"))


def subject_of(analyte: str, direction: Direction | None) -> str:
    """What the grade is about: the analyte, or the increase of one that has a decrease too."""
    return f"{analyte}:increased" if analyte == "HGB" and direction == "increase" else analyte


def _words(analyte: str, direction: Direction | None) -> str:
    name = CATALOGUE[analyte].name if analyte in CATALOGUE else "this analyte"
    return f"{name}, {direction}" if direction else name


def _unusable(measured: Measured) -> tuple[str, ...] | None:
    """Why the value cannot be graded by any term, and the input that is missing."""
    if measured.value is None:
        return "There is no value to grade.", "value"
    if measured.unit is None:
        return "A value is graded only with its unit; it is never guessed.", "unit"
    try:
        units.family_of(named(measured.analyte), measured.unit)
    except units.UnknownUnit as error:
        return f"{error} It is never guessed.", "unit"
    return None


def _result(
    measured: Measured, ladder: Ladder | Undecidable, rule: Rule[Any], details: Mapping[str, Any], subject: str
) -> Result:
    if isinstance(ladder, Undecidable):
        known = CtcaeDetails(**details)
        return undecided(rule, _needing(known, ladder.missing), *ladder.missing, details=known, subject=subject)
    known = CtcaeDetails(**details, basis=ladder.basis, multiple=_multiple(measured, ladder.of))
    lowest, highest = ladder.span(measured)
    if lowest != highest:
        reason = _needing(known, ladder.needs) if ladder.needs else _censored(known)
        return undecided(rule, reason, *ladder.needs, details=known, subject=subject)
    given = Result(rule=rule, value=Decimal(lowest), category=f"grade_{lowest}", details=known, subject=subject)
    return given if ladder.unsure is None else _provisional(given, ladder.unsure)


def _provisional(given: Result, missing: str) -> Result:
    reason = f"Graded by the limits of normal; {NEEDS[missing]} is missing and could change the grade."
    return replace(given, missing=(missing,), final=False, reason=reason)


def _needing(details: CtcaeDetails, missing: tuple[str, ...]) -> str:
    needed = " and ".join(NEEDS[name] for name in missing)
    return f"{details.term} (CTCAE {details.version}) cannot be graded without {needed}."


def _censored(details: CtcaeDetails) -> str:
    return f"{details.term} (CTCAE {details.version}) cannot be graded: the value is censored and could have several grades."


def _multiple(measured: Measured, of: Decimal | None) -> Decimal | None:
    return None if of is None or measured.value is None else _TWELVE_DIGITS.divide(measured.value, of)


def _standardised(measured: Measured) -> dict[str, Any]:
    analyte, unit = named(measured.analyte), measured.unit or ""
    limits = {name: getattr(measured, name) for name in ("lower_limit", "upper_limit", "baseline_value")}
    standard = {
        name: units.standardise(analyte, limit, unit).value for name, limit in limits.items() if limit is not None
    }
    return {**standard, "unit": units.family_of(analyte, unit).standard, "comparator": measured.comparator}
