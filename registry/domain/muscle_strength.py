"""Muscle strength: CMAS, MMT8 and MMT26 as totals.

Sources: domain reference 1.2 (MMT8, MMT26: IMACS Form 04), 1.3 (CMAS: Lovell scoring sheet), 1.1 (what a CMAS means:
mdapp, Huber; healthy 4-year-olds: acr.22041). The maximum is that of the version used, stored with every total.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from registry.domain import items, sums
from registry.domain.instruments import Broken, Details, Reading, read, total_of
from registry.domain.rules import NoConstants, Result, Rule, ascending, constant, said
from registry.domain.sums import Values

_BANDS = "Domain reference 1.1, S-CMAS (mdapp; Huber)"
_YOUNG = "Domain reference 1.1, S-CMAS4 (acr.22041)"


@dataclass(frozen=True, slots=True, kw_only=True)
class CmasConstants:
    """The points at which the source says what a CMAS out of 52 means; between them it says nothing."""

    no_impairment_from: int = constant(
        "CMAS from which there is no impairment", 48, source=_BANDS, high=items.CMAS_FULL_MAXIMUM
    )
    mild_at: int = constant("CMAS that is mild impairment", 45, source=_BANDS, high=items.CMAS_FULL_MAXIMUM)
    mild_to_moderate_at: int = constant(
        "CMAS that is mild to moderate impairment", 39, source=_BANDS, high=items.CMAS_FULL_MAXIMUM
    )
    moderate_at: int = constant("CMAS that is moderate impairment", 30, source=_BANDS, high=items.CMAS_FULL_MAXIMUM)
    severe_below: int = constant(
        "CMAS below which impairment is severe", 15, source=_BANDS, high=items.CMAS_FULL_MAXIMUM
    )
    young_age: int = constant("Age in years at which healthy children do not reach 52", 4, source=_YOUNG)
    young_mean: Decimal = constant(
        "Mean CMAS of healthy children of that age", Decimal("46.6"), source=_YOUNG, high=items.CMAS_FULL_MAXIMUM
    )

    def __post_init__(self) -> None:
        """Refuse an impairment that is not worse than the one before it."""
        ascending(self, "severe_below", "moderate_at", "mild_to_moderate_at", "mild_at", "no_impairment_from")


@dataclass(frozen=True, slots=True, kw_only=True)
class CmasDetails(Details):
    """What a CMAS rests on and means."""

    impairment: Literal["none", "severe"] | None = said("Impairment, where the source gives a limit: none or severe")
    impairment_note: str | None = said("What the source says between these limits")
    age_note: str | None = said("What is normal at this age, where it is not the maximum")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mmt8Details(Details):
    """What an MMT8 rests on and which side was tested."""

    side: Literal["right", "left", "both"] | None = said("Side tested: right or left out of 80, both out of 150")


CMAS = Rule(
    id="cmas",
    title="Childhood Myositis Assessment Scale (CMAS)",
    version="1",
    source="Domain reference 1.3, S-CMAS",
    unit="{score}",
    constants=CmasConstants(),
    details=CmasDetails,
)
MMT8 = Rule(
    id="mmt8",
    title="Manual muscle testing of 8 groups (MMT8)",
    version="1",
    source="Domain reference 1.2, S-MMT",
    unit="{score}",
    constants=NoConstants(),
    details=Mmt8Details,
)
MMT26 = Rule(
    id="mmt26",
    title="Manual muscle testing of 26 muscles (MMT26)",
    version="1",
    source="Domain reference 1.2, S-MMT",
    unit="{score}",
    constants=NoConstants(),
    details=Details,
)


def read_cmas(values: Values) -> Reading:
    """Read the CMAS; all its items make 52, a total without items says which maximum it is out of."""
    return read(items.CMAS_TOTAL, values, maximum=items.CMAS_FULL_MAXIMUM, maximum_field=items.CMAS_MAXIMUM)


def cmas(values: Values, age_years: int | None = None, rule: Rule[CmasConstants] = CMAS) -> Result:
    """Give the CMAS, 0 to 52 or the maximum used, with what it means and, at the age of 4, what is normal then."""
    found = read_cmas(values)
    details = CmasDetails(
        **found.rests_on,
        impairment=_impairment(found, rule.constants),
        impairment_note=_impairment_note(found, rule.constants),
        age_note=_age_note(age_years, rule.constants),
    )
    return total_of(rule, found, details)


def _impairment(found: Reading, limits: CmasConstants) -> Literal["none", "severe"] | None:
    if found.value is None or found.maximum != items.CMAS_FULL_MAXIMUM:
        return None
    if found.value >= limits.no_impairment_from:
        return "none"
    return "severe" if found.value < limits.severe_below else None


def _impairment_note(found: Reading, limits: CmasConstants) -> str | None:
    if found.value is None:
        return None
    if found.maximum != items.CMAS_FULL_MAXIMUM:
        return f"The source gives what a CMAS means out of {items.CMAS_FULL_MAXIMUM} only."
    if _impairment(found, limits):
        return None
    return (
        f"The source names points, not intervals: {limits.mild_at} mild, {limits.mild_to_moderate_at} mild to moderate, "
        f"{limits.moderate_at} moderate impairment."
    )


def _age_note(age_years: int | None, limits: CmasConstants) -> str | None:
    if age_years != limits.young_age:
        return None
    mean, full = limits.young_mean, items.CMAS_FULL_MAXIMUM
    return f"Healthy children of {limits.young_age} years score {mean} on average, not {full}."


def read_mmt8(values: Values) -> Reading:
    """Read the MMT8: the side used out of 80, or both sides out of 150; the two scales are never mixed."""
    found = read(items.MMT8_TOTAL, values, maximum_field=items.MMT8_MAXIMUM)
    return replace(found, broken=(*found.broken, *_other_side(values)))


def mmt8(values: Values, rule: Rule[NoConstants] = MMT8) -> Result:
    """Give the MMT8 on the scale it was tested on."""
    found = read_mmt8(values)
    return total_of(rule, found, Mmt8Details(**found.rests_on, side=_side(found, values)))


def _side(found: Reading, values: Values) -> Literal["right", "left", "both"] | None:
    if found.value is None:
        return None
    return "both" if found.maximum == items.MMT8_BILATERAL_MAXIMUM else sums.mmt8_side(values)


def _other_side(values: Values) -> tuple[Broken, ...]:
    """Find muscles of the side that was not used, on the 80 scale."""
    used = sums.mmt8_side(values)
    other = "left" if used == "right" else "right"
    sentence = f"An MMT8 out of 80 has only the muscles of the side used ({used}); the {other} one must be left out."
    return tuple(Broken("mmt8_other_side", field, sentence) for field in sums.mmt8_of_other_side(values))


def read_mmt26(values: Values) -> Reading:
    """Read the MMT26, the axial, proximal and distal muscles, out of 260."""
    return read(items.MMT26_TOTAL, values, maximum=items.MMT26_MAXIMUM)


def mmt26(values: Values, rule: Rule[NoConstants] = MMT26) -> Result:
    """Give the MMT26, 0 to 260."""
    found = read_mmt26(values)
    return total_of(rule, found, Details(**found.rests_on))
