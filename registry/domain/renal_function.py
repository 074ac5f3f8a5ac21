"""Estimated glomerular filtration rate of a child by the bedside Schwartz equation.

Source: domain reference 4.1, [MEM 97%]: 0.413 x height (cm) / serum creatinine (mg/dL), in mL/min/1.73 m2; the same as
36.5 x height / creatinine in umol/L. Worked there: 140 cm and 0.5 mg/dL give 115.6. The value is rounded to one
decimal; cut-offs are decided on the unrounded one in the details. A creatinine below or above a limit is never taken as
exact.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from registry.domain.analytes import named
from registry.domain.dosing import twelve_digits
from registry.domain.rules import ConstantRefused, Result, Rule, constant, said, undecided
from registry.domain.units import UnknownUnit, convert

_REFERENCE = "Domain reference 4.1"
PLACES = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """The constant of the bedside Schwartz equation."""

    k: Decimal = constant(
        "Factor for height in cm and creatinine in mg/dL", Decimal("0.413"), source=_REFERENCE, certainty=97
    )

    def __post_init__(self) -> None:
        """Refuse a factor that is not above zero."""
        if self.k <= 0:
            raise ConstantRefused("k", "k must be above zero.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtration:
    """The unrounded eGFR and what it was made from."""

    unrounded: Decimal | None = said("The eGFR to 12 digits", unit="mL/min/{1.73_m2}")
    height: Decimal | None = said("Height", unit="cm")
    creatinine: Decimal | None = said("Serum creatinine", unit="mg/dL")


EGFR = Rule(
    id="egfr",
    title="Estimated glomerular filtration rate (bedside Schwartz)",
    version="1",
    source=_REFERENCE,
    certainty=97,
    unit="mL/min/{1.73_m2}",
    constants=Constants(),
    details=Filtration,
)


def egfr(height: Decimal | None, creatinine: Decimal | None, unit: str | None, rule: Rule[Constants] = EGFR) -> Result:
    """Give the eGFR, to one decimal, of a height in cm and a serum creatinine in mg/dL or umol/L."""
    given = {"height": height, "creatinine": creatinine, "unit": unit}
    missing = tuple(name for name, value in given.items() if value is None)
    if height is None or creatinine is None or unit is None:
        return undecided(rule, "The eGFR needs a height and a creatinine with its unit.", *missing)
    if creatinine <= 0 or height <= 0:
        return undecided(rule, "The eGFR needs a height and a creatinine above zero.")
    try:
        in_mg_dl = convert(named("CREAT"), creatinine, unit, "mg/dL")
    except UnknownUnit:
        return undecided(rule, "The unit of the creatinine must be mg/dL or umol/L; it is never guessed.", "unit")
    rate = twelve_digits(Fraction(rule.constants.k) * Fraction(height) / Fraction(in_mg_dl))
    details = Filtration(unrounded=rate, height=height, creatinine=in_mg_dl)
    return Result(rule=rule, value=rate.quantize(PLACES), details=details)
