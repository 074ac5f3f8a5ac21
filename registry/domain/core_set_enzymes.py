"""The muscle enzyme of the core set: which one is followed, and its two values in one unit.

Source: domain reference 2.1 (S-TIS, S-CALC): the most abnormal enzyme at baseline, the same one at follow-up. Most
abnormal is the highest multiple of its own upper limit of normal [MEM 85%]. Ours, where the reference is silent:

* the upper limit is that of the baseline, for the choice and for the range, also where the follow-up states another;
* an enzyme without an upper limit is chosen only where it is the only one measured at baseline;
* of equal multiples the first in the order of the reference is taken: CK, aldolase, ALT, AST, LDH;
* a censored value is never taken as exact: one above a limit of measurement may be any height and is chosen first, and
  the measure is then missing, as it is where the chosen enzyme is censored at follow-up;
* where neither visit gives a unit both are in U/L; where only one does they are not compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from registry.domain.analytes import named
from registry.domain.units import UnknownUnit, standardise

ENZYMES = ("CK", "ALDOLASE", "ALT", "AST", "LDH")
MOST_ABNORMAL = "most_abnormal"
ENZYME_CHOICES = (MOST_ABNORMAL, *ENZYMES)
UNIT = "U/L"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enzyme:
    """A result of one muscle enzyme: value and upper limit of normal in the unit, U/L or ukat/L."""

    enzyme: str
    value: Decimal | None = None
    comparator: str | None = None
    upper_limit: Decimal | None = None
    unit: str | None = None

    @property
    def multiple(self) -> Decimal | None:
        """The value in multiples of the upper limit; without end where it is only known to be above the value."""
        if self.value is None or not self.upper_limit or self.upper_limit < 0:
            return None
        return Decimal("Infinity") if self.comparator == ">" else self.value / self.upper_limit


@dataclass(frozen=True, slots=True, kw_only=True)
class EnzymePair:
    """One enzyme at both visits in U/L, with the upper limit of the baseline; `reason` says why it cannot be compared."""

    enzyme: str | None = None
    baseline: Decimal | None = None
    followup: Decimal | None = None
    upper_limit: Decimal | None = None
    missing: tuple[str, ...] = ()
    reason: str | None = None


def enzyme_pair(baseline: Sequence[Enzyme], followup: Sequence[Enzyme], choice: str = MOST_ABNORMAL) -> EnzymePair:
    """Follow the most abnormal enzyme of the baseline, or the one a study chose, to the follow-up."""
    measured = [one for one in baseline if one.value is not None and choice in (MOST_ABNORMAL, one.enzyme)]
    if not measured:
        return EnzymePair(reason="The muscle enzyme is missing at baseline.", missing=("baseline/enzymes",))
    before = _most_abnormal(measured)
    if before is None:
        reason = "The most abnormal muscle enzyme at baseline cannot be told without upper limits of normal."
        return EnzymePair(
            reason=reason, missing=tuple(f"baseline/enzymes/{one.enzyme}/upper_limit" for one in measured)
        )
    after = next((one for one in followup if one.enzyme == before.enzyme and one.value is not None), None)
    if after is None:
        reason = "The muscle enzyme that was the most abnormal at baseline is missing at follow-up."
        return EnzymePair(enzyme=before.enzyme, reason=reason, missing=(f"followup/enzymes/{before.enzyme}",))
    return _compared(before, after)


def _most_abnormal(measured: Sequence[Enzyme]) -> Enzyme | None:
    limited = [(one.multiple, -ENZYMES.index(one.enzyme), one) for one in measured if one.multiple is not None]
    if limited:
        return max(limited, key=lambda each: each[:2])[2]
    return measured[0] if len(measured) == 1 else None


def _compared(before: Enzyme, after: Enzyme) -> EnzymePair:
    enzyme = before.enzyme
    if before.comparator or after.comparator:
        censored = tuple(name for name, one in (("baseline", before), ("followup", after)) if one.comparator)
        reason = f"{enzyme} is censored: it is only known to be below or above the value given."
        return EnzymePair(enzyme=enzyme, reason=reason, missing=tuple(f"{name}/enzymes/{enzyme}" for name in censored))
    if (before.unit is None) != (after.unit is None):
        without = "baseline" if before.unit is None else "followup"
        reason = f"{enzyme} must have its unit at both visits; it is never guessed."
        return EnzymePair(enzyme=enzyme, reason=reason, missing=(f"{without}/enzymes/{enzyme}/unit",))
    try:
        limit = before.upper_limit if before.multiple is not None else None
        return EnzymePair(
            enzyme=enzyme,
            baseline=_in_units(enzyme, before.value, before.unit),
            followup=_in_units(enzyme, after.value, after.unit),
            upper_limit=_in_units(enzyme, limit, before.unit),
        )
    except UnknownUnit as unknown:
        return EnzymePair(enzyme=enzyme, reason=str(unknown), missing=(f"followup/enzymes/{enzyme}/unit",))


def _in_units(enzyme: str, value: Decimal | None, unit: str | None) -> Decimal | None:
    return None if value is None else standardise(named(enzyme), value, unit or UNIT).value
