"""A muscle enzyme as a multiple of its upper limit of normal.

Source: domain reference 2.1 and 4.2 compare muscle enzymes by multiples of the upper limit that the laboratory gives with
the result; both are in the unit reported, so that no conversion comes between them.
"""

from dataclasses import dataclass, replace
from decimal import Context, Decimal

from registry.domain.analytes import of_category
from registry.domain.rules import NoConstants, Result, Rule, said, undecided
from registry.domain.units import LARGEST, SIGNIFICANT_DIGITS, TOO_LARGE

MUSCLE_ENZYMES = tuple(analyte.code for analyte in of_category("muscle_enzyme"))
_TWELVE_DIGITS = Context(prec=SIGNIFICANT_DIGITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleEnzymesDetails:
    """What a multiple was made from, in the unit reported."""

    comparator: str | None = said("Whether the value is censored: below or above the value given")
    bound: Decimal | None = said("Multiple that the true one is below or above, where the value is censored")
    measured: Decimal | None = said("Value as reported")
    upper_limit: Decimal | None = said("Upper limit of normal as reported")
    unit: str | None = said("Unit of both, UCUM")
    result_number: int | None = said("Place of the result in its visit, from 1")


ENZYME_MULTIPLE = Rule(
    id="enzyme-multiple",
    title="Muscle enzyme as a multiple of its upper limit of normal",
    version="1",
    source="Domain reference 2.1 and 4.2",
    unit="1",
    constants=NoConstants(),
    details=MuscleEnzymesDetails,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enzyme:
    """One result of a muscle enzyme; value and limit in its unit."""

    analyte: str
    value: Decimal | None
    unit: str | None
    upper_limit: Decimal | None
    comparator: str | None = None
    result_number: int | None = None


def enzyme_multiple(enzyme: Enzyme, rule: Rule[NoConstants] = ENZYME_MULTIPLE) -> Result:
    """Give the multiple, to 12 significant digits; of a censored value the details tell it as a bound."""
    details = MuscleEnzymesDetails(
        comparator=enzyme.comparator,
        measured=enzyme.value,
        upper_limit=enzyme.upper_limit,
        unit=enzyme.unit,
        result_number=enzyme.result_number,
    )
    given = {"value": enzyme.value, "unit": enzyme.unit, "upper_limit": enzyme.upper_limit}
    missing = tuple(name for name, value in given.items() if value is None)
    if enzyme.value is None or enzyme.unit is None or enzyme.upper_limit is None:
        reason = "A multiple of the upper limit needs a value with its unit, and the upper limit of normal."
        return undecided(rule, reason, *missing, details=details, subject=enzyme.analyte)
    if enzyme.upper_limit <= 0:
        reason = "There is no multiple of an upper limit of zero."
        return undecided(rule, reason, "upper_limit", details=details, subject=enzyme.analyte)
    multiple = _TWELVE_DIGITS.divide(enzyme.value, enzyme.upper_limit)
    if multiple >= LARGEST:
        return undecided(rule, TOO_LARGE, details=details, subject=enzyme.analyte)
    if enzyme.comparator:
        bound = replace(details, bound=multiple)
        return undecided(
            rule, "The value is censored: its multiple is only a bound.", details=bound, subject=enzyme.analyte
        )
    return Result(rule=rule, value=multiple, details=details, subject=enzyme.analyte)
