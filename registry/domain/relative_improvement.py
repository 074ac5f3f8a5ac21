"""Improvement by counting: how many core set measures improved or worsened by a relative percent, and what that decides.

Source: domain reference 2.2. The relative change of a measure is 100 x improvement / baseline. It is undefined from a
baseline of zero: such a measure is not improved, and a worsening from zero is neither counted nor denied but left to a
person. A missing measure may have gone either way: a definition is met, or not met, only where it is so in every case.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

from registry.domain.core_sets import Compared
from registry.domain.rules import said
from registry.domain.units import SIGNIFICANT_DIGITS

Decision = Literal["met", "not_met", "indeterminate"]

_TWELVE_DIGITS = Context(prec=SIGNIFICANT_DIGITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeChange:
    """How one core set measure changed."""

    measure: str | None = said("Core set measure")
    field: str | None = said("Tool it was measured with, as the input names it")
    baseline: Decimal | None = said("Value at baseline; an enzyme in U/L")
    followup: Decimal | None = said("Value at follow-up; an enzyme in U/L")
    percent_change: Decimal | None = said("Change in percent of the baseline, an improvement positive", unit="%")
    worsened_from_zero: bool | None = said(
        "It worsened from zero: the percent is undefined, and a person must review it"
    )
    enzyme: str | None = said("Muscle enzyme that was followed")
    reason: str | None = said("Why the two visits cannot be compared")

    def improved(self, at_least: Decimal) -> bool | None:
        """Whether it improved by a percent or more; None where that is not known."""
        if self.percent_change is None:
            return None if self.reason else False
        return self.percent_change >= at_least

    def worsened(self, threshold: Decimal, *, above: bool) -> bool | None:
        """Whether it worsened by more than a percent, or by as much; None where that is not known."""
        if self.percent_change is None:
            return None if self.reason or self.worsened_from_zero else False
        loss = -self.percent_change
        return loss > threshold if above else loss >= threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a definition asks: enough measures improved, few enough worsened, and never muscle strength."""

    improved_measures: int
    improvement: Decimal
    worsened_measures: int
    worsening: Decimal
    worsening_above: bool


def relative_change(one: Compared) -> RelativeChange:
    """Give the relative change of a compared measure."""
    improvement = one.improvement
    known = improvement is not None and bool(one.baseline)
    return RelativeChange(
        measure=one.measure,
        field=one.field,
        baseline=one.baseline,
        followup=one.followup,
        percent_change=_percent(improvement, one.baseline) if improvement is not None and one.baseline else None,
        worsened_from_zero=not known and improvement is not None and improvement < 0,
        enzyme=one.enzyme,
        reason=one.reason,
    )


def _percent(improvement: Decimal, baseline: Decimal) -> Decimal:
    """The share to 12 significant digits: a mean of domains that does not end, 5/6 to 4/6, improves by exactly 20 %."""
    return _TWELVE_DIGITS.divide(100 * improvement, baseline)


def decide(changes: Iterable[RelativeChange], bounds: Bounds) -> Decision:
    """Say whether a definition is met whatever the missing measures were, met in no case, or neither."""
    told = [
        (
            change.improved(bounds.improvement),
            change.worsened(bounds.worsening, above=bounds.worsening_above),
            change.measure == "strength",
        )
        for change in changes
    ]
    surely_improved = sum(improved is True for improved, _, _ in told)
    maybe_improved = sum(improved is not False for improved, _, _ in told)
    surely_worsened = sum(worsened is True for _, worsened, _ in told)
    maybe_worsened = sum(worsened is not False for _, worsened, _ in told)
    weaker = next(worsened for _, worsened, strength in told if strength)
    if maybe_improved < bounds.improved_measures or surely_worsened > bounds.worsened_measures or weaker:
        return "not_met"
    enough = surely_improved >= bounds.improved_measures and maybe_worsened <= bounds.worsened_measures
    return "met" if enough and weaker is False else "indeterminate"


def why(changes: Sequence[RelativeChange]) -> str:
    """Say what could not be compared, and what a person must review; empty where all was clear."""
    review = [
        f"The measure {change.field} worsened from zero, which has no percent: it must be reviewed by a person."
        for change in changes
        if change.worsened_from_zero
    ]
    return " ".join((*(change.reason for change in changes if change.reason), *review))


def to_review(changes: Iterable[RelativeChange]) -> bool:
    """Whether a person must review a worsening from zero."""
    return any(change.worsened_from_zero for change in changes)
