"""An interferon biomarker over time: its ratio to baseline, and whether it is above the laboratory's own threshold.

Source: domain reference 3: a biomarker carries its assay, unit and comparator, and units of different families never
convert. Decided here: a ratio is taken within one assay and one specimen, each named alike or not named at both times; a
censored value gives no ratio but a bound; the threshold is the upper limit of normal that the laboratory gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from registry.domain import units
from registry.domain.analytes import named
from registry.domain.interferon import SIGNS, TWELVE_DIGITS
from registry.domain.rules import NoConstants, Result, Rule, said, undecided

_SOURCE = "Domain reference 3"
_INVERSE: Mapping[str, str] = MappingProxyType({"<": ">", ">": "<"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioDetails:
    """What a ratio was made from, in the standard unit of the family; of censored values a bound in its place."""

    measured: Decimal | None = said("Value now")
    comparator: str | None = said("Whether the value now is censored")
    baseline_value: Decimal | None = said("Value at baseline")
    baseline_comparator: str | None = said("Whether the value at baseline is censored")
    unit: str | None = said("Unit of both, UCUM")
    bound: Decimal | None = said("What the ratio is below or above, where a value is censored", unit="1")
    bound_comparator: str | None = said("Whether the ratio is below or above the bound")
    result_number: int | None = said("Place of the result in its visit, from 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PositivityDetails:
    """What a biomarker was compared with, in the unit reported."""

    measured: Decimal | None = said("Value as reported")
    comparator: str | None = said("Whether the value is censored")
    threshold: Decimal | None = said("Upper limit of normal that the laboratory gives")
    unit: str | None = said("Unit of both, UCUM")
    result_number: int | None = said("Place of the result in its visit, from 1")


INTERFERON_RATIO = Rule(
    id="interferon-ratio",
    title="Interferon biomarker as a ratio to baseline",
    version="1",
    source=_SOURCE,
    unit="1",
    constants=NoConstants(),
    details=RatioDetails,
)
INTERFERON_POSITIVITY = Rule(
    id="interferon-positivity",
    title="Interferon biomarker above the laboratory's own threshold",
    version="1",
    source=_SOURCE,
    constants=NoConstants(),
    categories=SIGNS,
    details=PositivityDetails,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Biomarker:
    """One result of an interferon biomarker, as reported."""

    analyte: str
    value: Decimal
    unit: str | None
    comparator: str | None = None
    upper_limit: Decimal | None = None
    assay: str | None = None
    specimen: str | None = None
    result_number: int | None = None

    @property
    def standard(self) -> units.Standardised | None:
        """The value in the standard unit of its family; None where its unit is none of the analyte's."""
        try:
            return units.standardise(named(self.analyte), self.value, self.unit or "")
        except ValueError:
            return None

    def comparable(self, other: "Biomarker") -> bool:
        """Whether both were measured in the same family of units, by the same assay, in the same specimen."""
        mine, theirs = self.standard, other.standard
        alike = (self.analyte, self.assay, self.specimen) == (other.analyte, other.assay, other.specimen)
        return mine is not None and theirs is not None and mine.unit == theirs.unit and alike


def interferon_ratio(now: Biomarker, baseline: Biomarker | None, rule: Rule[NoConstants] = INTERFERON_RATIO) -> Result:
    """Give the ratio to baseline, to 12 significant digits; of censored values only what it is below or above."""
    if baseline is None:
        reason = "No baseline before this visit has a value of it by the same assay, in the same specimen and unit."
        details = RatioDetails(result_number=now.result_number)
        return undecided(rule, reason, "baseline", details=details, subject=now.analyte)
    mine, theirs = now.standard, baseline.standard
    if mine is None or theirs is None or not now.comparable(baseline):
        reason = "The biomarker and its baseline were not measured alike: assay, specimen and unit must be the same."
        return undecided(rule, reason, details=RatioDetails(result_number=now.result_number), subject=now.analyte)
    if theirs.value <= 0 or mine.value < 0:
        reason = "There is no ratio to a baseline of zero, nor of values below zero."
        return undecided(rule, reason, details=_pair(now, baseline, mine, theirs), subject=now.analyte)
    ratio = TWELVE_DIGITS.divide(mine.value, theirs.value)
    if ratio >= units.LARGEST:
        return undecided(rule, units.TOO_LARGE, details=_pair(now, baseline, mine, theirs), subject=now.analyte)
    if now.comparator is None and baseline.comparator is None:
        return Result(rule=rule, value=ratio, details=_pair(now, baseline, mine, theirs), subject=now.analyte)
    bound = _bounded_by(now.comparator, baseline.comparator)
    details = _pair(now, baseline, mine, theirs, None if bound is None else ratio, bound)
    return undecided(rule, "There is no ratio of a censored value.", details=details, subject=now.analyte)


def _bounded_by(now: str | None, baseline: str | None) -> str | None:
    """Whether the ratio of censored values lies below or above the ratio of their bounds; None where it could be both."""
    sides = {side for side in (now, _INVERSE.get(baseline or "")) if side is not None}
    return sides.pop() if len(sides) == 1 else None


def _pair(
    now: Biomarker,
    baseline: Biomarker,
    mine: units.Standardised,
    theirs: units.Standardised,
    bound: Decimal | None = None,
    bound_comparator: str | None = None,
) -> RatioDetails:
    return RatioDetails(
        measured=mine.value,
        comparator=now.comparator,
        baseline_value=theirs.value,
        baseline_comparator=baseline.comparator,
        unit=mine.unit,
        bound=bound,
        bound_comparator=bound_comparator,
        result_number=now.result_number,
    )


def interferon_positivity(now: Biomarker, rule: Rule[NoConstants] = INTERFERON_POSITIVITY) -> Result:
    """Say whether the value is above the upper limit that the laboratory gives; the limit itself is not above it."""
    details = PositivityDetails(
        measured=now.value,
        comparator=now.comparator,
        threshold=now.upper_limit,
        unit=now.unit,
        result_number=now.result_number,
    )
    if now.upper_limit is None:
        reason = "The laboratory gives no upper limit of normal for this biomarker."
        return undecided(rule, reason, "upper_limit", details=details, subject=now.analyte)
    sign = _sign(now, now.upper_limit)
    if sign is None:
        reason = "The value is censored and could lie on either side of the threshold."
        return undecided(rule, reason, details=details, subject=now.analyte)
    return Result(rule=rule, category=sign, details=details, subject=now.analyte)


def _sign(now: Biomarker, threshold: Decimal) -> str | None:
    if now.comparator == "<":
        return "negative" if now.value <= threshold else None
    if now.comparator == ">":
        return "positive" if now.value >= threshold else None
    return "positive" if now.value > threshold else "negative"
