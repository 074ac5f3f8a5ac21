"""Units of laboratory results in UCUM, and the one table by which a value is standardised.

Sources: domain reference 4.1 (factors) and 3 (units that are never converted); standards reference fact 5 (CDISC writes
pg/mL as ng/L: that spelling belongs to the SDTM export, here units are UCUM). Molar factors are those of the reference
(creatinine 88.42, cholesterol 0.02586, triglycerides 0.01129, bilirubin 17.1, haemoglobin 0.6206), kept as exact
fractions.

A family is a set of units that convert into each other by an exact factor. Units of different families (mAb/cell and
MFI, copies and international units) never convert: each value is kept as it was reported.

Rounding: a converted value is exact when it has at most 12 significant digits, else rounded half-even to 12. It is not
rounded to the digits of the report, because a cut-off is compared with it; 12 digits is far below any assay's error and
short enough that a conversion there and back agrees to 10.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from registry.domain.analytes import Analyte

SIGNIFICANT_DIGITS = 12
_ROUNDED = Context(prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_EVEN)


LARGEST = Decimal(10) ** 12
"""No score, ratio or multiple is as large: one that is rests on a number that is not right."""
TOO_LARGE = "The number that these values make is too large to be right: a value, a limit or a unit is wrong."


class UnknownUnit(ValueError):
    """The unit is none of those the analyte is reported in; `accepted` lists them."""

    def __init__(self, analyte: "Analyte") -> None:
        self.analyte = analyte.code
        self.accepted = analyte.accepted_units
        one_of = f"must be one of: {', '.join(self.accepted)} (UCUM)"
        super().__init__(f"The unit of {analyte.code} {one_of if self.accepted else 'must be left out: it has none'}.")


class IncompatibleUnits(ValueError):
    """The two units measure different things and are never converted into each other."""


class ImpossibleValue(ValueError):
    """The value cannot exist in its unit, such as the logarithm of nothing."""


@dataclass(frozen=True, slots=True)
class Family:
    """A standard unit and the units that convert to it: value in the unit x factor = value in the standard unit.

    A unit in `logarithms` is the decimal logarithm of the standard unit and has no factor.
    """

    standard: str
    factors: Mapping[str, Fraction]
    logarithms: tuple[str, ...] = ()

    @property
    def units(self) -> tuple[str, ...]:
        """Every unit of the family, the standard one first."""
        return (self.standard, *self.factors, *self.logarithms)


@dataclass(frozen=True, slots=True)
class Standardised:
    """A value in the standard unit of its family."""

    value: Decimal
    unit: str


def _family(standard: str, factors: Mapping[str, str | int | Fraction] | None = None, *logarithms: str) -> Family:
    exact = {unit: Fraction(factor) for unit, factor in (factors or {}).items()}
    return Family(standard, MappingProxyType(exact), logarithms)


# The conversion table. Version 1; each factor is exact as written.
CATALYTIC = _family("U/L", {"ukat/L": 60})
CELLS = _family("10*9/L", {"10*3/uL": 1, "/uL": "1/1000", "{cells}/uL": "1/1000", "/mm3": "1/1000"})
HAEMOGLOBIN = _family("g/L", {"g/dL": 10, "mmol/L": Fraction(10) / Fraction("0.6206")})
PROTEIN = _family("g/L", {"g/dL": 10, "mg/dL": "1/100"})
MILLIGRAM = _family("mg/L", {"mg/dL": 10})
MICROGRAM = _family("ug/L", {"ng/mL": 1})
PICOGRAM = _family("pg/mL", {"fg/mL": "1/1000", "ng/L": 1, "ng/mL": 1000, "ug/L": 1000})
CREATININE = _family("umol/L", {"mg/dL": "88.42"})
CHOLESTEROL = _family("mmol/L", {"mg/dL": "0.02586"})
TRIGLYCERIDES = _family("mmol/L", {"mg/dL": "0.01129"})
BILIRUBIN = _family("umol/L", {"mg/dL": "17.1"})
NANOMOLE = _family("nmol/L")
SEDIMENTATION = _family("mm/h")
FILTRATION = _family("mL/min/{1.73_m2}")
COPIES = _family("{copies}/mL", {}, "{Log_copies}/mL")
INTERNATIONAL = _family("[IU]/mL", {}, "{Log_IU}/mL")
INTERFERON_RELEASE = _family("[IU]/mL")
ANTIBODY = _family("m[IU]/mL", {"[IU]/L": 1})
INDEX = _family("{index_val}")
PERCENT = _family("%")
ACTIVITY = _family("[IU]/dL")
FOLD = _family("1", {"{fold}": 1, "{score}": 1})
SCORE = _family("{score}", {"1": 1})
RATIO = _family("1", {"{ratio}": 1})
BOUND_ANTIBODY = _family("{mAb}/{cell}")
FLUORESCENCE = _family("{MFI}")

LARGEST_LOGARITHM = Decimal(15)
"""A guard against a plain number sent as a logarithm; no specimen holds 10^15 copies/mL."""


def standardise(analyte: "Analyte", value: Decimal, unit: str) -> Standardised:
    """Give the value in the standard unit of its family; raises UnknownUnit or ImpossibleValue.

    A unit that converts to nothing else (MFI) is its own standard, so the value comes back as it was reported.
    """
    family = family_of(analyte, unit)
    return Standardised(_to_standard(family, value, unit), family.standard)


def convert(analyte: "Analyte", value: Decimal, unit: str, into: str) -> Decimal:
    """Give the value of one unit in another; raises UnknownUnit, IncompatibleUnits or ImpossibleValue."""
    family = family_of(analyte, unit)
    if unit == into:
        return value
    if into not in family.units:
        family_of(analyte, into)
        raise IncompatibleUnits(f"{unit} and {into} of {analyte.code} are never converted into each other.")
    return _from_standard(family, _to_standard(family, value, unit), into)


def family_of(analyte: "Analyte", unit: str) -> Family:
    """The family of units that the unit belongs to for this analyte; raises UnknownUnit."""
    for family in analyte.families:
        if unit in family.units:
            return family
    raise UnknownUnit(analyte)


def _to_standard(family: Family, value: Decimal, unit: str) -> Decimal:
    if unit == family.standard:
        return value
    if unit in family.logarithms:
        return _power_of_ten(value)
    return _times(value, family.factors[unit])


def _from_standard(family: Family, value: Decimal, unit: str) -> Decimal:
    if unit in family.logarithms:
        return _logarithm(value)
    return _times(value, 1 / family.factors.get(unit, Fraction(1)))


def _times(value: Decimal, factor: Fraction) -> Decimal:
    if factor == 1:
        return value
    product = Fraction(value) * factor
    return _ROUNDED.divide(Decimal(product.numerator), Decimal(product.denominator))


def _power_of_ten(value: Decimal) -> Decimal:
    if abs(value) > LARGEST_LOGARITHM:
        raise ImpossibleValue(f"A decimal logarithm must lie between -{LARGEST_LOGARITHM} and {LARGEST_LOGARITHM}.")
    return _ROUNDED.power(Decimal(10), value)


def _logarithm(value: Decimal) -> Decimal:
    if value <= 0:
        raise ImpossibleValue("Only a value above zero has a logarithm.")
    return _ROUNDED.log10(value)
