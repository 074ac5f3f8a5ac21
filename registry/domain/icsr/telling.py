"""How an element of a report is told: by its number, with its name, its value and, where it is coded, its code."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from registry.domain.icsr.elements import ELEMENTS

Told = dict[str, dict[str, Any]]


def told(number: str, value: Any, null_flavor: str | None = None) -> Told:
    """Give an element with its name and, where it is coded, its code; nothing where there is neither value nor flavour."""
    element = ELEMENTS[number]
    if value is None and null_flavor is None:
        return {}
    found: dict[str, Any] = {"name": element.name}
    if value is not None:
        found["value"] = value
    if element.codes is not None and value is not None:
        found["code"] = element.codes.of(value)
        found["code_system"] = element.codes.system
    if null_flavor is not None:
        found["null_flavor"] = null_flavor
    return {number: found}


def sent(told: Mapping[str, Any]) -> str:
    """Give what is sent of an element: its code, else its value as text; a coded one without a code is empty."""
    if "code_system" in told:
        return told.get("code") or ""
    value = told.get("value")
    return str(value).lower() if isinstance(value, bool) else str(value)


def day(text: str | None) -> str | None:
    """Give a date, whole or partial, as HL7 writes it: 2026-05 is 202605."""
    return text.replace("-", "") if text else None


def moment(at: datetime) -> str:
    """Give a moment as HL7 writes it, in UTC."""
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S+0000")


def day_of(at: datetime) -> str:
    """Give the day of a moment in UTC as HL7 writes it."""
    return at.astimezone(UTC).strftime("%Y%m%d")


def number(value: Any) -> str | None:
    """Give a number without an exponent and without zeros that say nothing."""
    if value is None:
        return None
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
