"""JAK inhibitors: the catalogue, and how a dose is expressed per day and per kilogram.

Source: domain reference 5. ATC codes without a mark were read there; `certainty` (percent) below 100 marks a row that
was not. The 2024 regrouping moved L04AA to L04AF: old codes are accepted, the current one is kept. The RxNorm code of
baricitinib is the only one that was read. Targets and formulations that the reference does not name are left
empty: empty means not known, not none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from types import MappingProxyType

CATALOGUE_VERSION = "1"

SIGNIFICANT_DIGITS = 12
_ROUNDED = Context(prec=SIGNIFICANT_DIGITS, rounding=ROUND_HALF_EVEN)

FORMULATIONS: Mapping[str, str] = MappingProxyType(
    {
        "tablet": "Tablet",
        "extended_release_tablet": "Extended release tablet",
        "oral_solution": "Oral solution",
        "capsule": "Capsule",
        "cream": "Cream",
    }
)
TOPICAL_FORMULATIONS = frozenset({"cream"})

_TABLET, _RELEASE, _SOLUTION = "tablet", "extended_release_tablet", "oral_solution"


class UnknownDrug(LookupError):
    """No JAK inhibitor of the catalogue has this name or ATC code."""


@dataclass(frozen=True, slots=True)
class JakInhibitor:
    """A JAK inhibitor: its code, current ATC code, other ATC codes accepted, kinases it inhibits and formulations."""

    code: str
    name: str
    atc: str | None
    atc_also: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    formulations: tuple[str, ...] = ()
    rxnorm: str | None = None
    certainty: int = 100


_ALL = (
    JakInhibitor(
        "tofacitinib", "Tofacitinib", "L04AF01", ("L04AA29",), ("JAK1", "JAK3"), (_TABLET, _RELEASE, _SOLUTION)
    ),
    JakInhibitor("baricitinib", "Baricitinib", "L04AF02", ("L04AA37",), ("JAK1", "JAK2"), (_TABLET,), "2047232"),
    JakInhibitor(
        "ruxolitinib",
        "Ruxolitinib",
        "L01EJ01",
        ("D11AH09",),
        ("JAK1", "JAK2"),
        (_TABLET, _SOLUTION, "cream"),
        certainty=92,
    ),
    JakInhibitor("upadacitinib", "Upadacitinib", "L04AF03", ("L04AA44",), ("JAK1",), (_RELEASE, _SOLUTION)),
    JakInhibitor("filgotinib", "Filgotinib", "L04AF04", ("L04AA45",), ("JAK1",)),
    JakInhibitor("peficitinib", "Peficitinib", "L04AF06", (), ("JAK1", "JAK2", "JAK3", "TYK2")),
    JakInhibitor("deucravacitinib", "Deucravacitinib", "L04AF07", (), ("TYK2",)),
    JakInhibitor("ritlecitinib", "Ritlecitinib", "L04AF08", (), ("JAK3", "TEC")),
    JakInhibitor("abrocitinib", "Abrocitinib", "D11AH08", certainty=85),
    JakInhibitor("delgocitinib", "Delgocitinib", "D11AH11", certainty=85),
    JakInhibitor("fedratinib", "Fedratinib", "L01EJ02", certainty=85),
    JakInhibitor("pacritinib", "Pacritinib", "L01EJ03", certainty=85),
    JakInhibitor("momelotinib", "Momelotinib", "L01EJ04", certainty=85),
    JakInhibitor("itacitinib", "Itacitinib", "L04AF05", certainty=85),
    JakInhibitor("brepocitinib", "Brepocitinib", None, (), ("TYK2", "JAK1"), certainty=85),
)

JAK_INHIBITORS: Mapping[str, JakInhibitor] = MappingProxyType({drug.code: drug for drug in _ALL})
"""Every JAK inhibitor by its code."""

_BY_ANY_NAME: Mapping[str, JakInhibitor] = MappingProxyType(
    {key.casefold(): drug for drug in _ALL for key in (drug.code, drug.name, drug.atc, *drug.atc_also) if key}
)


def resolve(name_or_atc: str) -> JakInhibitor:
    """The JAK inhibitor of a name or of an ATC code, current or old, in any case; raises UnknownDrug."""
    try:
        return _BY_ANY_NAME[name_or_atc.strip().casefold()]
    except KeyError as error:
        raise UnknownDrug("The drug must be a JAK inhibitor of the catalogue, by name or ATC code.") from error


def mg_per_day(mg_per_intake: Decimal, intakes_per_day: Decimal) -> Decimal:
    """Dose a day in mg; intakes may be a fraction (0.5 is every other day)."""
    return mg_per_intake * intakes_per_day


def mg_per_kg_per_day(mg_a_day: Decimal, weight: Decimal) -> Decimal:
    """Dose a day in mg for each kg of body weight, to 12 significant digits; ValueError unless weight is above zero."""
    if weight <= 0:
        raise ValueError("The weight must be above zero.")
    return _ROUNDED.divide(mg_a_day, weight)


def twelve_digits(number: Fraction) -> Decimal:
    """An exact fraction as a Decimal, rounded half-even to 12 significant digits where it has more."""
    return _ROUNDED.divide(Decimal(number.numerator), Decimal(number.denominator))
