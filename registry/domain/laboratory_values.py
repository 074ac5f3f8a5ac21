"""What one laboratory result says by itself: whether it is a hold of a JAK inhibitor, and whether virus was found.

A censored value is judged by what it leaves possible: `<` 0.5 is below 0.5 and everything above; `>` 0.3 may be anything above
it. Where that leaves both possible nothing is told.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from registry.domain import units
from registry.domain.analytes import named
from registry.domain.course import exact
from registry.domain.laboratory_safety import HELD, VIRUSES, HoldConstants
from registry.domain.rules import Rule

Reported = Mapping[str, Any]


def held(result: Reported, rule: Rule[HoldConstants]) -> bool | None:
    """Whether a JAK inhibitor is held by a result; a value at the cut-off is no hold. None where it cannot be told."""
    constant, unit = HELD[result["analyte"]]
    value = in_unit(result, unit)
    return None if value is None else below(value, result.get("comparator"), getattr(rule.constants, constant))


def below(value: Decimal, comparator: str | None, cut_off: Decimal) -> bool | None:
    """Whether the true value lies below a cut-off; None where a censored value leaves both possible."""
    if comparator == "<":
        return True if value <= cut_off else None
    if comparator == ">":
        return False if value >= cut_off else None
    return value < cut_off


def in_unit(result: Reported, unit: str) -> Decimal | None:
    """Give the value of a result in a unit; None where it has no value, or a unit that is not of the analyte."""
    value = exact(result.get("value"))
    if value is None:
        return None
    try:
        return units.convert(named(result["analyte"]), value, result.get("unit") or "", unit)
    except ValueError:
        return None


def found_virus(result: Reported) -> bool:
    """Whether BK virus was found: said so, or a value above zero. A value that is censored by `<` was not detected.

    A finding decides before a value. Ours, version 1: a value below the limit of quantification was still found.
    """
    if result["analyte"] not in VIRUSES:
        return False
    if result.get("finding") is not None:
        return bool(result["finding"] == "positive")
    value = exact(result.get("value"))
    return value is not None and value > 0 and result.get("comparator") != "<"
